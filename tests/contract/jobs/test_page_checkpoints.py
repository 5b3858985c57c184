"""Parts of long documents: fenced, found by the next attempt, gone with the document."""

from __future__ import annotations

import pytest

from fakes.jobs_database import change, ended, make_job, rows
from metatag_jobs.adapters.sql.artifacts import SqlArtifacts
from metatag_jobs.adapters.sql.control import SqlJobStore
from metatag_jobs.adapters.sql.dialect import new_id
from metatag_jobs.adapters.sql.work import SqlWorkStore
from metatag_jobs.plan import plan
from metatag_jobs.work import Artifact, Claim
from metatag_runtime.sql import Database


@pytest.fixture
def store(database: Database) -> SqlWorkStore:
    return SqlWorkStore(database)


@pytest.fixture
def jobs(database: Database) -> SqlJobStore:
    return SqlJobStore(database)


async def claims_of(store: SqlWorkStore, jobs: SqlJobStore, count: int = 2) -> list[Claim]:
    await make_job(jobs, count)
    await store.heartbeat("w", "host", 8, 2)
    found, window = await store.open_jobs()
    tickets = await store.admit(*plan(found, window), 60)
    return list((await store.start("w", tickets)).values())


def part_of(claim: Claim) -> Artifact:
    return Artifact(new_id(), f"{claim.document_id}:{new_id()[-12:]}", 9)


async def test_a_part_is_found_by_its_document_only_and_dropped_once(store: SqlWorkStore, jobs: SqlJobStore) -> None:
    one, other = await claims_of(store, jobs)
    kept = [part_of(one), part_of(one)]
    for part in kept:
        assert await store.keep_page_checkpoint("w", one.document_id, one.attempt, part)
    assert set(await store.parts(one.document_id)) == {part.id for part in kept}
    assert await store.parts(other.document_id) == []
    assert set(await store.drop_parts(one.document_id)) == {part.id for part in kept}
    assert await store.drop_parts(one.document_id) == []


@pytest.mark.parametrize(("owner", "later"), [("another", 0), ("w", 1)])
async def test_a_worker_that_was_replaced_keeps_nothing(
    store: SqlWorkStore, jobs: SqlJobStore, owner: str, later: int
) -> None:
    claim = (await claims_of(store, jobs))[0]
    assert not await store.keep_page_checkpoint(owner, claim.document_id, claim.attempt + later, part_of(claim))
    assert await store.parts(claim.document_id) == []


async def test_nothing_is_kept_of_a_document_that_ended_or_whose_job_was_cancelled(
    store: SqlWorkStore, jobs: SqlJobStore
) -> None:
    one, other = await claims_of(store, jobs)
    await store.finish("w", [ended(one)])
    assert not await store.keep_page_checkpoint("w", one.document_id, one.attempt, part_of(one))
    await jobs.cancel("u1", other.job_id)
    assert not await store.keep_page_checkpoint("w", other.document_id, other.attempt, part_of(other))


async def test_parts_go_with_their_job(store: SqlWorkStore, jobs: SqlJobStore, database: Database) -> None:
    one, other = await claims_of(store, jobs)
    (elsewhere,) = await claims_of(store, jobs, 1)
    parts = {claim.document_id: part_of(claim) for claim in (one, other, elsewhere)}
    for claim in (one, other, elsewhere):
        assert await store.keep_page_checkpoint("w", claim.document_id, claim.attempt, parts[claim.document_id])
    await jobs.delete("u1", one.job_id)
    objects, _ = await jobs.purge(100)
    assert {parts[one.document_id].id, parts[other.document_id].id} <= set(objects)
    left = await rows(database, "SELECT id FROM artifact WHERE kind = 'part'")
    assert [row["id"] for row in left] == [parts[elsewhere.document_id].id]


async def test_a_part_that_nobody_came_back_for_is_removed_like_an_unused_upload(
    store: SqlWorkStore, jobs: SqlJobStore, database: Database
) -> None:
    claim = (await claims_of(store, jobs))[0]
    part = part_of(claim)
    assert await store.keep_page_checkpoint("w", claim.document_id, claim.attempt, part)
    await change(database, "UPDATE artifact SET created_at = 0")
    assert await SqlArtifacts(database).expire_uploads(3600, 100) == [part.id]
    assert await store.parts(claim.document_id) == []
