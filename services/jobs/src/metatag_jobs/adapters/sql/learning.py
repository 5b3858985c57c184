"""Feedback of users on tags in SQL, and what their documents hold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch
from metatag_jobs.adapters.sql.transact import reads, writes
from metatag_jobs.jsonable import pack, unpack
from metatag_jobs.learning.feedback import feedback_of
from metatag_jobs.learning.model import MAX_EXAMPLE_TAGS, Collected, Feedback
from metatag_jobs.model import TagExample
from metatag_jobs.records.model import Edit
from metatag_runtime.sql import Database, Transaction

# The latest ended documents of a user.
_LATEST = (
    "SELECT doc.id FROM doc JOIN job ON job.id = doc.job_id AND job.state <> 'deleted' WHERE doc.user_id = :user_id "
    "AND doc.state IN ('done', 'failed') AND doc.trashed_at IS NULL ORDER BY doc.processed_at DESC LIMIT :documents"
)
_OF_USER = (
    "FROM tag_feedback AS f JOIN doc ON doc.id = f.doc_id AND doc.trashed_at IS NULL JOIN job ON job.id = doc.job_id "
    "AND job.state <> 'deleted' WHERE f.user_id = :user_id ORDER BY f.made_at DESC, f.doc_id LIMIT :n"
)


class FeedbackWriter:
    """Keeps what people made of a document's tags, inside the transaction of their change."""

    def __init__(self, dialect: Dialect) -> None:
        sql = dialect.sql
        self._known = sql(
            "SELECT (SELECT body FROM tag_feedback WHERE doc_id = :id) AS body, "
            "EXISTS (SELECT 1 FROM learning WHERE user_id = :user_id AND NOT enabled) AS is_off"
        )
        self._keep = sql(
            "INSERT INTO tag_feedback (doc_id, user_id, made_at, body, excerpt) VALUES (:id, :user_id, :at, :body, "
            ":excerpt) ON CONFLICT (doc_id) DO UPDATE SET made_at = excluded.made_at, body = excluded.body, "
            "excerpt = excluded.excerpt"
        )
        self._drop = sql("DELETE FROM tag_feedback WHERE doc_id = :id")

    async def write(self, transaction: Transaction, edit: Edit) -> None:
        """Keep the feedback of a change of tags or of a review; of other changes there is none."""
        changed = {change.field: change.before for change in edit.change.changes}
        if not changed.keys() & {"tags", "reviewed"}:
            return
        row = (await fetch(transaction, self._known, id=edit.document_id, user_id=edit.user_id))[0]
        if row["is_off"]:
            return
        known = unpack(Feedback, json.loads(row["body"])) if row["body"] else None
        record = edit.record
        before = changed.get("tags", record.tags)
        found = feedback_of(known, before, record.tags, record.facets, reviewed=record.reviewed)
        if found is None:
            await transaction.run(self._drop, {"id": edit.document_id})
            return
        await transaction.run(
            self._keep,
            {
                "id": edit.document_id,
                "user_id": edit.user_id,
                "at": edit.change.at,
                "body": as_json(pack(found)),
                "excerpt": as_json(edit.excerpt),
            },
        )


