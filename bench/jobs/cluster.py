"""The jobs service as deployed: api, worker and peers as processes, real PostgreSQL and Redis, a client here.

So the worker process is what is measured, and each process's CPU time and memory can be told.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import psutil

from fakes import servers
from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_process import Client, specs
from metatag.v1 import jobs_pb2, jobs_pb2_grpc
from metatag_runtime.grpc_client import open_channel

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60
# Distinct files that the documents of a batch name in turn.
FILES = 200
# Where objects are kept: in memory, or in the folder that BENCH_FILES names. On ext4 a new file costs 30 to 800 µs CPU,
# by what was deleted there in the last half minute; a document has two.
KEPT_IN = os.environ.get("BENCH_FILES") or ("/dev/shm" if Path("/dev/shm").is_dir() else None)
MIB = 1024 * 1024


@dataclass
class Cluster:
    """The running processes by name, and a client."""

    channel: grpc.aio.Channel
    processes: dict[str, psutil.Process]
    inbox: Path
    file_ids: list[str] = field(default_factory=list)

    def user(self, name: str) -> Client:
        """Give a user's client."""
        return Client(jobs_pb2_grpc.JobsServiceStub(self.channel), name)

    async def documents(self, count: int, user: str = "u1", ms: int = 0) -> list[jobs_pb2.DocumentSpec]:
        """Give rows over FILES distinct uploaded files of one page each, which takes so many milliseconds."""
        if not self.file_ids:
            bodies = (fake_pdf(pages=1, ms=ms, salt=salt) for salt in range(FILES))
            self.file_ids = [await self.user(user).upload(body) for body in bodies]
        return [row for at in range(count) for row in _named(specs(self.file_ids[at % FILES], 1), at)]

    def cpu(self) -> dict[str, float]:
        """CPU seconds used so far: each process, this client, and the whole machine."""
        used = {name: _seconds(process) for name, process in self.processes.items()}
        for name in ("postgres", "redis"):
            used[name] = sum(_seconds(each) for each in psutil.process_iter() if _is(each, name))
        machine = psutil.cpu_times()
        busy = sum(machine) - machine.idle - getattr(machine, "iowait", 0.0) - getattr(machine, "guest", 0.0)
        return {**used, "client": time.process_time(), "machine": busy}

    def rss(self) -> dict[str, float]:
        """Memory of each process in MiB."""
        return {name: round(process.memory_info().rss / MIB, 1) for name, process in self.processes.items()}


def spent(before: dict[str, float], after: dict[str, float], documents: int) -> dict[str, float]:
    """Give CPU milliseconds a document by process."""
    return {name: round(1000 * (after[name] - before[name]) / documents, 2) for name in after}


@asynccontextmanager
async def running(
    *, noop_stages: bool = False, workers: int = 1, gateway_port: int = 0, **settings: Any
) -> AsyncIterator[Cluster]:
    """Start everything; with `noop_stages` the worker needs no peers and makes its outcomes itself.

    With a `gateway_port` there is a gateway at it, and rows may name files in the folder `inbox` as local ones.
    """
    folder, files = (Path(tempfile.mkdtemp(prefix="metatag-bench-", dir=place)) for place in (None, KEPT_IN))
    servers.redis().flush()
    url = servers.postgres().new_database()
    sockets = {name: f"unix:{folder}/{name}.sock" for name in ("api", "ocr", "tagger")}
    given = {
        "database_url": url,
        "redis_url": servers.redis().url,
        "files_url": str(files),
        "ocr_address": sockets["ocr"],
        "tagger_address": sockets["tagger"],
        "secret_key": "a secret of the benchmark, long enough",
        "reuse": "false",
        "local_roots": str(folder / "inbox"),
        **settings,
    }
    (folder / "inbox").mkdir()
    common = {"PYTHONPATH": f"{ROOT}/tests:{ROOT}", "METATAG_PROCESS_METRICS_PORT": "0"}
    service = {f"METATAG_JOBS_{key.upper()}": str(value) for key, value in given.items()}
    api = {**service, "METATAG_JOBS_ROLE": "api", "METATAG_JOBS_LISTEN": sockets["api"]}
    worker = {**service, "METATAG_JOBS_ROLE": "worker"}
    module = "bench.jobs.noop_worker" if noop_stages else "metatag_jobs"
    processes: dict[str, psutil.Process] = {}

    def spawn(name: str, environment: dict[str, str], *command: str) -> None:
        quiet = {**os.environ, **common, **environment, "METATAG_PROCESS_LOG_LEVEL": "warning"}
        started = subprocess.Popen([sys.executable, "-m", *command], env=quiet, cwd=ROOT, stdout=subprocess.DEVNULL)
        processes[name] = psutil.Process(started.pid)

    channel = open_channel(sockets["api"])
    try:
        if not noop_stages:
            spawn("ocr", {}, "fakes.fake_ocr_node", "--listen", sockets["ocr"], "--slots", "32")
            spawn("tagger", {}, "fakes.fake_tagger_node", "--listen", sockets["tagger"])
        spawn("api", api, "metatag_jobs")
        await _ready(channel)
        for number in range(workers):
            name = f"worker{number or ''}"
            spawn(name, {**worker, "METATAG_JOBS_LISTEN": f"unix:{folder}/{name}.sock"}, module)
        if gateway_port:
            spawn("gateway", _gateway(folder, gateway_port, sockets), "metatag_gateway")
        cluster = Cluster(channel, processes, folder / "inbox")
        await _first(cluster)
        yield cluster
    finally:
        await channel.close()
        for process in processes.values():
            process.kill()
        for process in processes.values():
            process.wait(10)
        servers.postgres().drop_database(url)
        for each in (folder, files):
            shutil.rmtree(each, ignore_errors=True)


def _gateway(folder: Path, port: int, sockets: dict[str, str]) -> dict[str, str]:
    given = {
        "host": "127.0.0.1",
        "port": str(port),
        "database_url": f"sqlite+aiosqlite:///{folder}/gateway.sqlite",
        "redis_url": servers.redis().url,
        "secret_key": "a secret of the benchmark, long enough for HS256",
        **{
            f"{service}_address": sockets[name]
            for service, name in (("jobs", "api"), ("ocr", "ocr"), ("tagger", "tagger"))
        },
    }
    return {f"METATAG_GATEWAY_{key.upper()}": value for key, value in given.items()}


async def _ready(channel: grpc.aio.Channel) -> None:
    async with asyncio.timeout(READY_SECONDS):
        await channel.channel_ready()


async def _first(cluster: Cluster) -> None:
    """Send one document through, so that nothing measured starts cold."""
    client = cluster.user("first")
    await client.finished(await client.batch(20, fake_pdf(pages=1)), READY_SECONDS)


def _named(rows: list[jobs_pb2.DocumentSpec], at: int) -> list[jobs_pb2.DocumentSpec]:
    for row in rows:
        row.title = f"Document {at}"
    return rows


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _is(process: psutil.Process, name: str) -> bool:
    try:
        return str(process.name()).startswith(name)
    except psutil.Error:
        return False
