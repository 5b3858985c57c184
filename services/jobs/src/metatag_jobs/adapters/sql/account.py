"""All that a user has, read in bounded portions by key."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch
from metatag_jobs.adapters.sql.documents import COLUMNS, FROM, document_of
from metatag_jobs.adapters.sql.events import JOB_COLUMNS, job_of
from metatag_jobs.adapters.sql.transact import reads
from metatag_jobs.model import Document, Job
from metatag_runtime.sql import Database, Transaction

_JOBS = f"""
    SELECT {JOB_COLUMNS} FROM job WHERE user_id = :user_id AND state <> 'deleted' AND id > :after ORDER BY id LIMIT :n
"""  # noqa: S608
# Without runs over other documents, whose results are in those.
_DOCUMENTS = f"""
    SELECT {COLUMNS} {FROM} WHERE doc.job_id = :job_id AND doc.position >= :position AND doc.reprocess_of IS NULL AND
    job.state <> 'deleted' ORDER BY doc.position LIMIT :n
"""
_CHANGES = """
    SELECT doc_id, version, made_at, made_by, action, body, undone, undoes, tag_job_id FROM doc_change WHERE
    doc_id IN {ids(ids)} ORDER BY doc_id, version
"""
_FILES = """
    SELECT digest, id FROM artifact WHERE user_id = :user_id AND kind = 'file' AND digest > :after ORDER BY digest
    LIMIT :n
"""
_VOCABULARIES = """
    SELECT name, version FROM vocabulary WHERE user_id = :user_id ORDER BY name, version
"""
_TERMS = """
    SELECT terms FROM vocabulary WHERE user_id = :user_id AND name = :name AND version = :version
"""
_WEBHOOKS = """
    SELECT id, url, events, active, problem, created_at FROM webhook WHERE user_id = :user_id ORDER BY created_at, id
"""
_TAG_JOBS = """
    SELECT id, state, change, wanted, total, done, changed, refused, missing, restored, problem, created_at,
    completed_at FROM tag_job WHERE user_id = :user_id AND id > :after ORDER BY id LIMIT :n
"""
_FEEDBACK = """
    SELECT doc_id, made_at, body FROM tag_feedback WHERE doc_id IN {ids(ids)}
"""


class SqlAccount:
    """The port AccountStore of accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sql = Dialect(database).sql

    @reads
    async def jobs(self, transaction: Transaction, user_id: str, after: str, limit: int) -> list[Job]:
        """Return the user's jobs that were not deleted, by id, after one of them."""
        rows = await fetch(transaction, self._sql(_JOBS), user_id=user_id, after=after, n=limit)
        return [job_of(row) for row in rows]

    @reads
    async def documents(
        self, transaction: Transaction, job_id: str, from_position: int, limit: int
    ) -> list[tuple[Document, str]]:
        """Return documents of a job by position, the trash included, each with the object of its text or ""."""
        rows = await fetch(transaction, self._sql(_DOCUMENTS), job_id=job_id, position=from_position, n=limit)
        return [(document_of(row), row["ocr_id"] or "") for row in rows]

    @reads
    async def changes(self, transaction: Transaction, document_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """Return what people changed in documents, oldest first, by document."""
        found: dict[str, list[dict[str, Any]]] = {}
        for row in await fetch(transaction, self._sql(_CHANGES), ids=as_json(list(document_ids))):
            made = {name: row[name] for name in ("version", "made_at", "made_by", "action", "tag_job_id")}
            undoes = json.loads(row["undoes"]) if row["undoes"] else []
            change = made | {"changes": json.loads(row["body"]), "undone": bool(row["undone"]), "undoes": undoes}
            found.setdefault(row["doc_id"], []).append(change)
        return found

    @reads
    async def feedback(self, transaction: Transaction, document_ids: Sequence[str]) -> dict[str, Any]:
        """Return what is remembered of people's judgement of machine-made tags as JSON, by document."""
        rows = await fetch(transaction, self._sql(_FEEDBACK), ids=as_json(list(document_ids)))
        return {row["doc_id"]: json.loads(row["body"]) for row in rows}

    @reads
    async def files(self, transaction: Transaction, user_id: str, after: str, limit: int) -> list[tuple[str, str]]:
        """Return the user's stored PDFs by SHA-256, after one of them: each digest with its object."""
        rows = await fetch(transaction, self._sql(_FILES), user_id=user_id, after=after, n=limit)
        return [(row["digest"], row["id"]) for row in rows]

    @reads
    async def vocabularies(self, transaction: Transaction, user_id: str) -> list[tuple[str, int]]:
        """Return the names and versions of the user's vocabularies."""
        rows = await fetch(transaction, self._sql(_VOCABULARIES), user_id=user_id)
        return [(row["name"], row["version"]) for row in rows]

    @reads
    async def terms(self, transaction: Transaction, user_id: str, name: str, version: int) -> list[Any]:
        """Return the terms of one version as JSON, empty when it is gone."""
        rows = await fetch(transaction, self._sql(_TERMS), user_id=user_id, name=name, version=version)
        found: list[Any] = json.loads(rows[0]["terms"]) if rows else []
        return found

    @reads
    async def webhooks(self, transaction: Transaction, user_id: str) -> list[dict[str, Any]]:
        """Return the user's webhooks without their secrets."""
        rows = await fetch(transaction, self._sql(_WEBHOOKS), user_id=user_id)
        return [dict(row) | {"events": json.loads(row["events"]), "active": bool(row["active"])} for row in rows]

    @reads
    async def tag_jobs(self, transaction: Transaction, user_id: str, after: str, limit: int) -> list[dict[str, Any]]:
        """Return the user's changes of tags of many documents, by id, after one of them."""
        rows = await fetch(transaction, self._sql(_TAG_JOBS), user_id=user_id, after=after, n=limit)
        return [dict(row) | {"change": json.loads(row["change"]), "wanted": json.loads(row["wanted"])} for row in rows]
