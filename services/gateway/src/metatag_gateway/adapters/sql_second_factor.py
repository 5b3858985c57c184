"""Secrets of second factors and recovery codes in SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from metatag_gateway.adapters.answering import answering
from metatag_gateway.adapters.sql_audit import note
from metatag_gateway.adapters.sql_tables import RECOVERY_CODES, TOTP, USERS
from metatag_gateway.model.audit import AuditEntry
from metatag_runtime.sql import Database


class SqlSecondFactor:
    """Keeps the promises of ports.SecondFactorStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin_totp(self, user_id: str, sealed: str) -> bool:
        """Replace what was not confirmed."""
        with answering():
            async with self._database.write() as connection:
                in_use = sa.select(USERS.c.has_totp).where(USERS.c.id == user_id).with_for_update()
                if await connection.scalar(in_use) is not False:
                    return False
                await connection.execute(sa.delete(TOTP).where(TOTP.c.user_id == user_id))
                await connection.execute(sa.insert(TOTP).values(user_id=user_id, secret=sealed, last_step=0))
        return True

    async def totp(self, user_id: str) -> str | None:
        """Select."""
        with answering():
            async with self._database.read() as connection:
                return await connection.scalar(sa.select(TOTP.c.secret).where(TOTP.c.user_id == user_id))

    async def confirm_totp(
        self, user_id: str, step: int, digests: Sequence[str], at: datetime, *, audit: AuditEntry | None = None
    ) -> None:
        """Update the account and the secret, and insert the recovery codes."""
        rows = [{"user_id": user_id, "code_hash": digest, "created_at": at} for digest in digests]
        with answering():
            async with self._database.write() as connection:
                await connection.execute(sa.update(USERS).where(USERS.c.id == user_id).values(has_totp=True))
                await connection.execute(sa.update(TOTP).where(TOTP.c.user_id == user_id).values(last_step=step))
                await connection.execute(sa.delete(RECOVERY_CODES).where(RECOVERY_CODES.c.user_id == user_id))
                await connection.execute(sa.insert(RECOVERY_CODES), rows)
                await note(connection, audit)

    async def use_step(self, user_id: str, step: int) -> bool:
        """Update with the last step in the condition: of two racers one changes a row."""
        unused = sa.and_(TOTP.c.user_id == user_id, TOTP.c.last_step < step)
        with answering():
            async with self._database.write() as connection:
                changed = await connection.execute(sa.update(TOTP).where(unused).values(last_step=step))
        return bool(changed.rowcount)

    async def use_recovery_code(self, user_id: str, digest: str, at: datetime) -> bool:
        """Update with the unused state in the condition."""
        table = RECOVERY_CODES
        unused = sa.and_(table.c.user_id == user_id, table.c.code_hash == digest, table.c.used_at.is_(None))
        with answering():
            async with self._database.write() as connection:
                changed = await connection.execute(sa.update(table).where(unused).values(used_at=at))
        return bool(changed.rowcount)

    async def remove_totp(self, user_id: str, *, audit: AuditEntry | None = None) -> bool:
        """Delete all of it."""
        used = sa.and_(USERS.c.id == user_id, USERS.c.has_totp)
        with answering():
            async with self._database.write() as connection:
                changed = await connection.execute(sa.update(USERS).where(used).values(has_totp=False))
                for table in (TOTP, RECOVERY_CODES):
                    await connection.execute(sa.delete(table).where(table.c.user_id == user_id))
                if changed.rowcount:
                    await note(connection, audit)
        return bool(changed.rowcount)
