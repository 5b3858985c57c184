"""The account of objects in SQL: each is written down before it is put or deleted, and taken off by what names it."""

from __future__ import annotations

from collections.abc import Sequence

from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch, rows_json
from metatag_jobs.adapters.sql.transact import reads, writes, writes_by_key
from metatag_runtime.sql import Database, Transaction

# A put and the row that then names its object take less than this. Seconds.
PUT_SECONDS = 600.0
# An object that could not be deleted is tried again after so long. Seconds.
AGAIN_SECONDS = 15.0

_EXPECT = """
    INSERT INTO doomed (object, due_at) SELECT r.id, {now} + :seconds FROM {rows(id text)} AS r WHERE true ON CONFLICT
    (object) DO NOTHING
"""

_DOOM = """
    INSERT INTO doomed (object, due_at) SELECT r.id, {now} FROM {rows(id text)} AS r WHERE true ON CONFLICT (object) DO
    UPDATE SET due_at = excluded.due_at
"""

_KEEP = """
    DELETE FROM doomed WHERE object IN {ids(ids)}
"""

_DUE = """
    SELECT object FROM doomed WHERE due_at <= {now} ORDER BY due_at LIMIT :n
"""

_POSTPONE = """
    UPDATE doomed SET due_at = {now} + :seconds WHERE object IN {ids(ids)}
"""

_UNKNOWN = """
    SELECT r.id FROM {rows(id text)} AS r WHERE NOT EXISTS (SELECT 1 FROM artifact WHERE artifact.id = r.id) AND NOT
    EXISTS (SELECT 1 FROM doomed WHERE doomed.object = r.id)
"""


class SqlObjects:
    """The port ObjectAccount."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sql = Dialect(database).sql

    @writes_by_key
    async def expect(self, transaction: Transaction, names: Sequence[str]) -> None:
        """Write down objects that are about to be put."""
        await transaction.run(self._sql(_EXPECT), {"rows": _rows(names), "seconds": PUT_SECONDS})

    @writes
    async def doom(self, transaction: Transaction, names: Sequence[str]) -> None:
        """Write down objects that nobody needs."""
        await transaction.run(self._sql(_DOOM), {"rows": _rows(names)})

    @reads
    async def due(self, transaction: Transaction, limit: int) -> list[str]:
        """Return objects to delete now."""
        return [row["object"] for row in await fetch(transaction, self._sql(_DUE), n=limit)]

    @writes
    async def forget(self, transaction: Transaction, names: Sequence[str]) -> None:
        """Take objects that are deleted off the account."""
        await transaction.run(self._sql(_KEEP), {"ids": as_json(sorted(names))})

    @writes
    async def postpone(self, transaction: Transaction, names: Sequence[str]) -> None:
        """Try objects that could not be deleted again later."""
        await transaction.run(self._sql(_POSTPONE), {"ids": as_json(sorted(names)), "seconds": AGAIN_SECONDS})

    @reads
    async def unknown(self, transaction: Transaction, names: Sequence[str]) -> list[str]:
        """Return those of the objects that no row names."""
        return [row["id"] for row in await fetch(transaction, self._sql(_UNKNOWN), rows=_rows(names))]


async def doom_in(transaction: Transaction, dialect: Dialect, names: Sequence[str]) -> None:
    """Write down objects that nobody needs once the caller's transaction is committed."""
    if names:
        await transaction.run(dialect.sql(_DOOM), {"rows": _rows(names)})


async def keep_in(transaction: Transaction, dialect: Dialect, names: Sequence[str]) -> None:
    """Take objects off the account because the caller's rows name them."""
    if names:
        await transaction.run(dialect.sql(_KEEP), {"ids": as_json(sorted(names))})


def _rows(names: Sequence[str]) -> str:
    return rows_json({"id": name} for name in sorted(names))
