"""Uploads by content: found by their user alone, and kept as if they had just been sent."""

from __future__ import annotations

from fakes.jobs_database import change, make_job, rows
from metatag_jobs.adapters.sql.artifacts import SqlArtifacts
from metatag_jobs.adapters.sql.control import SqlJobStore
from metatag_jobs.adapters.sql.dialect import new_id
from metatag_jobs.work import Artifact
from metatag_runtime.sql import Database


async def test_what_a_user_has_stored_is_found_by_its_content_and_by_no_other_user(database: Database) -> None:
    artifacts = SqlArtifacts(database)
    known, stray = Artifact(new_id(), "a" * 64, 5), Artifact(new_id(), "b" * 64, 6)
    await artifacts.adopt_upload("u1", known, "a.pdf")
    await artifacts.adopt_upload("u2", stray, "b.pdf")
    (found,) = await artifacts.find_uploads("u1", ["a" * 64, "b" * 64, "c" * 64])
    assert (found.file_id, found.content_sha256, found.size_bytes) == (known.id, "a" * 64, 5)


async def test_what_was_asked_for_is_not_removed_as_unused_a_moment_later(database: Database) -> None:
    artifacts = SqlArtifacts(database)
    for digest in ("a" * 64, "b" * 64):
        await artifacts.adopt_upload("u1", Artifact(digest[:8], digest, 5), "a.pdf")
    await change(database, "UPDATE artifact SET created_at = 0")
    await artifacts.find_uploads("u1", ["a" * 64])
    assert await artifacts.expire_uploads(3600, 100) == ["b" * 8]


async def used(database: Database, artifacts: SqlArtifacts) -> str:
    """Make a job of two documents with files of their own, as workers leave them; give its id."""
    job_id = await make_job(SqlJobStore(database), 2)
    for position, digest in enumerate(("a" * 64, "b" * 64)):
        await artifacts.adopt_upload("u1", Artifact(digest[:8], digest, 5), "a.pdf")
        place = {"file": digest[:8], "job": job_id, "at": position}
        await change(database, "UPDATE doc SET file_id = :file WHERE job_id = :job AND position = :at", **place)
    await change(database, "UPDATE artifact SET refs = 1, created_at = 1000")
    return job_id


async def test_a_file_asked_for_after_its_job_was_deleted_is_still_there_when_the_next_begins(
    database: Database,
) -> None:
    artifacts, jobs = SqlArtifacts(database), SqlJobStore(database)
    await jobs.delete("u1", await used(database, artifacts))
    await artifacts.find_uploads("u1", ["a" * 64])
    assert (await jobs.purge(100))[0] == ["b" * 8]
    assert [row["id"] for row in await rows(database, "SELECT id FROM artifact")] == ["a" * 8]


async def test_a_file_asked_for_is_not_removed_with_the_old_files_of_the_job_that_had_it(database: Database) -> None:
    artifacts = SqlArtifacts(database)
    job_id = await used(database, artifacts)
    done = "UPDATE job SET state = 'completed', completed_at = 1000 WHERE id = :id"
    await change(database, done, id=job_id)
    await artifacts.find_uploads("u1", ["a" * 64])
    assert await artifacts.expire_files(3600, 100) == ["b" * 8]
