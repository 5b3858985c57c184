"""The audit log in SQLite or PostgreSQL. Triggers of the table refuse changes, and deletions of what is not old."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from metatag_gateway.adapters.answering import answering
from metatag_gateway.adapters.sql_tables import AUDIT
from metatag_gateway.model.audit import AuditEntry, AuditFilter
from metatag_runtime.sql import Database

# Rows deleted in one transaction: it must not hold the writers up.
SWEEP_ROWS = 1000
_COLUMNS = [found.name for found in fields(AuditEntry) if found.name != "id"]


class SqlAudit:
    """Keeps the promises of ports.AuditStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, entries: Sequence[AuditEntry]) -> None:
        """Insert all in one transaction."""
        with answering():
            async with self._database.write() as connection:
                await connection.execute(sa.insert(AUDIT), [audit_row(found) for found in entries])

    async def find(self, wanted: AuditFilter, limit: int, before_id: int = 0) -> list[AuditEntry]:
        """Select by the index of each filter, newest first."""
        page = sa.select(AUDIT).where(*_conditions(wanted))
        if before_id:
            page = page.where(AUDIT.c.id < before_id)
        with answering():
            async with self._database.read() as connection:
                rows = await connection.execute(page.order_by(AUDIT.c.id.desc()).limit(limit))
                return [_entry(row) for row in rows.mappings()]

    async def count_by_action(self, since: datetime) -> dict[tuple[str, str], int]:
        """Count entries since a moment by action and outcome."""
        counted = (
            sa.select(AUDIT.c.action, AUDIT.c.outcome, sa.func.count())
            .where(AUDIT.c.at >= since)
            .group_by(AUDIT.c.action, AUDIT.c.outcome)
        )
        with answering():
            async with self._database.read() as connection:
                return {(row[0], row[1]): int(row[2]) for row in await connection.execute(counted)}

    async def sweep(self, before: datetime) -> int:
        """Delete the oldest rows of before a moment, at most SWEEP_ROWS, and return how many."""
        old = sa.select(AUDIT.c.id).where(AUDIT.c.at < before).order_by(AUDIT.c.id).limit(SWEEP_ROWS)
        with answering():
            async with self._database.write() as connection:
                deleted = await connection.execute(sa.delete(AUDIT).where(AUDIT.c.id.in_(old.scalar_subquery())))
        return deleted.rowcount


async def note(connection: AsyncConnection, audit: AuditEntry | None) -> None:
    """Add the entry of an act, if there is one, to the transaction that does it."""
    if audit is not None:
        await connection.execute(sa.insert(AUDIT).values(audit_row(audit)))


def audit_row(entry: AuditEntry) -> dict[str, Any]:
    """Return the row of an entry."""
    row = {name: getattr(entry, name) for name in _COLUMNS}
    return row | {"details": json.dumps(dict(entry.details), ensure_ascii=False)}


def _conditions(wanted: AuditFilter) -> list[sa.ColumnElement[bool]]:
    given = {name: getattr(wanted, name) for name in ("actor_id", "action", "target_kind", "target_id", "outcome")}
    found = [AUDIT.c[name] == value for name, value in given.items() if value]
    if wanted.since is not None:
        found.append(AUDIT.c.at >= wanted.since)
    if wanted.before is not None:
        found.append(AUDIT.c.at < wanted.before)
    return found


def _entry(row: Mapping[Any, Any]) -> AuditEntry:
    return AuditEntry(**{**row, "details": json.loads(row["details"])})
