"""A disk that is full on one machine: its documents wait, the others' go on, and nothing fails."""

from __future__ import annotations

import asyncio
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.books import Batch
from fakes.fake_ocr_node import fake_pdf
from faults.system import FaultySystem
from faults.watch import DOCUMENTS, PAGE_MS, recovery
from metatag.v1 import jobs_pb2

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of one MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=False)
    if made.returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_a_full_disk_of_one_worker_fails_no_document(system: FaultySystem, small_disk: Path) -> None:
    system.environment["worker1"] = {"TMPDIR": str(small_disk)}
    system.kill("worker1")
    await system.start("worker1")
    (small_disk / "full").write_bytes(bytes(1024 * 1024))
    try:
        name, client = uuid.uuid4().hex[:8], system.client()
        file = system.inbox / f"{name}.pdf"
        file.write_bytes(fake_pdf(pages=1, ms=PAGE_MS) + b" " * 20_000)
        source = jobs_pb2.Source(type=jobs_pb2.SOURCE_TYPE_LOCAL, path=str(file))
        rows = [jobs_pb2.DocumentSpec(title=f"{name} {i}", source=source) for i in range(DOCUMENTS)]
        job_id = (await client.create(rows)).job.id
        batch = await Batch.adopt(system, job_id, name, DOCUMENTS)
        await asyncio.sleep(8)
        (small_disk / "full").unlink()
        (await recovery(batch)).check("the disk of one worker is full")
    finally:
        del system.environment["worker1"]
        system.kill("worker1")
        await system.start("worker1")
