"""The end of accounts in SQLite or PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from metatag_gateway.adapters.answering import answering
from metatag_gateway.adapters.sql_audit import note
from metatag_gateway.adapters.sql_tables import (
    API_KEYS,
    AUDIT,
    ERASURES,
    EXTERNAL,
    INVITATIONS,
    METADATA,
    SESSIONS,
    USERS,
)
from metatag_gateway.errors import Conflict
from metatag_gateway.model.audit import AuditEntry
from metatag_gateway.model.erasures import Erasure
from metatag_runtime.sql import Database

# Rows changed in one transaction: it must not hold the writers up.
ROWS = 1000
_LAST = "This is the last administrator's account; appoint another one first."


class SqlErasures:
    """Keeps the promises of account_ports.ErasureStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def delete_user(self, user_id: str, account_digest: str, *, audit: AuditEntry | None = None) -> bool:
        """Delete the rows of every table that names the account, and enter it among the erasures."""
        entered = {"user_id": user_id, "account_digest": account_digest, "asked_at": datetime.now(UTC)}
        with answering():
            async with self._database.write() as connection:
                found = sa.select(USERS.c.email_key, USERS.c.is_admin).where(USERS.c.id == user_id)
                user = (await connection.execute(found.with_for_update())).first()
                if user is None:
                    return False
                if user.is_admin:
                    await _require_another(connection, user_id)
                await connection.execute(sa.delete(INVITATIONS).where(INVITATIONS.c.email_key == user.email_key))
                for column in _columns_naming_users():
                    await connection.execute(sa.delete(column.table).where(column == user_id))
                await connection.execute(sa.delete(USERS).where(USERS.c.id == user_id))
                await connection.execute(sa.insert(ERASURES).values(entered))
                await note(connection, audit)
        return True

    async def erasures(self) -> list[Erasure]:
        """Select all."""
        with answering():
            async with self._database.read() as connection:
                rows = (await connection.execute(sa.select(ERASURES).order_by(ERASURES.c.asked_at))).mappings()
                return [Erasure(**row) for row in rows]

    async def blank_addresses(self, user_id: str) -> int:
        """Update some of the entries; the triggers let it pass while the account is among the erasures."""
        of_user = sa.or_(AUDIT.c.actor_id == user_id, sa.and_(AUDIT.c.actor_id == "", AUDIT.c.target_id == user_id))
        some = sa.select(AUDIT.c.id).where(of_user, AUDIT.c.address != "").limit(ROWS)
        with answering():
            async with self._database.write() as connection:
                ids = list(await connection.scalars(some))
                if ids:
                    await connection.execute(sa.update(AUDIT).where(AUDIT.c.id.in_(ids)).values(address=""))
        return len(ids)

    async def end_erasure(self, user_id: str, *, audit: AuditEntry | None = None) -> bool:
        """Delete the row, which decides a race of two gateways."""
        with answering():
            async with self._database.write() as connection:
                gone = await connection.execute(sa.delete(ERASURES).where(ERASURES.c.user_id == user_id))
                if gone.rowcount:
                    await note(connection, audit)
        return bool(gone.rowcount)

    async def session_opened_at(self, user_id: str, session_id: str) -> datetime | None:
        """Select by id."""
        mine = sa.and_(SESSIONS.c.id == session_id, SESSIONS.c.user_id == user_id, SESSIONS.c.ended_at.is_(None))
        with answering():
            async with self._database.read() as connection:
                found: datetime | None = await connection.scalar(sa.select(SESSIONS.c.created_at).where(mine))
        return found

    async def rows_of(self, user_id: str) -> dict[str, list[dict[str, Any]]]:
        """Select what the account's owner may see of its rows: no hash, no secret."""
        keys = sa.select(
            API_KEYS.c.id, API_KEYS.c.name, API_KEYS.c.scopes, API_KEYS.c.created_at, API_KEYS.c.expires_at,
            API_KEYS.c.last_used_at, API_KEYS.c.revoked_at,
        ).where(API_KEYS.c.user_id == user_id).order_by(API_KEYS.c.created_at)  # fmt: skip
        sessions = sa.select(SESSIONS.c.id, SESSIONS.c.created_at, SESSIONS.c.ended_at).where(
            SESSIONS.c.user_id == user_id
        )
        identities = sa.select(EXTERNAL.c.issuer, EXTERNAL.c.subject, EXTERNAL.c.created_at).where(
            EXTERNAL.c.user_id == user_id
        )
        wanted = {"api_keys": keys, "sessions": sessions, "single_sign_on": identities}
        with answering():
            async with self._database.read() as connection:
                return {
                    name: [dict(row) for row in (await connection.execute(select)).mappings()]
                    for name, select in wanted.items()
                }


def _columns_naming_users() -> list[sa.Column[Any]]:
    """Return the columns that refer to an account, those of new tables too; a test looks into every table."""
    return [
        key.parent
        for table in reversed(METADATA.sorted_tables)
        for key in table.foreign_keys
        if key.column is USERS.c.id
    ]


async def _require_another(connection: AsyncConnection, user_id: str) -> None:
    others = sa.select(sa.func.count()).select_from(USERS).where(
        USERS.c.is_admin, USERS.c.is_active, USERS.c.id != user_id
    )  # fmt: skip
    if not await connection.scalar(others):
        raise Conflict(_LAST)