class SqlLearning:
    """The port LearningStore."""

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect = Dialect(database)
        sql, lite = dialect.sql, dialect.is_sqlite
        self._enabled = sql("SELECT enabled FROM learning WHERE user_id = :user_id")
        self._revision = sql(
            "SELECT (SELECT enabled FROM learning WHERE user_id = :user_id) AS enabled, "
            "(SELECT max(made_at) FROM tag_feedback WHERE user_id = :user_id) AS latest_at"
        )
        self._enable = sql(
            "INSERT INTO learning (user_id, enabled) VALUES (:user_id, :enabled) "
            "ON CONFLICT (user_id) DO UPDATE SET enabled = excluded.enabled"
        )
        self._collected = sql(f"SELECT f.body, f.made_at {_OF_USER}")
        self._examples = sql(f"SELECT f.body, f.excerpt {_OF_USER}")
        self._forget = sql("DELETE FROM tag_feedback WHERE user_id = :user_id")
        tokens = "doc_fts.tokens" if lite else "array_to_string(tsvector_to_array(s.words), ' ')"
        fts = "JOIN doc_fts ON doc_fts.rowid = s.n" if lite else ""
        self._words = sql(
            f"SELECT {tokens} AS words FROM ({_LATEST}) AS d JOIN doc_search AS s ON s.doc_id = d.id {fts}"  # noqa: S608
        )
        each = "json_each(doc_result.body, '$.tags')" if lite else ""
        each = each or "json_array_elements(COALESCE(CAST(doc_result.body AS json) -> 'tags', '[]'))"
        name = "json_extract(t.value, '$.tag')" if lite else "t.value ->> 'tag'"
        self._frequent = sql(
            f"SELECT {name} AS name, count(*) AS n FROM ({_LATEST}) AS d JOIN doc_result ON "  # noqa: S608  ours alone
            f"doc_result.doc_id = d.id CROSS JOIN {each} AS t GROUP BY {name} ORDER BY n DESC, name LIMIT :n"
        )

    @reads
    async def revision(self, transaction: Transaction, user_id: str) -> tuple[bool, float | None]:
        """Return whether a user is learnt from, and when the latest feedback was given."""
        row = (await fetch(transaction, self._revision, user_id=user_id))[0]
        return row["enabled"] is None or bool(row["enabled"]), row["latest_at"]

    @reads
    async def enabled(self, transaction: Transaction, user_id: str) -> bool:
        """Return whether a user wants to be learnt from; a user who never said is."""
        rows = await fetch(transaction, self._enabled, user_id=user_id)
        return not rows or bool(rows[0]["enabled"])

    @writes
    async def enable(self, transaction: Transaction, user_id: str, enabled: bool) -> None:
        """Switch learning on or off."""
        await transaction.run(self._enable, {"user_id": user_id, "enabled": enabled})

    @reads
    async def collected(self, transaction: Transaction, user_id: str, limit: int) -> Collected:
        """Return the feedback on the latest `limit` documents that are not deleted, the latest first."""
        rows = await fetch(transaction, self._collected, user_id=user_id, n=limit)
        feedback = [unpack(Feedback, json.loads(row["body"])) for row in rows]
        return Collected(feedback, rows[0]["made_at"] if rows else None)

    @writes
    async def forget(self, transaction: Transaction, user_id: str) -> int:
        """Delete a user's feedback; return of how many documents."""
        return int(await transaction.run(self._forget, {"user_id": user_id}))

    @reads
    async def words(self, transaction: Transaction, user_id: str, limit: int) -> Sequence[str]:
        """Return the distinct folded words of each of the latest `limit` ended documents, parted by blanks."""
        rows = await fetch(transaction, self._words, user_id=user_id, documents=limit)
        return [row["words"] for row in rows]

    @reads
    async def frequent_tags(self, transaction: Transaction, user_id: str, documents: int, limit: int) -> list[str]:
        """Return the most frequent tags of the latest `documents` ended documents."""
        rows = await fetch(transaction, self._frequent, user_id=user_id, documents=documents, n=limit)
        return [row["name"] for row in rows if row["name"]]

    @reads
    async def examples(self, transaction: Transaction, user_id: str, limit: int) -> list[TagExample]:
        """Return the beginnings of the latest corrected or reviewed documents with their tags."""
        rows = await fetch(transaction, self._examples, user_id=user_id, n=4 * limit)
        return [found for row in rows if (found := _example(row)) is not None][:limit]


def _example(row: Any) -> TagExample | None:
    text, tags = json.loads(row["excerpt"]).strip(), unpack(Feedback, json.loads(row["body"])).final
    return TagExample(text, tags[:MAX_EXAMPLE_TAGS]) if text and tags else None
