"""Processes of a cluster: started with a log each, stopped together, last started first."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

STOP_SECONDS = 20.0


class Processes:
    """Starts programs and stops them; `logs` holds one file a program."""

    def __init__(self, logs: Path, environment: dict[str, str]) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.logs = logs
        self._environment = environment
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def start(self, name: str, words: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        """Start a program in a session of its own."""
        with (self.logs / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [str(word) for word in words], env=self._environment, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        self._running.append((name, process))
        return process

    def wait(self, what: str, answers: Callable[[], bool], seconds: float) -> None:
        """Wait until a question is answered with yes; raise AssertionError with the end of the log of what died."""
        end = time.monotonic() + seconds
        while not answers():
            for name, process in self._running:
                if process.poll() is not None:
                    raise AssertionError(f"{name} ended with {process.returncode}:\n{self.tail(name)}")
            if time.monotonic() > end:
                raise AssertionError(f"{what} took more than {seconds:.0f} s")
            time.sleep(0.2)

    def tail(self, name: str, size: int = 3000) -> str:
        """Return the end of a program's log."""
        path = self.logs / f"{name}.log"
        return path.read_text(errors="replace")[-size:] if path.exists() else ""

    def stop(self, *names: str) -> None:
        """Stop these programs, or all: SIGTERM, and SIGKILL after a while."""
        for entry in reversed(self._running[:]):
            if not names or entry[0] in names:
                _end(entry[1])
                self._running.remove(entry)


def _end(process: subprocess.Popen[bytes]) -> None:
    for each in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, each)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
