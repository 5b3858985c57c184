"""All services in one process: the same bootstraps as in the cluster, joined by unix sockets, SQLite and a directory.

Embedded differs from the cluster by the defaults below and by nothing else; every METATAG_<SERVICE>_* variable wins.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import gethostname

from metatag_cli import tessdata
from metatag_cli.data_dir import DataDir
from metatag_gateway.bootstrap import build as build_gateway
from metatag_gateway.settings import GatewaySettings
from metatag_jobs.bootstrap import build as build_jobs
from metatag_jobs.settings import JobsSettings
from metatag_ocr.bootstrap import build as build_ocr
from metatag_ocr.settings import OcrSettings
from metatag_runtime.hosting import Service
from metatag_runtime.metrics import MetricsService
from metatag_runtime.process import ProcessSettings
from metatag_runtime.settings import ServiceSettings
from metatag_tagger.bootstrap import build as build_tagger
from metatag_tagger.settings import TaggerSettings


@dataclass(frozen=True)
class Embedded:
    """The settings of all services."""

    process: ProcessSettings
    ocr: OcrSettings
    tagger: TaggerSettings
    jobs: JobsSettings
    gateway: GatewaySettings

    @classmethod
    def load(
        cls,
        data: DataDir,
        sockets: Path,
        *,
        host: str,
        port: int,
        local_roots: Sequence[Path] = (),
        verbose: bool = False,
    ) -> Embedded:
        """Read the settings of every service, with the embedded defaults. Raises SettingsError."""
        ocr_address, tagger_address, jobs_address = (f"unix:{sockets}/{name}" for name in ("ocr", "tagger", "jobs"))
        gateway_settings = GatewaySettings.load(
            jobs_address=jobs_address,
            ocr_address=ocr_address,
            tagger_address=tagger_address,
            database_url=data.database_url("gateway"),
            secret_key=data.secret("gateway"),
            # No page of another origin, under no other name: this server reads files of its user.
            allowed_hosts=f"localhost,{gethostname()}",
            # Who runs it knows what their own key may pay for.
            documents_per_day=0,
        )
        return cls(
            process=ProcessSettings.load(
                log_level="info" if verbose else "warning",
                metrics_host="127.0.0.1",
                metrics_port=0,
                # Whatever is cut off here is in the database and goes on at the next start.
                stop_grace=1.0,
            ),
            ocr=OcrSettings.load(
                listen=ocr_address, reflection=True, tessdata_dir=tessdata.find(), scratch_dir=sockets / "scratch"
            ),
            tagger=TaggerSettings.load(listen=tagger_address, reflection=True),
            jobs=JobsSettings.load(
                listen=jobs_address,
                reflection=True,
                database_url=data.database_url("jobs"),
                files_url=str(data.path / "files"),
                secret_key=data.secret("jobs"),
                ocr_address=ocr_address,
                tagger_address=tagger_address,
                local_roots=":".join(str(root.resolve()) for root in local_roots),
            ),
            # The command line has already weighed its options against METATAG_GATEWAY_HOST and _PORT.
            gateway=gateway_settings.model_copy(update={"host": host, "port": port}),
        )

    def services(self) -> dict[str, ServiceSettings]:
        """Give each service's settings by its name."""
        return {"ocr": self.ocr, "tagger": self.tagger, "jobs": self.jobs, "gateway": self.gateway}

    async def build(self) -> Sequence[Service]:
        """Build every service; those that are asked come before those that ask."""
        services: list[Service] = []
        if self.process.metrics_port:
            services.append(MetricsService(self.process.metrics_host, self.process.metrics_port))
        services += await build_ocr(self.ocr)
        services += await build_tagger(self.tagger)
        services += await build_jobs(self.jobs)
        services += await build_gateway(self.gateway)
        return services


@contextmanager
def socket_folder() -> Iterator[Path]:
    """Give a private folder for the sockets, gone afterwards. Its path is short: a socket's may have 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="metatag-", dir=None if len(tempfile.gettempdir()) < 60 else "/tmp"))  # noqa: S108
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
