"""Lists and searches of a user's documents in SQL: narrowed, ordered, page by page, with their number.

On PostgreSQL a word that many documents hold is not looked up in the index, which would give them all to be sorted: the
documents are walked in their order until the page is full. Which way is taken is told by the bounded count.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch
from metatag_jobs.adapters.sql.documents import COLUMNS, FROM, document_of
from metatag_jobs.adapters.sql.search import beginnings
from metatag_jobs.adapters.sql.transact import reads
from metatag_jobs.facet_index import filter_words
from metatag_jobs.records.finding import MAX_COUNTED, DocumentFilter, Found
from metatag_jobs.search_text import fold, like_pattern, words
from metatag_runtime.sql import Database, Transaction

# Words of a query that are looked for.
MAX_WORDS = 32

_ORDER = {
    "-processed_at": "doc.processed_at DESC, doc.id DESC",
    "processed_at": "doc.processed_at, doc.id",
    "title": "lower(doc.title), doc.id",
    "-title": "lower(doc.title) DESC, doc.id DESC",
    "confidence": "{confidence} IS NULL, {confidence}, doc.id",
    "-confidence": "{confidence} IS NULL, {confidence} DESC, doc.id DESC",
}
_INTERNAL = {"success": "done", "failed": "failed"}


class SqlFind:
    """The port FindStore."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._dialect = Dialect(database)
        lite = self._dialect.is_sqlite

        def fact(column: str, name: str, kind: str = "") -> str:
            """Return a fact of a document; those of earlier versions have it in their result alone."""
            found = f"json_extract(body, '$.{name}')" if lite else f"(CAST(body AS json) ->> '{name}')"
            found = f"CAST({found} AS {kind})" if kind else found
            stored = f"(SELECT {found} FROM doc_result WHERE doc_result.doc_id = doc.id)"  # noqa: S608  ours alone
            return f"CASE WHEN doc.method IS NULL AND doc.state = 'done' THEN {stored} ELSE doc.{column} END"

        self._language, self._method = fact("language", "language"), fact("method", "extraction_method")
        self._confidence = fact("confidence", "ocr_confidence", "double precision")
        each = (
            "json_each(body, '$.tags')" if lite else "json_array_elements(COALESCE(CAST(body AS json) -> 'tags', '[]'))"
        )
        name = "json_extract(t.value, '$.tag')" if lite else "t.value ->> 'tag'"
        has = f"EXISTS (SELECT 1 FROM doc_result CROSS JOIN {each} AS t WHERE doc_result.doc_id = doc.id AND {{}})"  # noqa: S608  ours alone
        self._has_tag = has.format(f"lower({name}) = :tag")
        self._has_any_tag = has.format(f"{name} IN {{ids(any_tags)}}")
        self._held = (
            "SELECT s.doc_id FROM doc_fts JOIN doc_search s ON s.n = doc_fts.rowid "
            "WHERE doc_fts MATCH :{} AND s.user_id = :user_id"
            if lite
            else "SELECT s.doc_id FROM doc_search s WHERE s.words @@ CAST(:{} AS tsquery) AND s.user_id = :user_id"
        )
        self._some = self._dialect.sql(f"SELECT {COLUMNS} {FROM} WHERE doc.id IN {{ids(ids)}}")

    @reads
    async def find(
        self, transaction: Transaction, user_id: str, wanted: DocumentFilter, *, sort: str, limit: int, offset: int
    ) -> Found:
        """Return a page of a user's ended documents and the number of all that match."""
        if wanted.query and not fold(wanted.query) and not wanted.facets:
            # Joiners alone are no query; as a pattern they would find everything.
            return Found([], 0, True)
        conditions, values = self._conditions(user_id, wanted)
        groups = self._groups(wanted, values)
        walked = sort.endswith("processed_at") and await self._are_frequent(transaction, groups, values)
        if not walked:
            conditions += [f"doc.id IN ({' UNION '.join(group)})" for group in groups]
        total, is_exact = MAX_COUNTED, False
        if not walked:
            counted = self._statement("1 AS one", conditions, f"LIMIT {MAX_COUNTED + 1}")
            counting = self._dialect.sql(f"SELECT count(*) AS n FROM ({counted}) AS f")  # noqa: S608
            found = (await fetch(transaction, counting, **values))[0]["n"]
            total, is_exact = min(found, MAX_COUNTED), found <= MAX_COUNTED
        listed = (
            self._walk(conditions, groups, sort)
            if walked
            else self._statement("doc.id", conditions, f"ORDER BY {self._order(sort)} LIMIT :n OFFSET :offset")
        )
        chosen = await fetch(transaction, self._dialect.sql(listed), n=limit, offset=offset, **values)
        ids = [row["id"] for row in chosen]
        if walked and len(ids) < limit:
            # The walk came to the end: so many there are.
            total, is_exact = offset + len(ids), bool(ids) or not offset
        rows = await fetch(transaction, self._some, ids=as_json(ids)) if ids else []
        by_id = {row["id"]: row for row in rows}
        return Found(
            [document_of(by_id[each]) for each in ids if each in by_id],
            total,
            is_exact,
            {each: by_id[each]["ocr_id"] or "" for each in ids if each in by_id},
        )

    def _conditions(self, user_id: str, wanted: DocumentFilter) -> tuple[list[str], dict[str, Any]]:
        values: dict[str, Any] = {"user_id": user_id}
        # Written out: a partial index is not used for a parameter.
        states = [_INTERNAL[state] for state in wanted.states if state in _INTERNAL] or ["done", "failed"]
        found = [
            "doc.user_id = :user_id",
            "doc.state IN ('done', 'failed')",
            "doc.trashed_at IS NULL",
            "job.state <> 'deleted'",
        ]
        if len(states) == 1:
            found.append(f"doc.state = '{states[0]}'")
        pairs = (
            ("job_id", "doc.job_id = :job_id", wanted.job_id or None),
            ("language", f"{self._language} = :language", wanted.language or None),
            ("method", f"{self._method} = :method", wanted.method or None),
            ("low", f"{self._confidence} >= :low", wanted.confidence_min),
            ("high", f"{self._confidence} <= :high", wanted.confidence_max),
            ("since", "doc.processed_at >= :since", wanted.since),
            ("before", "doc.processed_at < :before", wanted.before),
            ("tag", self._has_tag, wanted.tag.lower() or None),
        )
        for name, condition, value in pairs:
            if value is not None:
                found.append(condition)
                values[name] = value
        for name, condition, listed in (
            ("any_tags", self._has_any_tag, wanted.any_tags or None),
            ("ids", "doc.id IN {ids(ids)}", wanted.ids),
        ):
            if listed is not None:
                found.append(condition)
                values[name] = as_json(list(listed))
        if wanted.reviewed is not None:
            found.append(f"doc.reviewed_at IS {'NOT ' if wanted.reviewed else ''}NULL")
        return found, values

    def _groups(self, wanted: DocumentFilter, values: dict[str, Any]) -> list[list[str]]:
        """Return lookups in the search index, of each group one must hold, and put their values in."""
        found: list[list[str]] = []

        def held(name: str, asked: Sequence[str]) -> list[str]:
            if not asked:
                return []
            values[name] = beginnings(asked, sqlite=self._dialect.is_sqlite)
            return [self._held.format(name)]

        if wanted.query.strip():
            values["pattern"] = like_pattern(wanted.query)
            label = "SELECT s.doc_id FROM doc_search s WHERE s.user_id = :user_id AND s.label LIKE :pattern ESCAPE '!'"
            found.append([label, *held("query", words(wanted.query)[:MAX_WORDS])])
        others = (held("facets", filter_words(wanted.facets)), held("tag_words", words(wanted.tag)[:MAX_WORDS]))
        found.extend(group for group in others if group)
        split = [words(tag)[:MAX_WORDS] for tag in wanted.any_tags]
        if split and all(split):
            # One of them is enough; a tag without a letter is in no index.
            found.append([each for number, asked in enumerate(split) for each in held(f"any_{number:03}", asked)])
        return found

    async def _are_frequent(
        self, transaction: Transaction, groups: Sequence[Sequence[str]], values: dict[str, Any]
    ) -> bool:
        """Return whether each group is held by so many documents that walking through all finds a page sooner."""
        if self._dialect.is_sqlite or not groups:
            return False
        for group in groups:
            for lookup in group:
                counting = self._dialect.sql(f"SELECT count(*) AS n FROM ({lookup} LIMIT {MAX_COUNTED + 1}) AS f")  # noqa: S608
                asked = {name: value for name, value in values.items() if f":{name}" in lookup}
                if (await fetch(transaction, counting, **asked))[0]["n"] > MAX_COUNTED:
                    break
            else:
                return False
        return True

    def _order(self, sort: str) -> str:
        return _ORDER[sort].format(confidence=self._confidence)

    def _statement(self, what: str, conditions: Sequence[str], rest: str) -> str:
        where = " AND ".join(conditions)
        return f"SELECT {what} FROM doc JOIN job ON job.id = doc.job_id WHERE {where} {rest}"  # noqa: S608

    def _walk(self, conditions: Sequence[str], groups: Sequence[Sequence[str]], sort: str) -> str:
        """Return a statement that looks at one document after the other until the page is full."""
        tests = (" OR ".join(lookup.partition(" WHERE ")[2] for lookup in group) for group in groups)
        # The offset keeps the lookup of one document apart from the index over words.
        held = " AND ".join(f"({test})" for test in tests)
        hit = f"SELECT 1 FROM doc_search s WHERE s.doc_id = d.id AND {held} OFFSET 0"  # noqa: S608
        inner = self._statement("doc.id, doc.processed_at", conditions, f"ORDER BY {self._order(sort)}")
        return (
            f"SELECT d.id, d.processed_at FROM ({inner}) AS d CROSS JOIN LATERAL ({hit}) AS hit LIMIT :n OFFSET :offset"  # noqa: S608
        )
