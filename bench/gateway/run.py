"""`make bench-gateway`: four measurements against the targets of the gateway, printed as a table, kept as JSON.

Load comes from wrk (Debian's package `wrk`), because a Python client costs more than what it measures. On a machine
that does other work, the CPU column is the honest one: it does not depend on the neighbours.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect

from bench.gateway.system import System, running

MIB = 1024 * 1024
Result = dict[str, Any]


def status(system: System) -> Result:
    """GET status through token check, gRPC and database, at 20 connections."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return {"skipped": "wrk is not installed: apt-get install wrk"}
    job = _start_batch(system)
    address = f"{system.url}/api/batch/jobs/{job}/status"
    command = [wrk, "-t1", "-c20", "--latency", "-H", f"Authorization: {system.headers['Authorization']}", address]
    subprocess.run([*command, "-d2s"], check=True, capture_output=True)
    before, begin = system.cpu(), time.monotonic()
    out = subprocess.run([*command, "-d10s"], check=True, capture_output=True, text=True).stdout
    seconds = time.monotonic() - begin
    after = system.cpu()
    requests = int(_found(r"(\d+) requests in", out))
    return {
        "requests_per_second": float(_found(r"Requests/sec:\s+([\d.]+)", out)),
        "p50_ms": _ms(_found(r"50%\s+(\S+)", out)),
        "p99_ms": _ms(_found(r"99%\s+(\S+)", out)),
        "errors": "Non-2xx" in out or "Socket errors" in out,
        "gateway_cpu_ms_per_request": round((after[0] - before[0]) / requests * 1000, 3),
        "jobs_cpu_ms_per_request": round((after[1] - before[1]) / requests * 1000, 3),
        "gateway_cores": round((after[0] - before[0]) / seconds, 2),
        "target": ">= 600 requests/s, p99 <= 80 ms",
    }


def single(system: System) -> Result:
    """A no-op document, one client: the whole request, less what its stages took."""
    walls, overheads = [], []
    before = system.cpu()
    count = 60
    with httpx.Client(base_url=system.url, headers=system.headers, timeout=30) as client:
        for _ in range(count):
            content = b'%PDF-1.4 {"salt": "' + uuid.uuid4().hex.encode() + b'"}\n%%EOF\n'
            begin = time.perf_counter()
            answer = client.post(
                "/api/single/process", data={"config": "{}"}, files={"pdf_file": ("a.pdf", content)}
            ).raise_for_status()
            wall = (time.perf_counter() - begin) * 1000
            found = client.get(f"/api/history/documents/{answer.json()['data']['document_id']}").json()["data"]
            stages = found["processing_metadata"].get("processing_time", 0.0) * 1000
            walls.append(wall)
            overheads.append(wall - stages)
    after = system.cpu()
    return {
        "p50_ms": round(statistics.median(walls), 1),
        "overhead_p50_ms": round(statistics.median(overheads), 1),
        "gateway_cpu_ms": round((after[0] - before[0]) / count * 1000, 2),
        "jobs_cpu_ms": round((after[1] - before[1]) / count * 1000, 2),
        "target": "overhead p50 <= 25 ms",
    }


async def sockets(system: System, count: int = 1000) -> Result:
    """Memory of idle WebSockets on one job."""
    job = _start_batch(system)
    address = f"{system.url.replace('http', 'ws')}/api/batch/ws/{job}?token={system.token}"
    before = system.gateway.memory_info().rss
    opened: list[Any] = []
    for _ in range(count // 50):
        opened += await asyncio.gather(*(connect(address, compression=None, open_timeout=60) for _ in range(50)))
    await asyncio.gather(*(socket.recv() for socket in opened))
    await asyncio.sleep(2)
    used = (system.gateway.memory_info().rss - before) / MIB
    await asyncio.gather(*(socket.close() for socket in opened))
    return {"sockets": count, "mib": round(used, 1), "target": "<= 60 MiB for 1,000"}


async def uploads(system: System, count: int = 200, megabytes: int = 20) -> Result:
    """Many large uploads at once: memory of the gateway, and what was answered."""
    answers: Counter[int] = Counter()
    most = before = system.gateway.memory_info().rss
    cpu = system.cpu()[0]

    async def body() -> AsyncIterator[bytes]:
        yield b'--e\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n%PDF-1.4 '
        yield uuid.uuid4().bytes
        block = os.urandom(65536)
        for _ in range(megabytes * 16):
            yield block
        yield b"\r\n--e--\r\n"

    async def send(client: httpx.AsyncClient) -> None:
        headers = {"Content-Type": "multipart/form-data; boundary=e"}
        answer = await client.post("/api/batch/uploads", content=body(), headers=headers)
        answers[answer.status_code] += 1

    begin = time.monotonic()
    limits = httpx.Limits(max_connections=count)
    async with httpx.AsyncClient(base_url=system.url, headers=system.headers, timeout=600, limits=limits) as client:
        tasks = [asyncio.create_task(send(client)) for _ in range(count)]
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0.2)
            most = max(most, system.gateway.memory_info().rss)
        await asyncio.gather(*tasks)
    seconds = time.monotonic() - begin
    return {
        "uploads": count,
        "mib_each": megabytes,
        "gateway_mib_more": round((most - before) / MIB, 1),
        "mib_per_second": round(count * megabytes / seconds, 1),
        "gateway_cpu_seconds": round(system.cpu()[0] - cpu, 1),
        "answers": dict(answers),
        "target": "bounded memory; nothing but 200, 429, 503",
    }


def _start_batch(system: System) -> str:
    rows = [{"file_path": "https://no-such-host.invalid/a.pdf"}]
    answer = httpx.post(
        f"{system.url}/api/batch/start", headers=system.headers, json={"documents": rows, "config": {}}, timeout=30
    ).raise_for_status()
    job: str = answer.json()["data"]["job_id"]
    httpx.post(f"{system.url}/api/batch/jobs/{job}/pause", headers=system.headers, timeout=30)
    return job


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise SystemExit(f"wrk said something else than expected:\n{text}")
    return found[1]


def _ms(text: str) -> float:
    unit = {"us": 0.001, "ms": 1.0, "s": 1000.0}
    number, name = re.fullmatch(r"([\d.]+)(\D+)", text).groups()  # type: ignore[union-attr]
    return round(float(number) * unit[name], 2)


def main(names: list[str]) -> None:
    """Run the named measurements, or all."""
    results: dict[str, Result] = {}
    with tempfile.TemporaryDirectory(prefix="gwb-") as folder, running(Path(folder)) as system:
        for name, measure in MEASUREMENTS.items():
            if names and name not in names:
                continue
            found = measure(system)
            results[name] = asyncio.run(found) if asyncio.iscoroutine(found) else found
            print(f"{name}: {json.dumps(results[name])}", flush=True)
    load = os.getloadavg()[0]
    print(f"machine: {os.cpu_count()} CPUs, load {load:.1f} of others and this", flush=True)


MEASUREMENTS: dict[str, Any] = {"status": status, "single": single, "sockets": sockets, "uploads": uploads}

if __name__ == "__main__":
    main(sys.argv[1:])
