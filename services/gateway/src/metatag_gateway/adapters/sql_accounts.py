"""Users, refresh tokens and API keys in SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from metatag_gateway.adapters.answering import answering
from metatag_gateway.adapters.sql_audit import note
from metatag_gateway.adapters.sql_tables import API_KEYS, EXTERNAL, REFRESH_TOKENS, SESSIONS, USERS
from metatag_gateway.model.accounts import ApiKey, RefreshToken, User
from metatag_gateway.model.audit import AuditEntry
from metatag_runtime.sql import Database


class SqlAccounts:
    """Keeps the promises of ports.AccountStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ping(self) -> None:
        """Ask for one row."""
        with answering():
            await self._database.ping()

    async def add_user(
        self, user: User, *, external: tuple[str, str] | None = None, audit: AuditEntry | None = None
    ) -> bool:
        """Insert; the unique case-folded email, or the key of the provider's subject, decides a race."""
        try:
            with answering():
                async with self._database.write() as connection:
                    await connection.execute(sa.insert(USERS).values(user_row(user)))
                    if external is not None:
                        await connection.execute(_external_row(user.id, *external))
                    await note(connection, audit)
        except IntegrityError:
            return False
        return True

    async def user(self, user_id: str) -> User | None:
        """Select by id."""
        return await self._one_user(USERS.c.id == user_id)

    async def external_user(self, issuer: str, subject: str) -> User | None:
        """Select by the provider's subject."""
        held = sa.select(EXTERNAL.c.user_id).where(EXTERNAL.c.issuer == issuer, EXTERNAL.c.subject == subject)
        return await self._one_user(USERS.c.id == held.scalar_subquery())

    async def link_external(self, user_id: str, issuer: str, subject: str, *, audit: AuditEntry | None = None) -> None:
        """Insert, and end what the account was entered with before, in the same transaction."""
        now = datetime.now(UTC)
        values = {"password_hash": "", "session_version": USERS.c.session_version + 1, "updated_at": now}
        with answering():
            async with self._database.write() as connection:
                await connection.execute(_external_row(user_id, issuer, subject))
                await connection.execute(sa.update(USERS).where(USERS.c.id == user_id).values(values))
                await end_everything(connection, user_id, now, api_keys=True)
                await note(connection, audit)

    async def user_by_email(self, email: str) -> User | None:
        """Select by case-folded email."""
        return await self._one_user(USERS.c.email_key == email.casefold())

    async def list_users(self, limit: int, offset: int, query: str) -> tuple[list[User], int]:
        """Select a page, and count."""
        where: sa.ColumnElement[bool] = sa.true()
        if query:
            part = query.casefold()
            where = sa.or_(
                USERS.c.email_key.contains(part, autoescape=True),
                sa.func.lower(USERS.c.full_name).contains(part, autoescape=True),
            )
        page = sa.select(USERS).where(where).order_by(USERS.c.created_at, USERS.c.id).limit(limit).offset(offset)
        with answering():
            async with self._database.read() as connection:
                rows = (await connection.execute(page)).mappings().all()
                total = await connection.scalar(sa.select(sa.func.count()).select_from(USERS).where(where))
        return [_user(row) for row in rows], total or 0

    async def count_users(self) -> dict[str, int]:
        """Count in one pass."""
        kinds = {"active": USERS.c.is_active, "administrators": USERS.c.is_admin, "auditors": USERS.c.is_auditor}
        counts = [sa.func.count().filter(column).label(name) for name, column in kinds.items()]
        with answering():
            async with self._database.read() as connection:
                row = (await connection.execute(sa.select(sa.func.count().label("total"), *counts))).mappings().one()
        return {name: int(row[name]) for name in ("total", *kinds)}

    async def change_user(
        self,
        user_id: str,
        *,
        is_active: bool | None = None,
        is_admin: bool | None = None,
        is_auditor: bool | None = None,
        password_hash: str | None = None,
        replaces_hash: str | None = None,
        end_sessions: bool = False,
        end_api_keys: bool = False,
        audit: AuditEntry | None = None,
    ) -> User | None:
        """Update, and end the sessions in the same transaction."""
        now = datetime.now(UTC)
        given = {
            "is_active": is_active,
            "is_admin": is_admin,
            "is_auditor": is_auditor,
            "password_hash": password_hash,
        }
        values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if end_sessions:
            values["session_version"] = USERS.c.session_version + 1
        changed = USERS.c.id == user_id
        if replaces_hash is not None:
            changed = sa.and_(changed, USERS.c.password_hash == replaces_hash)
        with answering():
            async with self._database.write() as connection:
                await connection.execute(sa.update(USERS).where(changed).values(**values, updated_at=now))
                await end_everything(connection, user_id, now, sessions=end_sessions, api_keys=end_api_keys)
                row = (await connection.execute(sa.select(USERS).where(USERS.c.id == user_id))).mappings().first()
                if row:
                    await note(connection, audit)
        return _user(row) if row else None

    async def add_refresh(
        self, token: RefreshToken, session_version: int = 1, *, audit: AuditEntry | None = None
    ) -> None:
        """Insert both, and sweep what is long dead of the account on the way."""
        mine = REFRESH_TOKENS.c.user_id == token.user_id
        held = sa.select(REFRESH_TOKENS.c.family_id).where(mine)
        session = {
            "id": token.family_id,
            "user_id": token.user_id,
            "session_version": session_version,
            "created_at": token.created_at,
        }
        with answering():
            async with self._database.write() as connection:
                await connection.execute(
                    sa.delete(REFRESH_TOKENS).where(mine, REFRESH_TOKENS.c.expires_at < token.created_at)
                )
                await connection.execute(
                    sa.delete(SESSIONS).where(SESSIONS.c.user_id == token.user_id, SESSIONS.c.id.not_in(held))
                )
                await connection.execute(sa.insert(SESSIONS).values(session))
                await connection.execute(sa.insert(REFRESH_TOKENS).values(_refresh_row(token)))
                await note(connection, audit)

    async def session_version(self, session_id: str) -> int | None:
        """Select a live one."""
        live = sa.select(SESSIONS.c.session_version).where(SESSIONS.c.id == session_id, SESSIONS.c.ended_at.is_(None))
        with answering():
            async with self._database.read() as connection:
                found = await connection.scalar(live)
        return None if found is None else int(found)

    async def refresh(self, token_hash: str) -> RefreshToken | None:
        """Select by hash."""
        with answering():
            async with self._database.read() as connection:
                found = sa.select(REFRESH_TOKENS).where(REFRESH_TOKENS.c.token_hash == token_hash)
                row = (await connection.execute(found)).mappings().first()
        return RefreshToken(**row) if row else None

    async def rotate_refresh(self, token: RefreshToken, successor: RefreshToken) -> bool:
        """Update with the old state in the condition, under the session's lock: of two racers one changes a row."""
        table = REFRESH_TOKENS
        unrotated = sa.and_(table.c.id == token.id, table.c.rotated_at.is_(None), table.c.revoked_at.is_(None))
        with answering():
            async with self._database.write() as connection:
                session = sa.select(SESSIONS.c.id).where(
                    SESSIONS.c.id == token.family_id, SESSIONS.c.ended_at.is_(None)
                )
                if await connection.scalar(session.with_for_update()) is None:
                    return False
                changed = await connection.execute(
                    sa.update(table).where(unrotated).values(rotated_at=successor.created_at)
                )
                if changed.rowcount != 1:
                    return False
                await connection.execute(sa.insert(table).values(_refresh_row(successor)))
        return True

    async def revoke_family(self, family_id: str, *, audit: AuditEntry | None = None) -> None:
        """Update the session, which waits for a rotation in work, then all of its tokens."""
        now = datetime.now(UTC)
        with answering():
            async with self._database.write() as connection:
                await connection.execute(_end(SESSIONS.c.id == family_id, now))
                await connection.execute(_revoke(REFRESH_TOKENS.c.family_id == family_id, now))
                await note(connection, audit)

    async def add_api_key(self, key: ApiKey, most: int, *, audit: AuditEntry | None = None) -> bool:
        """Insert if there is room for one more."""
        live = (
            sa.select(sa.func.count())
            .select_from(API_KEYS)
            .where(API_KEYS.c.user_id == key.user_id, API_KEYS.c.revoked_at.is_(None))
        )
        row = {name: getattr(key, name) for name in ApiKey.__dataclass_fields__} | {"scopes": " ".join(key.scopes)}
        with answering():
            async with self._database.write() as connection:
                if (await connection.scalar(live) or 0) >= most:
                    return False
                await connection.execute(sa.insert(API_KEYS).values(row))
                await note(connection, audit)
        return True

    async def api_key(self, key_hash: str) -> ApiKey | None:
        """Select by hash."""
        with answering():
            async with self._database.read() as connection:
                found = sa.select(API_KEYS).where(API_KEYS.c.key_hash == key_hash)
                row = (await connection.execute(found)).mappings().first()
        return _api_key(row) if row else None

    async def api_keys(self, user_id: str) -> list[ApiKey]:
        """Select the live ones."""
        live = sa.select(API_KEYS).where(API_KEYS.c.user_id == user_id, API_KEYS.c.revoked_at.is_(None))
        with answering():
            async with self._database.read() as connection:
                rows = await connection.execute(live.order_by(API_KEYS.c.created_at.desc(), API_KEYS.c.id))
                return [_api_key(row) for row in rows.mappings()]

    async def touch_api_key(self, key_id: str, at: datetime) -> None:
        """Update."""
        with answering():
            async with self._database.write() as connection:
                await connection.execute(sa.update(API_KEYS).where(API_KEYS.c.id == key_id).values(last_used_at=at))

    async def revoke_api_key(self, user_id: str, key_id: str, *, audit: AuditEntry | None = None) -> bool:
        """Update a live key of this user."""
        mine = sa.and_(API_KEYS.c.id == key_id, API_KEYS.c.user_id == user_id, API_KEYS.c.revoked_at.is_(None))
        with answering():
            async with self._database.write() as connection:
                changed = await connection.execute(sa.update(API_KEYS).where(mine).values(revoked_at=datetime.now(UTC)))
                if changed.rowcount:
                    await note(connection, audit)
        return bool(changed.rowcount)

    async def _one_user(self, condition: sa.ColumnElement[bool]) -> User | None:
        with answering():
            async with self._database.read() as connection:
                row = (await connection.execute(sa.select(USERS).where(condition))).mappings().first()
        return _user(row) if row else None


