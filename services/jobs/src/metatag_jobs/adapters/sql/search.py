"""The search index in SQL: FTS5 on SQLite, tsvector and trigrams on PostgreSQL; words come from search_text.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metatag_jobs.adapters.sql.dialect import Dialect, fetch, rows_json
from metatag_jobs.search_text import fold, like_pattern, words
from metatag_jobs.work import Finish
from metatag_runtime.sql import Transaction


class SearchWriter:
    """Adds finished documents to the index inside the caller's transaction."""

    def __init__(self, dialect: Dialect) -> None:
        self._sqlite = dialect.is_sqlite
        rows = dialect.rows("rows", id="text", user_id="text", label="text", words="text")
        if dialect.is_sqlite:
            self._label = dialect.sql(
                f"INSERT INTO doc_search (doc_id, user_id, label) SELECT r.id, r.user_id, r.label FROM {rows} AS r "  # noqa: S608
                "WHERE true "
                "ON CONFLICT (doc_id) DO UPDATE SET label = excluded.label"
            )
            self._words = dialect.sql(
                "INSERT OR REPLACE INTO doc_fts (rowid, tokens) SELECT s.n, r.words "  # noqa: S608
                f"FROM {rows} AS r JOIN doc_search s ON s.doc_id = r.id"
            )
        else:
            self._label = dialect.sql(
                "INSERT INTO doc_search (doc_id, user_id, label, words) SELECT r.id, r.user_id, r.label, "  # noqa: S608
                f"array_to_tsvector(array_remove(string_to_array(r.words, ' '), '')) FROM {rows} AS r "
                "ON CONFLICT (doc_id) DO UPDATE SET label = excluded.label, words = excluded.words"
            )

    async def add(self, transaction: Transaction, documents: Sequence[dict[str, Any]]) -> None:
        """Index documents by their `search_row`; a second time replaces."""
        rows = rows_json(documents)
        await transaction.run(self._label, {"rows": rows})
        if self._sqlite:
            await transaction.run(self._words, {"rows": rows})


def search_row(finish: Finish) -> dict[str, Any]:
    """Give the index's row of a finished document."""
    return {
        "id": finish.claim.document_id,
        "user_id": finish.claim.user_id,
        "label": finish.search_label,
        "words": " ".join(finish.search_tokens),
    }


class SearchReader:
    """Finds a user's documents: all words of the query at the beginning of words, or the query inside title or tags."""

    def __init__(self, dialect: Dialect) -> None:
        latest = (
            "JOIN doc ON doc.id = found.doc_id JOIN job ON job.id = doc.job_id AND job.state <> 'deleted' "
            "WHERE doc.trashed_at IS NULL ORDER BY doc.processed_at DESC LIMIT :n"
        )
        label = "SELECT doc_id FROM doc_search WHERE user_id = :user_id AND label LIKE :pattern ESCAPE '!'"
        if dialect.is_sqlite:
            by_words = (
                "SELECT s.doc_id FROM doc_fts JOIN doc_search s ON s.n = doc_fts.rowid "
                "WHERE doc_fts MATCH :query AND s.user_id = :user_id"
            )
        else:
            by_words = "SELECT doc_id FROM doc_search WHERE user_id = :user_id AND words @@ CAST(:query AS tsquery)"
        self._sqlite = dialect.is_sqlite
        having = by_words.replace(":query", ":facets")
        self._both = dialect.sql(f"SELECT doc.id FROM ({label} UNION {by_words}) AS found {latest}")  # noqa: S608
        self._label_only = dialect.sql(f"SELECT doc.id FROM ({label}) AS found {latest}")  # noqa: S608
        narrowed = latest.replace("ORDER BY", f"AND found.doc_id IN ({having}) ORDER BY", 1)
        self._both_narrowed = dialect.sql(f"SELECT doc.id FROM ({label} UNION {by_words}) AS found {narrowed}")  # noqa: S608
        self._label_narrowed = dialect.sql(f"SELECT doc.id FROM ({label}) AS found {narrowed}")  # noqa: S608

    async def find(
        self, transaction: Transaction, user_id: str, query: str, limit: int, facets: Sequence[str] = ()
    ) -> list[str]:
        """Return ids of matching documents, latest first; `facets` are beginnings of index words, all wanted."""
        if not facets and not fold(query):
            # Joiners alone are no query; as a pattern they would find everything.
            return []
        asked = words(query)[:32]
        values: dict[str, Any] = {"user_id": user_id, "pattern": like_pattern(query), "n": limit}
        if asked:
            values["query"] = beginnings(asked, sqlite=self._sqlite)
        if facets:
            values["facets"] = beginnings(facets, sqlite=self._sqlite)
        statement = {
            (True, False): self._both,
            (False, False): self._label_only,
            (True, True): self._both_narrowed,
            (False, True): self._label_narrowed,
        }[bool(asked), bool(facets)]
        return [row["id"] for row in await fetch(transaction, statement, **values)]


def beginnings(wanted: Sequence[str], *, sqlite: bool) -> str:
    """Return the database's query for documents that hold a word with each of these beginnings."""
    if sqlite:
        return " AND ".join(f'"{word}"*' for word in wanted)
    return " & ".join("'" + word.replace("\\", "").replace("'", "''") + "':*" for word in wanted)
