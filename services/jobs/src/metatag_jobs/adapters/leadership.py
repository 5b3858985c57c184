"""Who dispatches: the one process there is, or the holder of a lock in PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from metatag_runtime.sql import Database


class SoleLeader:
    """Leads always: the embedded mode is the only process."""

    async def leads(self) -> bool:
        """Yes."""
        return True

    async def resign(self) -> None:
        """Nothing to let go."""


class PostgresLeader:
    """Holds a session lock; whoever holds it leads. The lock ends with the connection: a dead leader cannot keep it."""

    # Any constant of our own, the same in all replicas.
    LOCK = 7_301_553_054

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: AsyncConnection | None = None
        self._turn = asyncio.Lock()

    async def leads(self) -> bool:
        """Whether this process leads now, trying to if nobody does; raises when the database does not answer."""
        async with self._turn:
            if self._connection is None:
                return await self._try()
            try:
                await self._connection.execute(text("SELECT 1"))
            except BaseException:
                await self._drop()
                raise
            return True

    async def resign(self) -> None:
        """Let another lead."""
        async with self._turn:
            await self._drop()

    async def _try(self) -> bool:
        connection = await self._database.engine.connect()
        try:
            # Outside a transaction: an idle one would hold back the vacuum.
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            asked = text("SELECT pg_try_advisory_lock(:lock)")
            if (await connection.execute(asked, {"lock": self.LOCK})).scalar():
                self._connection = connection
                return True
        except BaseException:
            await connection.invalidate()
            raise
        await connection.close()
        return False

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # Not back into the pool: the session, and the lock with it, must end.
            with contextlib.suppress(Exception):
                await connection.invalidate()
            with contextlib.suppress(Exception):
                await connection.close()
