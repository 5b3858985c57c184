"""Where things are: from the services' own variables, so that the doctor sees what they see."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Bucket:
    """The object store as jobs is told of it; `url` is "s3://bucket" or a directory."""

    url: str
    endpoint: str = ""
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    region: str = "us-east-1"
    secure: bool = True


@dataclass(frozen=True)
class Asked:
    """What to look at; what is empty is not looked at, and the finding says which variable would name it."""

    gateway: str
    # Name and address of each gRPC service.
    services: dict[str, str]
    # Name and URL of each database and Redis.
    databases: dict[str, str] = field(repr=False)
    redis: dict[str, str] = field(repr=False)
    bucket: Bucket | None
    tls: Path | None
    metrics_port: int
    # A command that runs another inside an ocr container; empty: its walls are not looked at.
    inside_ocr: str = ""

    @classmethod
    def from_environment(cls, gateway: str, inside_ocr: str) -> Asked:
        """Read the variables; raises OSError where a `_FILE` cannot be read."""
        services = {
            "jobs-api": value("METATAG_GATEWAY_JOBS_ADDRESS", "dns:///jobs-api:50053"),
            "ocr": value("METATAG_JOBS_OCR_ADDRESS", "dns:///ocr:50051"),
            "tagger": value("METATAG_JOBS_TAGGER_ADDRESS", "dns:///tagger:50052"),
            "ocr-easyocr": value("METATAG_JOBS_DEEP_OCR_ADDRESS"),
        }
        tls = value("METATAG_TLS_DIR")
        return cls(
            gateway=gateway.rstrip("/"),
            services={name: address for name, address in services.items() if address or name != "ocr-easyocr"},
            databases={service: value(f"METATAG_{service.upper()}_DATABASE_URL") for service in ("gateway", "jobs")},
            redis={service: value(f"METATAG_{service.upper()}_REDIS_URL") for service in ("gateway", "jobs", "tagger")},
            bucket=_bucket(),
            tls=Path(tls) if tls else None,
            metrics_port=int(value("METATAG_PROCESS_METRICS_PORT", "9090")),
            inside_ocr=inside_ocr,
        )


def value(variable: str, default: str = "") -> str:
    """Give a variable's value, or that of the file which its twin names."""
    path = os.environ.get(f"{variable}_FILE")
    if path and not os.environ.get(variable):
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    return os.environ.get(variable) or default


def without_secrets(url: str) -> str:
    """Give a URL's host, port and path: what may be shown."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"


def _bucket() -> Bucket | None:
    url = value("METATAG_JOBS_FILES_URL")
    if not url:
        return None
    return Bucket(
        url=url,
        endpoint=value("METATAG_JOBS_S3_ENDPOINT"),
        access_key=value("METATAG_JOBS_S3_ACCESS_KEY"),
        secret_key=value("METATAG_JOBS_S3_SECRET_KEY"),
        region=value("METATAG_JOBS_S3_REGION", "us-east-1"),
        secure=value("METATAG_JOBS_S3_SECURE", "true").lower() not in ("false", "0", "no", "off"),
    )
