"""The rows of an XLSX workbook: its first visible sheet with a table, with merged cells and links filled in."""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from openpyxl.packaging.relationship import get_dependents, get_rels_path
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import range_boundaries
from openpyxl.xml.functions import iterparse

from metatag_gateway.tables.delimited import check_bounds
from metatag_gateway.tables.model import MAX_CELL, MAX_CELLS, MAX_CHARS, Sheet, TableError

# Unpacked bytes of all entries; what zipfile gives of one is never more than its directory says.
MAX_UNPACKED = 200 * 1024 * 1024
MAX_ENTRIES = 10_000
# Cells that one merged area, and all of them, may fill.
_MAX_MERGED, _MAX_MERGED_IN_ALL = 10_000, 500_000
_MAX_LINKS = 200_000
# Tags of a sheet; a cell with its text has six at most.
MAX_TAGS = 6 * MAX_CELLS
# Rows among which a sheet is judged.
_HEAD = 10
_FORMULA_LINK = re.compile(r'\s*HYPERLINK\(\s*"([^"]{1,4000})"', re.IGNORECASE)
_MARKED = re.compile(rb"hyperlink|mergeCell", re.IGNORECASE)
_BROKEN = (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, TypeError, AttributeError, IndexError, OSError)


def read_workbook(content: bytes, is_name: Callable[[str], bool]) -> Sheet:
    """Return the rows of the first visible sheet that names columns, else of the first with any; raise TableError."""
    try:
        with warnings.catch_warnings():
            # It warns of whatever it does not know, such as the styles of other programs.
            warnings.simplefilter("ignore")
            return _read(content, is_name)
    except TableError:
        raise
    except (*_BROKEN, NotImplementedError, EOFError, RuntimeError) as error:
        raise TableError("The file cannot be read as XLSX; save it again, or as CSV.") from error


def _read(content: bytes, is_name: Callable[[str], bool]) -> Sheet:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise TableError(f"The workbook has more than {MAX_UNPACKED // 1024**2} MiB unpacked; split it.")
        for entry in entries:
            if entry.filename.startswith("xl/worksheets/"):
                _refuse_many_tags(archive, entry)
    reader = ExcelReader(io.BytesIO(content), read_only=True, data_only=True)
    reader.read()
    paths = {sheet.name: rel.target for sheet, rel in reader.parser.find_sheets()}
    sheets = [sheet for sheet in reader.wb.worksheets if sheet.title in paths]
    visible = [sheet for sheet in sheets if sheet.sheet_state == "visible"] or sheets
    heads = {sheet.title: _head(sheet) for sheet in visible}
    filled = [sheet for sheet in visible if any(any(row) for row in heads[sheet.title])]
    if not filled:
        return Sheet(encoding="XLSX")
    named = [sheet for sheet in filled if any(any(map(is_name, row)) for row in heads[sheet.title])]
    chosen = (named or filled)[0]
    found = Sheet(encoding="XLSX", sheet=chosen.title)
    if len(filled) > 1:
        found.warnings.append(f"The workbook has {len(filled)} sheets; only '{chosen.title[:50]}' was read.")
    merged, found.links = _links_and_areas(reader, paths[chosen.title])
    found.rows = _rows(chosen, merged)
    return found


