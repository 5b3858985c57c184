"""The account of objects: whatever ends between a put, its row and a delete leaves nothing in the store for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes.jobs_database import change, rows
from metatag_jobs.accounted_files import AccountedFiles
from metatag_jobs.adapters.files.directory import DirectoryFiles
from metatag_jobs.adapters.sql.artifacts import SqlArtifacts
from metatag_jobs.adapters.sql.control import SqlJobStore
from metatag_jobs.adapters.sql.dialect import new_id
from metatag_jobs.adapters.sql.leadership import SoleLeader
from metatag_jobs.adapters.sql.objects import SqlObjects
from metatag_jobs.adapters.sql.tag_jobs import SqlTagJobs
from metatag_jobs.adapters.sql.trash import SqlTrash
from metatag_jobs.errors import FileGone
from metatag_jobs.sweeper import Retention, Sweeper
from metatag_jobs.work import Artifact
from metatag_runtime.errors import Unavailable
from metatag_runtime.sql import Database


class Store(DirectoryFiles):
    """A directory that can be away, and whose objects are as old as a test wants."""

    away = False
    age = 0.0

    async def delete(self, name: str) -> None:
        if self.away:
            raise Unavailable("The object store does not answer.")
        await super().delete(name)

    async def list_objects(self, shard: str) -> AsyncIterator[list[tuple[str, float]]]:
        async for portion in super().list_objects(shard):
            yield [(name, age + self.age) for name, age in portion]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


@pytest.fixture
def objects(database: Database) -> SqlObjects:
    return SqlObjects(database)


@pytest.fixture
def files(store: Store, objects: SqlObjects) -> AccountedFiles:
    return AccountedFiles(store, objects, lambda _: False)


def sweeper(database: Database, store: Store, *, delete_unknown: bool = False) -> Sweeper:
    return Sweeper(
        jobs=SqlJobStore(database),
        artifacts=SqlArtifacts(database),
        objects=SqlObjects(database),
        files=store,
        leadership=SoleLeader(),
        trash=SqlTrash(database),
        tag_jobs=SqlTagJobs(database),
        retention=Retention(0, 0, 24, 24, delete_unknown=delete_unknown),
    )


async def is_there(store: Store, name: str) -> bool:
    try:
        await store.read(name)
    except FileGone:
        return False
    return True


async def test_an_object_without_a_row_is_deleted_after_a_while_and_one_with_a_row_stays(
    database: Database, files: AccountedFiles, store: Store
) -> None:
    with_row, without = new_id(), new_id()
    for name in (with_row, without):
        await files.put_bytes(name, b"x")
    await SqlArtifacts(database).adopt_upload("u1", Artifact(with_row, "a" * 64, 1), "a.pdf")
    # Both could still get their row.
    await sweeper(database, store).purge()
    assert await is_there(store, without)
    await change(database, "UPDATE doomed SET due_at = due_at - 1000")
    await sweeper(database, store).purge()
    assert (await is_there(store, with_row), await is_there(store, without)) == (True, False)
    assert await rows(database, "SELECT * FROM doomed") == []


async def test_what_could_not_be_deleted_while_the_store_was_away_is_deleted_later(
    database: Database, files: AccountedFiles, store: Store
) -> None:
    names = [new_id() for _ in range(40)]
    for name in names:
        await store.put_bytes(name, b"x")
        await files.delete(name)
    store.away = True
    await sweeper(database, store).purge()
    assert len(await rows(database, "SELECT * FROM doomed")) == 40
    store.away = False
    await change(database, "UPDATE doomed SET due_at = due_at - 1000")
    await sweeper(database, store).purge()
    assert not any([await is_there(store, name) for name in names])
    assert await rows(database, "SELECT * FROM doomed") == []


async def test_unused_uploads_are_on_the_account_from_the_moment_they_lose_their_row(
    database: Database, objects: SqlObjects
) -> None:
    artifacts = SqlArtifacts(database)
    await artifacts.adopt_upload("u1", Artifact("b" * 8, "b" * 64, 5), "a.pdf")
    await change(database, "UPDATE artifact SET created_at = 0")
    await artifacts.expire_uploads(3600, 100)
    assert await objects.due(10) == ["b" * 8]


@pytest.mark.parametrize("delete", [False, True], ids=["counted", "deleted"])
async def test_old_objects_that_no_row_names_are(delete: bool, database: Database, store: Store) -> None:
    known, unknown = new_id(), new_id()
    for name in (known, unknown):
        await store.put_bytes(name, b"x")
    await SqlArtifacts(database).adopt_upload("u1", Artifact(known, "a" * 64, 1), "a.pdf")
    looking = sweeper(database, store, delete_unknown=delete)
    # Young ones may be about to get their row.
    assert sum([await looking.look_for_unknown() for _ in range(256)]) == 0
    store.age = 2 * 86_400
    assert sum([await looking.look_for_unknown() for _ in range(256)]) == 1
    await looking.purge()
    assert (await is_there(store, known), await is_there(store, unknown)) == (True, not delete)
