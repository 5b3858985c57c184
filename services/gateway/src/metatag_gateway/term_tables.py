"""A vocabulary as a table: one term a row, as spreadsheets save it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from metatag_runtime.errors import InvalidArgument

MOST_BYTES = 16 * 1024 * 1024
MOST_CELL = 100_000
COLUMNS = ("label", "aliases", "language", "parent")
# `label:hi` is the label as the language hi writes it.
_LABEL_IN = re.compile(r"label:([a-z0-9-]{2,35})")
_BETWEEN_ALIASES = re.compile(r"[;|\n]")


def rows(content: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give each row's line (from 1) and its term as JSON would have it; InvalidArgument for what is no such table.

    Columns are separated by comma, semicolon or tab, their names compared without case; unknown ones are left out.
    """
    csv.field_size_limit(MOST_CELL)
    text = _text(content)
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        names = [name.strip().casefold() for name in next(reader, [])]
        if "label" not in names:
            raise InvalidArgument("line 1: the first line must name the columns, and one of them must be 'label'.")
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, _term(names, cells)
            # A cell may hold line breaks: a row begins after the last line of the row before.
            line = reader.line_num + 1
    except csv.Error as error:
        raise InvalidArgument(f"line {reader.line_num}: this is no CSV ({error}).") from None


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What old spreadsheets write; every byte means something in it.
        return content.decode("latin-1")


def _term(names: list[str], cells: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    labels: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=False):
        value = cell.strip()
        if not value:
            continue
        if name == "aliases":
            found[name] = [alias for part in _BETWEEN_ALIASES.split(value) if (alias := part.strip())]
        elif name in COLUMNS:
            found[name] = value
        elif in_language := _LABEL_IN.fullmatch(name):
            labels[in_language[1]] = value
    return {**found, "labels": labels} if labels else found
