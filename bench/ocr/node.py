"""A node as its users run it: its own process, asked over gRPC, its CPU time and memory read from outside."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import psutil

import bench.ocr.pages  # noqa: F401  puts tests/ on the path
from fakes.hostile_pdfs import text_pdf
from fakes.ocr_client import recognize
from metatag_runtime.grpc_client import open_channel


@dataclass
class Node:
    """A running node."""

    process: psutil.Process
    channel: grpc.aio.Channel

    def cpu(self) -> float:
        """CPU seconds of the node and its living children."""
        total = 0.0
        for process in (self.process, *self.process.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                total += times.user + times.system
        return total

    def worker_rss(self) -> list[int]:
        """Resident bytes of each child."""
        return [child.memory_info().rss for child in self.process.children() if "metatag_ocr.child" in child.cmdline()]


@contextlib.asynccontextmanager
async def running(tessdata: Path, **settings: object) -> AsyncIterator[Node]:
    """Run a node with all its children warm."""
    with tempfile.TemporaryDirectory() as directory:
        fields = {"listen": f"unix:{directory}/ocr.sock", "tessdata_dir": tessdata} | settings
        environment = os.environ | {f"METATAG_OCR_{name.upper()}": str(value) for name, value in fields.items()}
        environment["METATAG_PROCESS_METRICS_PORT"] = "0"
        environment["METATAG_PROCESS_LOG_LEVEL"] = "error"
        child = subprocess.Popen([sys.executable, "-m", "metatag_ocr"], env=environment)  # noqa: ASYNC220
        channel = open_channel(f"unix:{directory}/ocr.sock")
        try:
            await _warm(child.pid, channel, int(str(settings.get("slots", 1))) + 1)
            yield Node(psutil.Process(child.pid), channel)
        finally:
            await channel.close()
            child.send_signal(signal.SIGTERM)
            child.wait(60)


async def _warm(pid: int, channel: grpc.aio.Channel, children: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(grpc.aio.AioRpcError):
            await recognize(channel, text_pdf([["warm"]]), timeout=5)
        if len(psutil.Process(pid).children()) >= children:
            await asyncio.sleep(3.0)
            return
        await asyncio.sleep(0.2)
    raise RuntimeError("the node did not start")
