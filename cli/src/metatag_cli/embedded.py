"""A system for the moment: `metatag serve` as a child process on a free port, gone when the caller is done."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from metatag_cli.ports import free_port

# A cold start on a machine that is busy with ten other things; a quiet one takes three seconds.
READY_SECONDS = 120.0
# The child itself stops within two seconds.
STOP_SECONDS = 10.0


class StartError(Exception):
    """The system did not come up; the message ends with what it said."""


@dataclass(frozen=True)
class System:
    """A running system: where it listens, its process, and the file that holds its log."""

    base_url: str
    process: subprocess.Popen[bytes]
    log: Path


@contextmanager
def temporary_system(local_roots: Sequence[Path] = ()) -> Iterator[System]:
    """Run a system on a data directory of its own; both are gone afterwards. Raises StartError."""
    with (
        tempfile.TemporaryDirectory(prefix="metatag-data-", ignore_cleanup_errors=True) as folder,
        started_system(Path(folder), free_port(), local_roots) as system,
    ):
        yield system


@contextmanager
def started_system(data_dir: Path, port: int, local_roots: Sequence[Path] = ()) -> Iterator[System]:
    """Run a system on a data directory that stays. Raises StartError."""
    command = [sys.executable, "-m", "metatag_cli", "serve", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--data-dir", str(data_dir), "--with-parent"]
    for root in local_roots:
        command += ["--local-root", str(root)]
    log = data_dir / "serve.log"
    with log.open("ab") as out:
        # It reads its standard input: that ends when we end, however we end, and then it ends too.
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=out)  # noqa: S603  our own
    system = System(f"http://127.0.0.1:{port}", process, log)
    try:
        _wait_until_ready(system)
        yield system
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a system as an operator would; kill it if it does not."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def end_with_parent() -> None:
    """End this process, as SIGTERM would, when its standard input ends: its parent is gone."""

    def watch() -> None:
        # Unbuffered: a thread that waits inside sys.stdin would abort the interpreter's shutdown.
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _wait_until_ready(system: System) -> None:
    import httpx

    end = time.monotonic() + READY_SECONDS
    # One client for all tries: each loads the certificates of this machine, 30 ms.
    with httpx.Client(timeout=5.0) as client:
        while time.monotonic() < end:
            if system.process.poll() is not None:
                raise StartError(
                    f"The system ended at once, with exit code {system.process.returncode}.\n{_tail(system.log)}"
                )
            with contextlib.suppress(httpx.TransportError):
                if client.get(f"{system.base_url}/readyz").is_success:
                    return
            time.sleep(0.05)
    raise StartError(f"The system was not ready within {READY_SECONDS:.0f} seconds.\n{_tail(system.log)}")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