def _refuse_many_tags(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Raise TableError for more cells than a table may have, before they are parsed, which takes much longer."""
    count = 0
    with archive.open(entry) as part:
        while chunk := part.read(1024 * 1024):
            count += chunk.count(b"<")
            if count > MAX_TAGS:
                raise TableError(f"A table may have {MAX_CELLS:,} cells at most; split it.")


def _head(sheet: Any) -> list[list[str]]:
    sheet.reset_dimensions()
    return [[_text(value) for value in row[:100]] for row in sheet.iter_rows(max_row=_HEAD, values_only=True)]


def _rows(sheet: Any, merged: dict[tuple[int, int], tuple[int, int]]) -> list[tuple[int, list[str]]]:
    """Return the rows with text; a merged cell gives its value to every cell that it covers."""
    # The dimension that a file states is often wrong.
    sheet.reset_dimensions()
    found: list[tuple[int, list[str]]] = []
    origins: dict[tuple[int, int], str] = dict.fromkeys(merged.values(), "")
    covered: dict[int, list[tuple[int, tuple[int, int]]]] = {}
    for (row, column), origin in merged.items():
        covered.setdefault(row, []).append((column, origin))
    cells_seen = chars_seen = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = [_text(value) for value in values]
        for column, origin in covered.get(number, ()):
            if (number, column) == origin:
                origins[origin] = cells[column] if column < len(cells) else ""
                continue
            cells.extend([""] * (column + 1 - len(cells)))
            cells[column] = origins[origin]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            cells_seen += len(cells)
            chars_seen += sum(map(len, cells))
            check_bounds(number, len(cells), len(found), cells_seen)
            if chars_seen > MAX_CHARS:
                raise TableError(f"The cells hold more than {MAX_CHARS:,} characters in all; split the workbook.")
            found.append((number, cells))
    return found


def _links_and_areas(
    reader: ExcelReader, path: str
) -> tuple[dict[tuple[int, int], tuple[int, int]], dict[tuple[int, int], str]]:
    """Return the merged cells with the cell whose value they show, and the cells that lead to an address."""
    targets: dict[str, str] = {}
    rels = get_rels_path(path)  # type: ignore[no-untyped-call]
    if rels in reader.valid_files:
        external = (rel for rel in get_dependents(reader.archive, rels) if rel.TargetMode == "External")
        targets = {str(rel.Id): rel.Target or "" for rel in external}
    merged: dict[tuple[int, int], tuple[int, int]] = {}
    links: dict[tuple[int, int], str] = {}
    for kind, reference, value in _marks(reader.archive, path):
        left, top, right, bottom = range_boundaries(reference)
        if left is None or top is None or right is None or bottom is None:
            continue
        size = (right - left + 1) * (bottom - top + 1)
        cells = ((row, column - 1) for row in range(top, bottom + 1) for column in range(left, right + 1))
        if kind == "mergeCell" and size <= _MAX_MERGED and len(merged) + size <= _MAX_MERGED_IN_ALL:
            # The first cell comes first, so that its value is known when the others are filled.
            merged |= dict.fromkeys(cells, (top, left - 1))
        elif kind != "mergeCell" and size <= _HEAD * 100 and len(links) < _MAX_LINKS:
            address = value if kind == "f" else targets.get(value, "")
            if address and not address.lower().startswith("mailto:"):
                links |= dict.fromkeys(cells, address.strip())
    return merged, links


def _has_marks(archive: zipfile.ZipFile, path: str) -> bool:
    """Tell whether a sheet has any; to search its bytes costs a hundredth of parsing them."""
    before = b""
    with archive.open(path) as part:
        while chunk := part.read(1024 * 1024):
            if _MARKED.search(before + chunk):
                return True
            before = chunk[-20:]
    return False


def _marks(archive: zipfile.ZipFile, path: str) -> Iterator[tuple[str, str, str]]:
    """Give (kind, reference, value) of the merged areas, hyperlinks and HYPERLINK formulas of a sheet."""
    if not _has_marks(archive, path):
        return
    cell = ""
    with archive.open(path) as part:
        for event, element in iterparse(part, events=("start", "end")):
            kind = element.tag.rpartition("}")[2]
            if event == "start":
                cell = element.get("r", cell) if kind == "c" else cell
                continue
            if kind == "f" and cell and (found := _FORMULA_LINK.match(element.text or "")):
                yield "f", cell, found[1].replace("&amp;", "&")
            elif kind in ("mergeCell", "hyperlink") and element.get("ref"):
                link = next((value for name, value in element.items() if name.endswith("}id")), "")
                yield kind, element.get("ref"), link
            if kind in ("row", "mergeCell", "hyperlink"):
                element.clear()


def _text(value: object) -> str:
    """Return a cell's text: whole numbers without a point, moments as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)[:MAX_CELL].strip()
