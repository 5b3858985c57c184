"""Profiles of tagging in SQLite or PostgreSQL."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from metatag_gateway.adapters.answering import answering
from metatag_gateway.adapters.sql_tables import PROFILES, USERS
from metatag_gateway.errors import Conflict
from metatag_gateway.model.profiles import MAX_PROFILES, Profile
from metatag_runtime.errors import NotFound
from metatag_runtime.sql import Database


class SqlProfiles:
    """Keeps the promises of record_ports.ProfileStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def profiles(self, user_id: str) -> list[Profile]:
        """Select by name."""
        wanted = sa.select(PROFILES).where(PROFILES.c.user_id == user_id).order_by(PROFILES.c.name_key)
        with answering():
            async with self._database.read() as connection:
                return [_profile(row) for row in (await connection.execute(wanted)).mappings()]

    async def profile(self, user_id: str, name: str) -> Profile:
        """Select one."""
        with answering():
            async with self._database.read() as connection:
                row = (
                    (await connection.execute(sa.select(PROFILES).where(_own(user_id, name)))).mappings().one_or_none()
                )
        if row is None:
            raise missing(name)
        return _profile(row)

    async def put_profile(self, user_id: str, profile: Profile) -> None:
        """Update or insert, with the user's row locked: of two racers the second sees what the first has written."""
        counting = sa.select(sa.func.count()).select_from(PROFILES).where(PROFILES.c.user_id == user_id)
        own = _own(user_id, profile.name)
        values = {
            "name": profile.name,
            "settings": json.dumps(profile.settings, ensure_ascii=False),
            "updated_at": profile.updated_at,
        }
        with answering():
            async with self._database.write() as connection:
                await connection.execute(sa.select(USERS.c.id).where(USERS.c.id == user_id).with_for_update())
                if (await connection.execute(sa.update(PROFILES).where(own).values(**values))).rowcount:
                    return
                if (await connection.scalar(counting) or 0) >= MAX_PROFILES:
                    raise Conflict(f"You have {MAX_PROFILES} profiles, and no more are kept; delete one.")
                added = {"user_id": user_id, "name_key": profile.name.casefold(), **values}
                await connection.execute(sa.insert(PROFILES).values(**added))

    async def delete_profile(self, user_id: str, name: str) -> None:
        """Delete."""
        with answering():
            async with self._database.write() as connection:
                if not (await connection.execute(sa.delete(PROFILES).where(_own(user_id, name)))).rowcount:
                    raise missing(name)


def missing(name: str) -> NotFound:
    """Return the error for a profile that is not there."""
    return NotFound(f"There is no profile named '{name}'.")


def _own(user_id: str, name: str) -> sa.ColumnElement[bool]:
    return sa.and_(PROFILES.c.user_id == user_id, PROFILES.c.name_key == name.casefold())


def _profile(row: Any) -> Profile:
    return Profile(row["name"], json.loads(row["settings"]), row["updated_at"])