def user_row(user: User) -> dict[str, Any]:
    """Return the row of a new account."""
    columns = {name: getattr(user, name) for name in User.__dataclass_fields__}
    return columns | {"email_key": user.email.casefold(), "updated_at": user.created_at}


async def end_everything(
    connection: AsyncConnection, user_id: str, now: datetime, *, sessions: bool = True, api_keys: bool
) -> None:
    """End all that an account is entered with: sessions, and API keys."""
    if sessions:
        # First the sessions: it waits for rotations in work, whose tokens the second then sees.
        await connection.execute(_end(SESSIONS.c.user_id == user_id, now))
        await connection.execute(_revoke(REFRESH_TOKENS.c.user_id == user_id, now))
    if api_keys:
        live = sa.and_(API_KEYS.c.user_id == user_id, API_KEYS.c.revoked_at.is_(None))
        await connection.execute(sa.update(API_KEYS).where(live).values(revoked_at=now))


def _user(row: Mapping[Any, Any]) -> User:
    return User(**{name: row[name] for name in User.__dataclass_fields__})


def _api_key(row: Mapping[Any, Any]) -> ApiKey:
    return ApiKey(**{**row, "scopes": tuple(row["scopes"].split())})


def _external_row(user_id: str, issuer: str, subject: str) -> sa.Insert:
    row = {"user_id": user_id, "issuer": issuer, "subject": subject, "created_at": datetime.now(UTC)}
    return sa.insert(EXTERNAL).values(row)


def _refresh_row(token: RefreshToken) -> dict[str, Any]:
    return {name: getattr(token, name) for name in RefreshToken.__dataclass_fields__}


def _revoke(condition: sa.ColumnElement[bool], now: datetime) -> sa.Update:
    live = REFRESH_TOKENS.c.revoked_at.is_(None)
    return sa.update(REFRESH_TOKENS).where(condition, live).values(revoked_at=now)


def _end(condition: sa.ColumnElement[bool], now: datetime) -> sa.Update:
    return sa.update(SESSIONS).where(condition, SESSIONS.c.ended_at.is_(None)).values(ended_at=now)
