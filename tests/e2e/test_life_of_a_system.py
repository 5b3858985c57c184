"""Starting, stopping, dying and coming back, on a system that these tests alone may stop."""

from __future__ import annotations

import os
import stat
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from e2e.running import Server, children
from metatag_client import Client, Event, Row

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("METATAG_E2E_SERVER")), reason="starts and stops processes, so it needs a system of its own"
)

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Iterator[Server]:
    """A system on a data directory of its own, not started yet."""
    # A lease so short that what a stopped system had in work goes on soon.
    settings = {"METATAG_GATEWAY_REGISTER_ATTEMPTS": "0", "METATAG_JOBS_LEASE": "5"}
    server = Server(tmp_path_factory.mktemp("own") / "data", local_root=samples, **settings)
    yield server
    server.kill()


def signed_in(server: Server) -> Client:
    """Start the system where it does not run, and sign in with a new account."""
    if server.process is None or server.process.poll() is not None:
        server.start()
    client = Client(server.base_url)
    email = f"{uuid.uuid4().hex}@example.com"
    client.register(email, PASSWORD)
    client.login(email, PASSWORD)
    return client


def rows(samples: Path, times: int) -> list[Row]:
    files = [samples / "library-rules.pdf", samples / "vaccination-notice.pdf", samples / "karyalaya-adesh.pdf"]
    return [Row(str(file), "local", title=f"{file.stem} {turn}") for turn in range(times) for file in files]


def test_a_second_start_on_the_same_data_is_refused_with_a_sentence(server: Server) -> None:
    second = Server(server.data_dir)
    refused = subprocess.run(second.command(), capture_output=True, text=True, timeout=150, check=False)
    assert refused.returncode == 1
    assert f"which serves {server.base_url}" in " ".join(refused.stderr.split())
    assert server.healthy()


def test_a_taken_port_is_refused_with_a_sentence(server: Server, tmp_path: Path) -> None:
    second = Server(tmp_path / "other")
    second.port = server.port
    refused = subprocess.run(second.command(), capture_output=True, text=True, timeout=150, check=False)
    assert refused.returncode == 1
    assert f"Port {server.port}" in refused.stderr


def test_a_wrong_setting_stops_the_start_and_is_named(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    environment = os.environ | {"METATAG_OCR_SLOTS": "many"}
    stopped = subprocess.run(
        server.command(), capture_output=True, text=True, timeout=150, check=False, env=environment
    )
    assert stopped.returncode == 2
    assert "METATAG_OCR_SLOTS is wrong" in stopped.stderr


def test_everything_it_keeps_is_for_its_owner_alone(server: Server) -> None:
    secrets = server.data_dir / "secrets"
    kept = [server.data_dir, secrets, *secrets.iterdir()]
    assert len(kept) >= 4
    assert not [path for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077]


@pytest.mark.timeout(400)
@pytest.mark.parametrize("how", ["stopped", pytest.param("killed", marks=pytest.mark.long)])
def test_a_batch_and_a_pause_survive_a_restart_in_the_middle(own: Server, samples: Path, how: str) -> None:
    client = signed_in(own)
    waiting = client.start_batch(rows(samples, 2))
    client.pause(waiting.id)
    wanted = rows(samples, 3)
    job = client.start_batch(wanted)
    events: list[Event] = []
    for event in client.events(job.id, patience=180):
        events.append(event)
        if event.kind == "finished" and sum(seen.kind == "finished" for seen in events) == 2:
            own.kill() if how == "killed" else _stop_cleanly(own)
            own.start()
    finished = [event.row for event in events if event.kind == "finished"]
    assert sorted(finished) == list(range(1, len(wanted) + 1))
    assert events[-1].kind == "completed"
    after = client.status(job.id)
    assert (after.processed, after.failed) == (len(wanted), 0)
    assert client.status(waiting.id).status == "paused"
    client.close()


def _stop_cleanly(own: Server) -> None:
    """Stop a system in the middle of its work: soon, with a good exit code and without a process left."""
    helpers = children(own.process.pid) if own.process else []
    assert helpers
    code, seconds = own.stop()
    assert code == 0, own.said()[-3000:]
    # The promise is two seconds on a quiet machine; this bound tells it from a hang on a loud one.
    assert seconds < 8
    assert f"API     {own.base_url}" in own.said()
    assert not [pid for pid in helpers if Path(f"/proc/{pid}").exists()]


@pytest.mark.timeout(400)
def test_pause_resume_and_cancel_do_what_they_say(own: Server, samples: Path) -> None:
    client = signed_in(own)
    job = client.start_batch(rows(samples, 12))
    client.pause(job.id)
    assert client.status(job.id).status == "paused"
    assert [active.id for active in client.active()] == [job.id]
    settled = _settled(client, job.id)
    time.sleep(2)
    assert client.status(job.id).processed == settled
    client.resume(job.id)
    _until(lambda: client.status(job.id).processed > settled)
    client.cancel(job.id)
    end = list(client.events(job.id))[-1]
    assert end.kind == "cancelled"
    assert client.status(job.id).processed < 36
    again = httpx.post(
        f"{own.base_url}/api/batch/jobs/{job.id}/resume",
        headers={"Authorization": f"Bearer {client.tokens.access_token if client.tokens else ''}"},
    )
    assert again.status_code == 409
    client.close()


def _settled(client: Client, job_id: str) -> int:
    """Wait until running documents have come to rest; give how many are done."""
    _until(lambda: client.status(job_id).raw["running_count"] == 0)
    return client.status(job_id).processed


def _until(true: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)
