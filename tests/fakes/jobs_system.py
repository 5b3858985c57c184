"""A jobs cluster of real processes: api replicas, workers, fake OCR nodes and tagger, real PostgreSQL and Redis."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import grpc

from fakes import servers
from fakes.jobs_room import Client
from metatag.v1 import jobs_pb2_grpc
from metatag_runtime.grpc_client import open_channel

TESTS = Path(__file__).parents[1]
LEASE = 4.0


class System:
    """Processes by name; each can be killed and started again."""

    def __init__(self, **settings: Any) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="metatag-system-"))
        self.postgres, self.redis = servers.postgres(), servers.redis()
        self.redis.flush()
        self.database_url = self.postgres.new_database()
        self.ports = {name: servers.free_port() for name in ("api1", "api2", "ocr1", "ocr2", "tagger")}
        self.settings = {
            "database_url": self.database_url,
            "redis_url": self.redis.url,
            "files_url": str(self.folder / "files"),
            "ocr_address": f"127.0.0.1:{self.ports['ocr1']},127.0.0.1:{self.ports['ocr2']}",
            "tagger_address": f"127.0.0.1:{self.ports['tagger']}",
            "secret_key": "a secret for tests, long enough",
            "lease": LEASE,
            "admitted_lease": 8,
            "slots": 8,
            "interactive_slots": 2,
            "reuse": "false",
            **settings,
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._channels: list[grpc.aio.Channel] = []

    async def start(self, *names: str) -> None:
        """Start processes; returns when those with a port listen."""
        for name in names:
            self.processes[name] = self._spawn(name)
        end = time.monotonic() + 150
        for name in names:
            while name in self.ports and not _listens(self.ports[name]):
                if time.monotonic() > end or self.processes[name].poll() is not None:
                    raise RuntimeError(f"{name} did not start; see {self.folder}/{name}.log")
                await asyncio.sleep(0.05)

    def kill(self, name: str) -> None:
        """End a process as kill -9 does."""
        self.processes[name].kill()
        self.processes[name].wait(10)

    def client(self, *names: str) -> Client:
        """Give a client of these api replicas."""
        target = "ipv4:" + ",".join(f"127.0.0.1:{self.ports[name]}" for name in names or ("api1", "api2"))
        reading = ("GetJob", "ListDocuments", "ControlJob", "UploadFile")
        channel = open_channel(target, [f"metatag.v1.JobsService/{name}" for name in reading])
        self._channels.append(channel)
        return Client(jobs_pb2_grpc.JobsServiceStub(channel))

    def tagged(self) -> Counter[str]:
        """Count the tagger's calls by title."""
        log = self.folder / "tagged.log"
        return Counter(log.read_text().split("\n")[:-1]) if log.exists() else Counter()

    async def close(self) -> None:
        """End everything."""
        for channel in self._channels:
            await channel.close()
        for process in self.processes.values():
            process.send_signal(signal.SIGKILL)
        for process in self.processes.values():
            process.wait(10)
        self.postgres.drop_database(self.database_url)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        kind = name.rstrip("0123456789")
        environment = {**os.environ, "PYTHONPATH": str(TESTS), "METATAG_PROCESS_METRICS_PORT": "0"}
        if kind == "ocr":
            command = ["-m", "fakes.fake_ocr_node", "--slots", "4", "--page-ms", "20"]
        elif kind == "tagger":
            command = ["-m", "fakes.fake_tagger_node", "--ms", "10", "--log", str(self.folder / "tagged.log")]
        else:
            command = ["-m", "metatag_jobs"]
            for key, value in {**self.settings, "role": kind}.items():
                environment[f"METATAG_JOBS_{key.upper()}"] = str(value)
            environment["METATAG_JOBS_LISTEN"] = f"127.0.0.1:{self.ports.get(name, 0)}"
        if kind in ("ocr", "tagger"):
            command += ["--listen", f"127.0.0.1:{self.ports[name]}"]
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen([sys.executable, *command], env=environment, stdout=log, stderr=log, cwd="/")


def _listens(port: int) -> bool:
    import socket

    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False
