"""The few places where SQLite and PostgreSQL say the same thing differently.

Statements are written once as text. States stand in them as literals: a partial index is not used for a bound
parameter under a prepared plan. Groups of rows travel as one JSON parameter, so that the text never changes.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic_core import PydanticSerializationError, to_json
from sqlalchemy import TextClause, text

from metatag_runtime.sql import Database, Transaction

_SQLITE_TYPES = {"text": "TEXT", "int": "INTEGER", "bigint": "INTEGER", "float": "REAL"}
_POSTGRES_TYPES = {"text": "text", "int": "int", "bigint": "bigint", "float": "double precision"}


# An escaped NUL, not the letters u0000 after an escaped backslash.
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


_ROWS = re.compile(r"\{rows\(([^)]*)\)\}")
_IDS = re.compile(r"IN \{ids\((\w+)\)\}")


class Dialect:
    """Fragments of SQL for one database."""

    def __init__(self, database: Database) -> None:
        self.is_sqlite = database.is_sqlite
        # The database's clock: pods' clocks differ.
        self.now = (
            "((julianday('now') - 2440587.5) * 86400.0)"
            if self.is_sqlite
            else "CAST(extract(epoch FROM clock_timestamp()) AS double precision)"
        )
        self.for_update = "" if self.is_sqlite else " FOR UPDATE"
        # PostgreSQL plans a join for a list that is a subquery, and may scan the table for it; an array it looks up.
        self.among, self.end = ("IN (", ")") if self.is_sqlite else ("= ANY (ARRAY(", "))")
        ids = "SELECT item ->> 'id' FROM jsonb_array_elements(CAST(:rows AS jsonb)) AS item"
        self.keys = "IS NOT NULL" if self.is_sqlite else f"{self.among}{ids}{self.end}"
        self._made: dict[str, TextClause] = {}
        self.skip_locked = "" if self.is_sqlite else " FOR UPDATE SKIP LOCKED"

    def rows(self, parameter: str, **columns: str) -> str:
        """Give a table expression for a JSON parameter: a list of objects with these names and types."""
        if self.is_sqlite:
            picked = ", ".join(
                f"CAST(json_extract(value, '$.{name}') AS {_SQLITE_TYPES[kind]}) AS {name}"
                for name, kind in columns.items()
            )
            return f"(SELECT {picked} FROM json_each(:{parameter}))"  # noqa: S608  names are ours
        declared = ", ".join(f"{name} {_POSTGRES_TYPES[kind]}" for name, kind in columns.items())
        return f"(SELECT * FROM jsonb_to_recordset(CAST(:{parameter} AS jsonb)) AS r({declared}))"  # noqa: S608

    def ids(self, parameter: str) -> str:
        """Give a subquery for a JSON parameter that is a list of strings."""
        if self.is_sqlite:
            return f"(SELECT value FROM json_each(:{parameter}))"  # noqa: S608
        return f"(SELECT jsonb_array_elements_text(CAST(:{parameter} AS jsonb)))"

    def sql(self, template: str) -> TextClause:
        """Make a statement of a template, once. In braces may stand now, for_update, skip_locked, and:

        `{rows(id text, n int)}`: the parameter `rows` as a table; `doc.id {keys}` beside a join with it keeps the join
        to these rows. `IN {ids(names)}`: the parameter `names` as a list. `{among}SELECT ...{end}`: IN a subquery.
        """
        made = self._made.get(template)
        if made is None:
            made = self._made[template] = text(self._fill(template))
        return made

    def _fill(self, template: str) -> str:
        for name in ("now", "for_update", "skip_locked", "keys", "among", "end"):
            template = template.replace(f"{{{name}}}", getattr(self, name))
        template = _ROWS.sub(self._rows, template)
        return _IDS.sub(self._ids, template)

    def _ids(self, found: re.Match[str]) -> str:
        if self.is_sqlite:
            return f"IN {self.ids(found[1])}"
        return f"{self.among}SELECT jsonb_array_elements_text(CAST(:{found[1]} AS jsonb)){self.end}"

    def _rows(self, found: re.Match[str]) -> str:
        pairs = (part.split() for part in found[1].split(","))
        return self.rows("rows", **dict(pairs))


def as_json(value: Any) -> str:
    """Give compact JSON; NUL is not storable in PostgreSQL and never means anything here."""
    try:
        # A fifth of what json.dumps takes.
        found = to_json(value).decode()
    except PydanticSerializationError:
        # Half a surrogate pair: it is the database that must refuse it.
        found = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _NUL.sub(r"\1", found) if "\\u0000" in found else found


def rows_json(rows: Iterable[Mapping[str, Any]]) -> str:
    """Give the JSON parameter for `Dialect.rows`."""
    return as_json(list(rows))


async def fetch(transaction: Transaction, statement: TextClause, **values: Any) -> Sequence[Any]:
    """Run a statement and give its rows as mappings."""
    return await transaction.fetch(statement, values)


def new_id() -> str:
    """Give a new UUID, version 7: ordered by time, so that index pages fill from one side."""
    random = int.from_bytes(os.urandom(10)) & ((1 << 74) - 1)
    high, low = random >> 62, random & ((1 << 62) - 1)
    # Version 7 and variant 2 stand before the random parts.
    found = f"{time.time_ns() // 1_000_000:012x}7{high:03x}{(2 << 62) | low:016x}"
    return f"{found[:8]}-{found[8:12]}-{found[12:16]}-{found[16:20]}-{found[20:]}"
