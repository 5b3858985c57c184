"""The system under load: gateway and jobs as processes of their own, with nodes behind them that do no work."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[2]
PORT = 8471
READY_SECONDS = 180


@dataclass
class System:
    """What a measurement talks to and looks at."""

    url: str
    token: str
    gateway: psutil.Process
    jobs: psutil.Process

    @property
    def headers(self) -> dict[str, str]:
        """The signed-in user's header."""
        return {"Authorization": f"Bearer {self.token}"}

    def cpu(self) -> tuple[float, float]:
        """CPU seconds that gateway and jobs have used."""
        used = [process.cpu_times() for process in (self.gateway, self.jobs)]
        return used[0].user + used[0].system, used[1].user + used[1].system


@contextmanager
def running(folder: Path, **gateway: str) -> Iterator[System]:
    """Start everything on unix sockets in a folder; stop it at the end."""
    sockets = {name: f"unix:{folder}/{name}" for name in ("ocr", "tagger", "jobs")}
    common = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "tests"),
        "METATAG_PROCESS_METRICS_PORT": "0",
        "METATAG_PROCESS_LOG_LEVEL": "warning",
        "METATAG_PROCESS_STOP_GRACE": "1",
    }
    jobs = {
        "METATAG_JOBS_LISTEN": sockets["jobs"],
        "METATAG_JOBS_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/jobs.db",
        "METATAG_JOBS_FILES_URL": f"{folder}/files",
        "METATAG_JOBS_SECRET_KEY": "a secret of the benchmark, long enough",
        "METATAG_JOBS_OCR_ADDRESS": sockets["ocr"],
        "METATAG_JOBS_TAGGER_ADDRESS": sockets["tagger"],
    }
    front = {
        "METATAG_GATEWAY_HOST": "127.0.0.1",
        "METATAG_GATEWAY_PORT": str(PORT),
        "METATAG_GATEWAY_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/gateway.db",
        "METATAG_GATEWAY_SECRET_KEY": "a secret of the benchmark, long enough",
        "METATAG_GATEWAY_JOBS_ADDRESS": sockets["jobs"],
        "METATAG_GATEWAY_OCR_ADDRESS": sockets["ocr"],
        "METATAG_GATEWAY_TAGGER_ADDRESS": sockets["tagger"],
        **gateway,
    }
    with (
        _process(common, "fakes.fake_ocr_node", "--listen", sockets["ocr"], "--slots", "16"),
        _process(common, "fakes.fake_tagger_node", "--listen", sockets["tagger"]),
        _process({**common, **jobs}, "metatag_jobs") as jobs_process,
        _process({**common, **front}, "metatag_gateway") as gateway_process,
    ):
        url = f"http://127.0.0.1:{PORT}"
        _wait(url)
        yield System(url, _sign_in(url), gateway_process, jobs_process)


@contextmanager
def _process(environment: dict[str, str], module: str, *arguments: str) -> Iterator[psutil.Process]:
    started = subprocess.Popen(
        [sys.executable, "-m", module, *arguments], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def _wait(url: str) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        with suppress(httpx.HTTPError):
            if httpx.get(f"{url}/readyz", timeout=5).status_code == 200:
                return
        time.sleep(0.1)
    raise SystemExit("The system did not become ready; run its processes by hand to see why.")


def _sign_in(url: str) -> str:
    person = {"email": "bench@example.com", "password": "a long password"}
    httpx.post(f"{url}/api/auth/register", json=person, timeout=30).raise_for_status()
    answer = httpx.post(f"{url}/api/auth/login", json=person, timeout=30).raise_for_status()
    token: str = answer.json()["data"]["tokens"]["access_token"]
    return token
