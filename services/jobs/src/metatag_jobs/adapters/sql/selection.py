"""Documents chosen for a change of many, in SQL: walked in the order in which they ended, a portion at a time."""

from __future__ import annotations

from typing import Any

from metatag_jobs.adapters.sql.dialect import fetch
from metatag_jobs.adapters.sql.find import SqlFind
from metatag_jobs.adapters.sql.transact import reads
from metatag_jobs.records.finding import DocumentFilter
from metatag_jobs.records.tag_model import Place
from metatag_runtime.sql import Transaction

# Those that ended while a list was shown are no part of it.
_UNTIL = "doc.processed_at <= :until"
_AFTER = "(doc.processed_at, doc.id) > (:after_at, :after_id)"


class SqlSelection(SqlFind):
    """The port SelectionStore, with the conditions of lists and searches."""

    @reads
    async def count(
        self, transaction: Transaction, user_id: str, wanted: DocumentFilter, *, until: float, most: int
    ) -> tuple[int, bool]:
        """Return how many there are, at most `most`, and whether that is all."""
        chosen, values = await self._chosen(transaction, user_id, wanted, [_UNTIL])
        counting = self._dialect.sql(f"SELECT count(*) AS n FROM ({chosen}) AS f")  # noqa: S608  no value of a caller
        found = (await fetch(transaction, counting, until=until, n=most + 1, offset=0, **values))[0]["n"]
        return min(found, most), found <= most

    @reads
    async def portion(
        self,
        transaction: Transaction,
        user_id: str,
        wanted: DocumentFilter,
        *,
        after: Place,
        until: float,
        limit: int,
    ) -> list[Place]:
        """Return the next ones after a place."""
        chosen, values = await self._chosen(transaction, user_id, wanted, [_UNTIL, _AFTER])
        asked = {"until": until, "after_at": after.at, "after_id": after.id, "n": limit, "offset": 0}
        rows = await fetch(transaction, self._dialect.sql(chosen), **asked, **values)
        return [Place(row["processed_at"], row["id"]) for row in rows]

    async def _chosen(
        self, transaction: Transaction, user_id: str, wanted: DocumentFilter, more: list[str]
    ) -> tuple[str, dict[str, Any]]:
        conditions, values = self._conditions(user_id, wanted)
        conditions += more
        groups = self._groups(wanted, values)
        if await self._are_frequent(transaction, groups, values):
            return self._walk(conditions, groups, "processed_at"), values
        conditions += [f"doc.id IN ({' UNION '.join(group)})" for group in groups]
        rest = f"ORDER BY {self._order('processed_at')} LIMIT :n OFFSET :offset"
        return self._statement("doc.id, doc.processed_at", conditions, rest), values
