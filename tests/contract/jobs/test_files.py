"""The port FileStore, on a directory and on S3."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from fakes import servers
from metatag_jobs.adapters.files.directory import DirectoryFiles
from metatag_jobs.adapters.files.s3 import S3Files
from metatag_jobs.adapters.files.s3_client import S3Client, S3Options
from metatag_jobs.errors import FileGone
from metatag_jobs.ports import FileStore
from metatag_runtime.errors import StorageFull

MIB = 1024 * 1024


@pytest.fixture(params=["directory", "moto", "swift"])
async def files(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[FileStore]:
    if request.param == "directory":
        store: FileStore = DirectoryFiles(tmp_path / "files")
        await store.ping()
        yield store
        return
    service = servers.moto() if request.param == "moto" else servers.swift()
    client = S3Client(S3Options(service.endpoint, service.access_key, service.secret_key, "us-east-1", secure=False))
    store = S3Files(client, "contract-files")
    await store.ping()
    yield store
    client.close()


@pytest.mark.parametrize("size", [1, MIB - 1, MIB, 2 * MIB + 5])
async def test_an_object_comes_back_whole_and_in_bounded_chunks(files: FileStore, tmp_path: Path, size: int) -> None:
    body = bytes(range(256)) * (size // 256 + 1)
    (tmp_path / "local").write_bytes(body[:size])
    await files.put("name-1", tmp_path / "local")
    chunks = [chunk async for chunk in files.stream("name-1")]
    assert b"".join(chunks) == body[:size]
    assert max(len(chunk) for chunk in chunks) <= MIB
    assert await files.read("name-1") == body[:size]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MiB of its own, where the machine lets us mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)]
    made = subprocess.run(mount, capture_output=True, check=False)
    if made.returncode:
        pytest.skip("this user may not mount a disk")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


async def test_a_full_disk_takes_no_file_keeps_its_reserve_and_is_named(small_disk: Path, tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(bytes(4 * MIB))
    store = DirectoryFiles(small_disk / "files", reserve=256 * MIB)
    await store.ping()
    for number in range(3):
        await store.put(f"whole-{number}", tmp_path / "local")
    with pytest.raises(StorageFull, match="METATAG_JOBS_FILES_URL") as full:
        await store.put("one-more", tmp_path / "local")
    assert full.value.retry_after
    with pytest.raises(StorageFull):
        await store.ping()
    # A twentieth of the disk is left for the databases, and no part of the refused file.
    assert shutil.disk_usage(small_disk).free >= 16 * MIB // 20
    assert [path.name for path in (small_disk / "files").rglob("*") if path.is_file()] != []
    assert not list((small_disk / "files").rglob("one-more*"))
    (small_disk / "database").write_bytes(bytes(shutil.disk_usage(small_disk).free - MIB // 2))
    with pytest.raises(StorageFull):
        await store.put_bytes("small", b"x")
    with pytest.raises(StorageFull):
        await store.ping()
    (small_disk / "database").unlink()
    await store.put_bytes("small", b"x")
    await store.ping()


async def test_an_absent_object_is_told_so(files: FileStore) -> None:
    with pytest.raises(FileGone):
        await files.read("absent")
    with pytest.raises(FileGone):
        [chunk async for chunk in files.stream("absent")]


async def test_a_delete_may_be_repeated(files: FileStore) -> None:
    await files.put_bytes("gone", b"x")
    await files.delete("gone")
    await files.delete("gone")
    with pytest.raises(FileGone):
        await files.read("gone")


async def test_objects_are_listed_by_the_end_of_their_names(files: FileStore) -> None:
    for name in ("listed-a1", "listed-b1", "listed-a2"):
        await files.put_bytes(name, b"x")
    found = {name: age async for portion in files.list_objects("b1") for name, age in portion}
    assert set(found) == {"listed-b1"}
    assert found["listed-b1"] < 3600
    assert [portion async for portion in files.list_objects("zz")] == []
