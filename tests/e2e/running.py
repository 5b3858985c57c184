"""A system as an operator runs it: `metatag serve` in a process of its own, told what to do by signals alone."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from fakes.ports import free_port

READY_SECONDS = 150.0
# For systems that tests start for themselves: one child that reads pages, which loads what a page needs when it comes.
QUICK_TO_START = {"METATAG_OCR_SLOTS": "1", "METATAG_OCR_WARM_LANGUAGES": ""}


class Server:
    """One `metatag serve` on a data directory; start, stop and kill it as often as a test likes."""

    def __init__(self, data_dir: Path, *, local_root: Path | None = None, **settings: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.log = data_dir.parent / f"{data_dir.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._settings = settings
        self._roots = ["--local-root", str(local_root)] if local_root else []

    def command(self) -> list[str]:
        """Give the command line."""
        executable = Path(sys.executable).parent / "metatag"
        return [str(executable), "serve", "--port", str(self.port), "--data-dir", str(self.data_dir), *self._roots]

    def start(self) -> float:
        """Start and wait until it is ready; give the seconds that took."""
        began = time.monotonic()
        # What a killed system cannot remove any more goes with the data of the test. A socket's path must be short.
        scratch = self.data_dir.parent / "t"
        scratch.mkdir(exist_ok=True)
        environment = os.environ | {"TMPDIR": str(scratch)} | self._settings
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, env=environment, start_new_session=True
            )
        # One client for all tries: each loads the certificates of this machine, 30 ms.
        with httpx.Client(timeout=5) as client:
            while time.monotonic() - began < READY_SECONDS:
                assert self.process.poll() is None, f"it ended at once:\n{self.said()[-4000:]}"
                with suppress(httpx.TransportError):
                    if client.get(f"{self.base_url}/readyz").is_success:
                        return time.monotonic() - began
                time.sleep(0.05)
        raise AssertionError(f"not ready in {READY_SECONDS:.0f} s:\n{self.said()[-4000:]}")

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal and wait; give the exit code and the seconds that took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(60)
        return code, time.monotonic() - began

    def kill(self) -> None:
        """End the whole process group, as a power cut would."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def said(self) -> str:
        """Give what it printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def healthy(self) -> bool:
        """Say whether every service answers."""
        answer = httpx.get(f"{self.base_url}/api/health", timeout=20).json()
        return bool(answer["data"]["status"] == "healthy")


def children(pid: int) -> list[int]:
    """Give the processes that a process started, and theirs."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    own = [int(child) for child in path.read_text().split()] if path.exists() else []
    return own + [grandchild for child in own for grandchild in children(child)]


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a `metatag` command to its end."""
    executable = Path(sys.executable).parent / "metatag"
    return subprocess.run(
        [str(executable), *arguments],
        capture_output=True,
        text=True,
        env=os.environ | settings,
        timeout=200,
        check=False,
    )


@contextmanager
def command(*arguments: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """Start a `metatag` command whose output goes to pipes; it is ended with the block."""
    executable = Path(sys.executable).parent / "metatag"
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([str(executable), *arguments], env=os.environ | settings, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


class Terminal:
    """What a command shows on a terminal 100 columns wide."""

    def __init__(self, end: int) -> None:
        self._end = end
        self._shown = ""

    def until(self, text: str, seconds: float = 60.0) -> str:
        """Give what was shown, a line each time the cursor went back, once a text was and one more drawing after it."""
        begun = time.monotonic()
        while text not in self._shown or "\x1b[2K" not in self._shown.partition(text)[2]:
            assert time.monotonic() - begun < seconds, self._shown
            if select.select([self._end], [], [], 1.0)[0]:
                self._shown += os.read(self._end, 65536).decode("utf-8", "replace")
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._shown.replace("\r", "\n"))


@contextmanager
def terminal(*arguments: str, **settings: str) -> Iterator[Terminal]:
    """Start a `metatag` command on a terminal; it is ended with the block."""
    executable = Path(sys.executable).parent / "metatag"
    end, own = os.openpty()
    look = {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
    with subprocess.Popen(
        [str(executable), *arguments], env=os.environ | look | settings, stdin=own, stdout=own, stderr=own
    ) as process:
        os.close(own)
        try:
            yield Terminal(end)
        finally:
            process.kill()
            os.close(end)


def json_of(done: subprocess.CompletedProcess[str]) -> object:
    """Give what a command printed with --json."""
    return json.loads(done.stdout)
