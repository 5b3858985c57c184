"""A cluster of real processes: gateways, jobs api replicas and workers, OCR and tagger nodes, PostgreSQL and Redis.

OCR and tagger nodes are fast fakes, or the real ones. Names are a kind and a number: api1, worker2, gateway1.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import grpc

from fakes import servers
from fakes.jobs_process import Client
from metatag.v1 import jobs_pb2_grpc
from metatag_runtime.grpc_client import open_channel

TESTS = Path(__file__).parents[1]
# Seconds. Longer ones help on a machine that stalls for seconds: CHAOS_LEASE=10.
LEASE = float(os.environ.get("CHAOS_LEASE", "5"))
ENGINE = ("ocr1", "ocr2", "tagger", "api1", "api2", "worker1", "worker2")
GATEWAYS = ("gateway1", "gateway2")
_LISTENING = ("api1", "api2", "ocr1", "ocr2", "tagger", *GATEWAYS)
START_SECONDS = 150


class System:
    """Processes by name; each can be killed and started again."""

    def __init__(self, *, real: bool = False, **settings: Any) -> None:
        """`real`: Tesseract and the tagger of the product, one page at once each; `settings`: more for jobs."""
        self.real = real
        self.folder = Path(tempfile.mkdtemp(prefix="metatag-system-"))
        # Files that rows may name as local paths.
        self.inbox = self.folder / "inbox"
        self.inbox.mkdir()
        self.postgres, self.redis = servers.postgres(), servers.redis()
        self.redis.flush()
        self.database_url = self.postgres.new_database()
        self.gateway_database_url = self.postgres.new_database()
        self.ports = {name: servers.free_port() for name in _LISTENING}
        self.metrics = {name: servers.free_port() for name in ("ocr1", "ocr2")}
        self.settings = {
            "database_url": self.database_url,
            "redis_url": self.redis.url,
            "files_url": str(self.folder / "files"),
            "ocr_address": f"{self._at('ocr1')},{self._at('ocr2')}",
            "ocr_resolve": 1,
            "tagger_address": self._at("tagger"),
            "secret_key": "a secret for tests, long enough",
            "lease": LEASE,
            "admitted_lease": 2 * LEASE,
            "slots": 8,
            "interactive_slots": 2,
            "reuse": "false",
            "local_roots": str(self.inbox),
            **settings,
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._channels: list[grpc.aio.Channel] = []

    def url(self, gateway: str) -> str:
        """Give a gateway's address."""
        return f"http://127.0.0.1:{self.ports[gateway]}"

    async def start(self, *names: str) -> None:
        """Start those that do not run; returns when all with a port listen."""
        names = tuple(name for name in names if name not in self.processes or self.processes[name].poll() is not None)
        for name in names:
            self.processes[name] = self._spawn(name)
        end = time.monotonic() + START_SECONDS
        for name in names:
            while name in self.ports and not _listens(self.ports[name]):
                if time.monotonic() > end or self.processes[name].poll() is not None:
                    raise RuntimeError(f"{name} did not start:\n{self.said(name)}")
                await asyncio.sleep(0.05)

    def kill(self, *names: str) -> None:
        """End processes as kill -9 does; those that they started too."""
        for name in names:
            # Its group may outlive a process that ended by itself.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.processes[name].pid, signal.SIGKILL)
        for name in names:
            self.processes[name].wait(30)

    def client(self, *names: str) -> Client:
        """Give a client of these api replicas."""
        target = "ipv4:" + ",".join(self._at(name) for name in names or ("api1", "api2"))
        reading = ("GetJob", "ListDocuments", "ControlJob", "UploadFile")
        channel = open_channel(target, [f"metatag.v1.JobsService/{name}" for name in reading])
        self._channels.append(channel)
        return Client(jobs_pb2_grpc.JobsServiceStub(channel))

    def tagged(self, prefix: str) -> Counter[str]:
        """Count the fake tagger's calls by title, of titles that begin so."""
        log = self.folder / "tagged.log"
        titles = log.read_text().split("\n")[:-1] if log.exists() else []
        return Counter(title for title in titles if title.startswith(prefix))

    def pages_read(self, node: str) -> float:
        """Give how many pages a real OCR node has read in its life."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics[node]}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith("metatag_ocr_pages_total"))

    def said(self, name: str) -> str:
        """Give the last lines of a process's log."""
        log = self.folder / f"{name}.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-20:]) if log.exists() else ""

    async def leave(self) -> None:
        """Close what belongs to the loop of one test; the processes go on."""
        for channel in self._channels:
            await channel.close()
        self._channels.clear()

    def close(self) -> None:
        """End everything."""
        self.kill(*self.processes)
        for url in (self.database_url, self.gateway_database_url):
            self.postgres.drop_database(url)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _at(self, name: str) -> str:
        return f"127.0.0.1:{self.ports[name]}"

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        kind = name.rstrip("0123456789")
        command, more = {
            "ocr": self._ocr,
            "tagger": self._tagger,
            "gateway": self._gateway,
        }.get(kind, self._jobs)(name)
        environment = {
            **os.environ,
            "PYTHONPATH": str(TESTS),
            "METATAG_PROCESS_METRICS_PORT": str(self.metrics.get(name, 0)),
            **{key: str(value) for key, value in more.items()},
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            # A group of its own, so that a kill takes what it started as well.
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                env=environment,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )

    def _ocr(self, name: str) -> tuple[list[str], dict[str, Any]]:
        if self.real:
            return ["metatag_ocr"], {"METATAG_OCR_LISTEN": self._at(name), "METATAG_OCR_SLOTS": 1}
        return ["fakes.fake_ocr_node", "--slots", "4", "--page-ms", "20", "--listen", self._at(name)], {}

    def _tagger(self, name: str) -> tuple[list[str], dict[str, Any]]:
        if self.real:
            return ["metatag_tagger"], {"METATAG_TAGGER_LISTEN": self._at(name)}
        log = str(self.folder / "tagged.log")
        return ["fakes.fake_tagger_node", "--ms", "10", "--log", log, "--listen", self._at(name)], {}

    def _jobs(self, name: str) -> tuple[list[str], dict[str, Any]]:
        listen = self._at(name) if name in self.ports else "127.0.0.1:0"
        settings = {**self.settings, "role": name.rstrip("0123456789"), "listen": listen}
        return ["metatag_jobs"], {f"METATAG_JOBS_{key.upper()}": value for key, value in settings.items()}

    def _gateway(self, name: str) -> tuple[list[str], dict[str, Any]]:
        settings = {
            "host": "127.0.0.1",
            "port": self.ports[name],
            "jobs_address": f"ipv4:{self._at('api1')},{self._at('api2')}",
            "ocr_address": self._at("ocr1"),
            "tagger_address": self._at("tagger"),
            "database_url": self.gateway_database_url,
            "redis_url": self.redis.url,
            "secret_key": "a secret of the tests, long enough for HS256",
            "register_attempts": 0,
            "socket_keepalive_seconds": 5,
        }
        return ["metatag_gateway"], {f"METATAG_GATEWAY_{key.upper()}": value for key, value in settings.items()}


def _listens(port: int) -> bool:
    import socket

    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False
