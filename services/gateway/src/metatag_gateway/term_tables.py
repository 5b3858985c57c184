"""A vocabulary as a table: one term a row, as spreadsheets save it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from metatag_gateway.tables.reader import read_sheet
from metatag_runtime.errors import InvalidArgument

MAX_BYTES = 16 * 1024 * 1024
COLUMNS = ("label", "aliases", "language", "parent", "uri")
# `label:hi` is the label as the language hi writes it.
_LABEL_IN = re.compile(r"label:([a-z0-9-]{2,35})")
_BETWEEN_ALIASES = re.compile(r"[;|\n]")


def rows(content: bytes, warnings: list[str] | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give each row's line (from 1) and its term as JSON would have it; InvalidArgument for what is no such table.

    The first row names the columns, which are compared without case; unknown ones are left out. What is in doubt is
    added to `warnings`.
    """
    sheet = read_sheet(content, is_name=_is_column, strict=True)
    if warnings is not None:
        warnings += sheet.warnings
    names = [name.casefold() for name in sheet.rows[0][1]] if sheet.rows else []
    if "label" not in names:
        raise InvalidArgument("line 1: the first line must name the columns, and one of them must be 'label'.")
    for line, cells in sheet.rows[1:]:
        yield line, _term(names, cells)


def _is_column(cell: str) -> bool:
    name = cell.strip().casefold()
    return name in COLUMNS or _LABEL_IN.fullmatch(name) is not None


def _term(names: list[str], cells: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    labels: dict[str, str] = {}
    for name, value in zip(names, cells, strict=False):
        if not value:
            continue
        if name == "aliases":
            found[name] = [alias for part in _BETWEEN_ALIASES.split(value) if (alias := part.strip())]
        elif name in COLUMNS:
            found[name] = value
        elif in_language := _LABEL_IN.fullmatch(name):
            labels[in_language[1]] = value
    return {**found, "labels": labels} if labels else found
