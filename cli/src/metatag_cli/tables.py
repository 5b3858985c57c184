"""A CSV or XLSX file as rows of text, whatever program wrote it."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

# Spreadsheet programs write these; UTF-8 first, because text in the others is rarely valid UTF-8.
ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")
SEPARATORS = ",;\t|"
MOST_BYTES = 64 * 1024 * 1024
# A description may be long; what is longer is no table.
csv.field_size_limit(4 * 1024 * 1024)


class TableError(Exception):
    """The file is no table that can be read; the message says why."""


def read(place: Path) -> list[list[str]]:
    """Give the rows that hold something, the first sheet's of a workbook. Raises TableError."""
    kind = place.suffix.lower()
    if kind == ".xls":
        raise TableError(f"{place} has the old .xls format; save it as .xlsx or .csv.")
    try:
        if place.stat().st_size > MOST_BYTES:
            raise TableError(f"{place} is larger than {MOST_BYTES // 1024**2} MB; split it.")
        rows = _workbook(place) if kind == ".xlsx" else _csv(place)
    except OSError as error:
        raise TableError(f"{place} cannot be read: {error.strerror or error}.") from error
    rows = [[cell.strip() for cell in row] for row in rows]
    return [row for row in rows if any(row)]


def _csv(place: Path) -> list[list[str]]:
    text = _decode(place.read_bytes())
    if "\0" in text:
        raise TableError(f"{place} is no table: give a CSV or XLSX file, or a folder of PDFs.")
    first = [_outside_quotes(line) for line in text[:20_000].splitlines() if line.strip()][:20]
    separator = max(SEPARATORS, key=lambda sign: _evenness(first, sign))
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise TableError(f"{place} cannot be read as CSV: {error}.") from error


def _evenness(lines: list[str], sign: str) -> tuple[int, int]:
    """Rate a separator: how many each line has at least, then how many the first has."""
    counts = [line.count(sign) for line in lines] or [0]
    return min(counts), counts[0]


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 decodes everything")


def _workbook(place: Path) -> list[list[str]]:
    # Imported here: it takes a fifth of a second, and most commands read no workbook.
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            # It warns of whatever it does not know, such as the styles of other programs.
            warnings.simplefilter("ignore")
            sheets = load_workbook(place, data_only=True).worksheets
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, TypeError) as error:
        raise TableError(f"{place} cannot be read as XLSX; save it again, or as CSV.") from error
    return list(_cells(sheets[0])) if sheets else []


def _cells(sheet: Worksheet) -> Iterator[list[str]]:
    """Give each row; a merged cell gives its value to every cell that it covers."""
    merged: dict[tuple[int, int], tuple[int, int]] = {}
    for area in sheet.merged_cells.ranges:
        if area.size["rows"] * area.size["columns"] <= 10_000:
            merged |= dict.fromkeys(area.cells, (area.min_row, area.min_col))
    values = [list(row) for row in sheet.iter_rows(values_only=True)]
    for (row, column), (first_row, first_column) in merged.items():
        if row <= len(values) and column <= len(values[row - 1]):
            values[row - 1][column - 1] = values[first_row - 1][first_column - 1]
    for row_values in values:
        yield [_text(value) for value in row_values]


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
