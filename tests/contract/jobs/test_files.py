"""The port FileStore, on a directory and on S3."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes import servers
from metatag_jobs.adapters.directory_files import DirectoryFiles
from metatag_jobs.adapters.s3_client import S3Client, S3Options
from metatag_jobs.adapters.s3_files import S3Files
from metatag_jobs.errors import FileGone
from metatag_jobs.ports import FileStore

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
