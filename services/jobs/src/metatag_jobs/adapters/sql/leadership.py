"""Who dispatches: the one process there is, or the holder of a row in PostgreSQL."""

from __future__ import annotations

import os
import socket
import uuid

from sqlalchemy import text

from metatag_jobs.adapters.sql.dialect import Dialect, fetch
from metatag_jobs.adapters.sql.transact import writes
from metatag_runtime.sql import Database, Transaction

# A leader that has not beaten for so long by the database's clock is none. Seconds; the dispatcher asks each second.
TERM = 3.0

_LEAD = """
    INSERT INTO leader (name, owner, beat_at) VALUES (:name, :owner, {now}) ON CONFLICT (name) DO UPDATE SET owner =
    excluded.owner, beat_at = excluded.beat_at WHERE leader.owner = excluded.owner OR leader.beat_at < {now} - :term
    RETURNING owner
"""


class SoleLeader:
    """Leads always: the embedded mode is the only process."""

    async def leads(self) -> bool:
        """Return True."""
        return True

    async def resign(self) -> None:
        """Do nothing."""


class SqlLeader:
    """Leads while its row is young. A leader that is frozen, or cut off, is followed by another after TERM.

    Not a session lock: the server would keep that for a machine that left the network without a word.
    """

    def __init__(self, database: Database, name: str = "dispatch") -> None:
        self._database = database
        self._sql = Dialect(database).sql
        self._name = name
        # For people who look at the row: which process it is.
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"

    @writes
    async def leads(self, transaction: Transaction) -> bool:
        """Return whether this process leads now, trying to if nobody does; raises when the database is away."""
        rows = await fetch(transaction, self._sql(_LEAD), name=self._name, owner=self.owner, term=TERM)
        return bool(rows)

    @writes
    async def resign(self, transaction: Transaction) -> None:
        """Let another lead."""
        mine = {"name": self._name, "owner": self.owner}
        await transaction.run(text("DELETE FROM leader WHERE name = :name AND owner = :owner"), mine)
