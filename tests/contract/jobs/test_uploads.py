"""Uploads by content: found by their user alone, and kept as if they had just been sent."""

from __future__ import annotations

from fakes.jobs_database import change
from metatag_jobs.adapters.dialect import new_id
from metatag_jobs.adapters.sql_artifacts import SqlArtifacts
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
