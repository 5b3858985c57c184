"""The one way from the bytes of a table to a Table. It takes seconds of a core: call it off the event loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from metatag_gateway.tables import columns
from metatag_gateway.tables.delimited import read_delimited
from metatag_gateway.tables.model import MAX_BYTES, MAX_NAME, MAX_ROWS, Sheet, Table, TableError
from metatag_gateway.tables.workbook_process import read_workbook_apart

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0"
_PDF = b"%PDF-"


def read_sheet(
    content: bytes, name: str = "", is_name: Callable[[str], bool] = columns.is_field_name, *, strict: bool = False
) -> Sheet:
    """Return the rows of a table's file, of which kind its content says; raise TableError.

    `name` is the file's, which decides only where the content says nothing; `is_name` tells known column names;
    `strict` refuses a CSV whose quotes are in doubt.
    """
    if len(content) > MAX_BYTES:
        raise TableError(f"A table may have {MAX_BYTES // 1024**2} MiB at most; split it.")
    if content.startswith(_COMPOUND):
        raise TableError("The file has the old .xls format or a password; save it as .xlsx without one, or as CSV.")
    if content.startswith(_PDF):
        raise TableError("The file is a PDF and no table; give a CSV, TSV or XLSX file.")
    if content.startswith(_ZIP) or name.lower().endswith((".xlsx", ".xlsm")):
        return read_workbook_apart(content, is_name)
    return read_delimited(content, is_name, strict=strict)


def read_table(content: bytes, name: str = "", has_header: bool | None = None) -> Table:
    """Return a table of documents with its columns named and mapped; raise TableError.

    `has_header` says whether the first row names the columns; None lets the content decide.
    """
    sheet = read_sheet(content, name)
    cells = [row for _, row in sheet.rows]
    header = columns.find_header(cells) if has_header is None else 0 if has_header and cells else -1
    width = max(map(len, cells), default=0)
    names = _names(cells[header] if header >= 0 else (), width, sheet.warnings)
    body = sheet.rows[header + 1 :]
    if len(body) > MAX_ROWS:
        raise TableError(f"A table may have {MAX_ROWS:,} rows at most; split it.")
    rows = [[*row, *[""] * (width - len(row))] for _, row in body]
    lines = [line for line, _ in body]
    linked = _put_links(names, rows, lines, sheet) if sheet.links else []
    mapping = columns.map_columns(names, rows)
    if (place := mapping.get("file_path")) is not None:
        for row in rows:
            row[place] = columns.place_in(row[place])
    _fill_places(rows, mapping.get("file_path"), [*columns.other_places(names, mapping), *linked])
    return Table(
        columns=names,
        rows=rows,
        lines=lines,
        mapping=mapping,
        has_header=header >= 0,
        encoding=sheet.encoding,
        sheet=sheet.sheet,
        warnings=tuple(sheet.warnings),
    )


def _names(header: Sequence[str], width: int, warnings: list[str]) -> list[str]:
    """Return a unique name for each column; a name that stands twice gets a number."""
    names: list[str] = []
    seen: set[str] = set()
    for at in range(width):
        written = (header[at] if at < len(header) else "") or f"Column {at + 1}"
        name = written = " ".join(written.split())[:MAX_NAME]
        count = 1
        while name in seen:
            count += 1
            name = f"{written} ({count})"
        if count == 2:
            warnings.append(f"The column '{written}' stands more than once.")
        seen.add(name)
        names.append(name)
    return names


def _put_links(names: list[str], rows: list[list[str]], lines: Sequence[int], sheet: Sheet) -> list[int]:
    """Put the addresses that cells lead to into the table; return the columns that were added for them.

    Where the column holds places by its name, an address replaces the cell's text; else it has a column of its own.
    """
    row_of = dict(zip(lines, rows, strict=True))
    by_column: dict[int, list[tuple[int, str]]] = {}
    for (line, column), address in sheet.links.items():
        if line in row_of and column < len(names):
            by_column.setdefault(column, []).append((line, address))
    added: list[int] = []
    for column, found in sorted(by_column.items()):
        target = column
        if not columns.is_place_name(names[column]):
            target = len(names)
            added.append(target)
            names.append(f"{names[column]} (link)"[:MAX_NAME])
            for row in rows:
                row.append("")
        for line, address in found:
            shown = row_of[line][target]
            # The text of a link is often the last part of where it leads.
            if not columns.is_place(shown) or address.endswith(f"/{shown}"):
                row_of[line][target] = address
    return added


def _fill_places(rows: Sequence[list[str]], place: int | None, others: Sequence[int]) -> None:
    """Give a row without a path the place that another of its columns names."""
    if place is None or not others:
        return
    for row in rows:
        if not row[place]:
            row[place] = next((columns.place_in(row[at]) for at in others if columns.is_place(row[at])), "")
