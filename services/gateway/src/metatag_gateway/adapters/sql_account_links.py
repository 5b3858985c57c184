"""Invitations and resets of passwords in SQLite or PostgreSQL."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from metatag_gateway.adapters.answering import answering
from metatag_gateway.adapters.sql_accounts import end_everything, user_row
from metatag_gateway.adapters.sql_audit import note
from metatag_gateway.adapters.sql_tables import INVITATIONS, PASSWORD_RESETS, USERS
from metatag_gateway.model.account_links import Invitation, PasswordReset
from metatag_gateway.model.accounts import User
from metatag_gateway.model.audit import AuditEntry
from metatag_runtime.sql import Database

_COLUMNS = [found.name for found in fields(Invitation)]


class SqlAccountLinks:
    """Keeps the promises of account_ports.AccountLinkStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def invite(self, invitation: Invitation, *, audit: AuditEntry | None = None) -> bool:
        """Delete the earlier one, and insert."""
        key = invitation.email.casefold()
        row = {name: getattr(invitation, name) for name in _COLUMNS} | {"email_key": key}
        taken = sa.select(USERS.c.id).where(USERS.c.email_key == key)
        with answering():
            async with self._database.write() as connection:
                if await connection.scalar(taken) is not None:
                    return False
                old = sa.or_(INVITATIONS.c.email_key == key, INVITATIONS.c.expires_at < invitation.created_at)
                await connection.execute(sa.delete(INVITATIONS).where(old))
                await connection.execute(sa.insert(INVITATIONS).values(row))
                await note(connection, audit)
        return True

    async def invitation(self, token_hash: str, now: datetime) -> Invitation | None:
        """Select by the digest."""
        found = await self._invitations(_live(now), INVITATIONS.c.token_hash == token_hash, limit=1)
        return found[0] if found else None

    async def invitations(self, now: datetime, limit: int) -> list[Invitation]:
        """Select the live ones."""
        return await self._invitations(_live(now), limit=limit)

    async def withdraw(self, invitation_id: str, *, audit: AuditEntry | None = None) -> bool:
        """Delete."""
        with answering():
            async with self._database.write() as connection:
                gone = await connection.execute(sa.delete(INVITATIONS).where(INVITATIONS.c.id == invitation_id))
                if gone.rowcount:
                    await note(connection, audit)
        return bool(gone.rowcount)

    async def accept(self, token_hash: str, user: User, now: datetime, *, audit: AuditEntry | None = None) -> bool:
        """Delete the invitation, which decides a race, and insert the account."""
        mine = sa.and_(INVITATIONS.c.token_hash == token_hash, _live(now))
        try:
            with answering():
                async with self._database.write() as connection:
                    gone = await connection.execute(sa.delete(INVITATIONS).where(mine))
                    if gone.rowcount != 1:
                        return False
                    await connection.execute(sa.insert(USERS).values(user_row(user)))
                    await note(connection, audit)
        except IntegrityError:
            return False
        return True

    async def add_reset(self, reset: PasswordReset, *, audit: AuditEntry | None = None) -> None:
        """Delete the earlier one, and insert."""
        old = sa.or_(PASSWORD_RESETS.c.user_id == reset.user_id, PASSWORD_RESETS.c.expires_at < reset.created_at)
        row = {found.name: getattr(reset, found.name) for found in fields(PasswordReset)}
        with answering():
            async with self._database.write() as connection:
                await connection.execute(sa.delete(PASSWORD_RESETS).where(old))
                await connection.execute(sa.insert(PASSWORD_RESETS).values(row))
                await note(connection, audit)

    async def reset_user(self, token_hash: str, now: datetime) -> str | None:
        """Select with the account as it is now."""
        with answering():
            async with self._database.read() as connection:
                found: str | None = await connection.scalar(_usable(token_hash, now))
        return found

    async def use_reset(
        self, token_hash: str, password_hash: str, now: datetime, *, end_api_keys: bool, audit: AuditEntry | None = None
    ) -> str | None:
        """Delete the row, which decides a race, then change the account and end what it was entered with."""
        with answering():
            async with self._database.write() as connection:
                usable = _usable(token_hash, now).with_for_update(of=USERS)
                user_id: str | None = await connection.scalar(usable)
                gone = await connection.execute(
                    sa.delete(PASSWORD_RESETS).where(PASSWORD_RESETS.c.token_hash == token_hash)
                )
                if user_id is None or gone.rowcount != 1:
                    return None
                values = {"password_hash": password_hash, "session_version": USERS.c.session_version + 1}
                await connection.execute(sa.update(USERS).where(USERS.c.id == user_id).values(**values, updated_at=now))
                await end_everything(connection, user_id, now, api_keys=end_api_keys)
                await note(connection, audit)
        return user_id

    async def _invitations(self, *conditions: sa.ColumnElement[bool], limit: int) -> list[Invitation]:
        columns = [INVITATIONS.c[name] for name in _COLUMNS]
        page = sa.select(*columns).where(*conditions).order_by(INVITATIONS.c.created_at.desc()).limit(limit)
        with answering():
            async with self._database.read() as connection:
                rows = (await connection.execute(page)).mappings().all()
        return [Invitation(**row) for row in rows]


def _live(now: datetime) -> sa.ColumnElement[bool]:
    return INVITATIONS.c.expires_at > now


def _usable(token_hash: str, now: datetime) -> sa.Select[Any]:
    """Select whose reset this is, where it holds still."""
    return (
        sa.select(USERS.c.id)
        .join(PASSWORD_RESETS, PASSWORD_RESETS.c.user_id == USERS.c.id)
        .where(
            PASSWORD_RESETS.c.token_hash == token_hash,
            PASSWORD_RESETS.c.expires_at > now,
            PASSWORD_RESETS.c.password_hash == USERS.c.password_hash,
            USERS.c.is_active,
        )
    )
