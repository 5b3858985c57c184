"""Saved searches in SQLite or PostgreSQL."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from metatag_gateway.adapters.answering import answering
from metatag_gateway.adapters.sql_tables import SEARCHES, USERS
from metatag_gateway.errors import Conflict
from metatag_gateway.model.searches import MAX_SEARCHES, SavedSearch
from metatag_runtime.errors import NotFound
from metatag_runtime.sql import Database

_MISSING = "There is no such saved search."


class SqlSearches:
    """Keeps the promises of record_ports.SearchStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def searches(self, user_id: str) -> list[SavedSearch]:
        """Select by name."""
        wanted = sa.select(SEARCHES).where(SEARCHES.c.user_id == user_id).order_by(SEARCHES.c.name_key)
        with answering():
            async with self._database.read() as connection:
                return [_search(row) for row in (await connection.execute(wanted)).mappings()]

    async def add_search(self, user_id: str, search: SavedSearch) -> None:
        """Insert, with the user's row locked: of two racers the second counts what the first has written."""
        counting = sa.select(sa.func.count()).select_from(SEARCHES).where(SEARCHES.c.user_id == user_id)
        try:
            with answering():
                async with self._database.write() as connection:
                    await connection.execute(sa.select(USERS.c.id).where(USERS.c.id == user_id).with_for_update())
                    if (await connection.scalar(counting) or 0) >= MAX_SEARCHES:
                        raise Conflict(f"You have {MAX_SEARCHES} saved searches, and no more are kept; delete one.")
                    values = {"id": search.id, "user_id": user_id, "created_at": search.created_at}
                    await connection.execute(sa.insert(SEARCHES).values(**values, **_written(search)))
        except IntegrityError as error:
            raise _taken(search.name) from error

    async def change_search(
        self, user_id: str, search_id: str, name: str | None, params: dict[str, str] | None
    ) -> SavedSearch:
        """Update what is given."""
        own = sa.and_(SEARCHES.c.id == search_id, SEARCHES.c.user_id == user_id)
        try:
            with answering():
                async with self._database.write() as connection:
                    found = await _one(connection, sa.select(SEARCHES).where(own).with_for_update())
                    changed = SavedSearch(
                        found.id,
                        found.name if name is None else name,
                        found.params if params is None else params,
                        found.created_at,
                    )
                    await connection.execute(sa.update(SEARCHES).where(own).values(**_written(changed)))
        except IntegrityError as error:
            raise _taken(name or "") from error
        return changed

    async def delete_search(self, user_id: str, search_id: str) -> None:
        """Delete."""
        own = sa.and_(SEARCHES.c.id == search_id, SEARCHES.c.user_id == user_id)
        with answering():
            async with self._database.write() as connection:
                if not (await connection.execute(sa.delete(SEARCHES).where(own))).rowcount:
                    raise NotFound(_MISSING)


async def _one(connection: AsyncConnection, wanted: sa.Select[Any]) -> SavedSearch:
    row = (await connection.execute(wanted)).mappings().one_or_none()
    if row is None:
        raise NotFound(_MISSING)
    return _search(row)


def _search(row: Any) -> SavedSearch:
    return SavedSearch(row["id"], row["name"], json.loads(row["params"]), row["created_at"])


def _written(search: SavedSearch) -> dict[str, str]:
    params = json.dumps(search.params, ensure_ascii=False)
    return {"name": search.name, "name_key": search.name.casefold(), "params": params}


def _taken(name: str) -> Conflict:
    return Conflict(f"You have a saved search named '{name}' already; choose another name.")
