"""Writing the results of a batch: CSV, JSON or JSON Lines, by the file's name."""

from __future__ import annotations

import csv
import json
from itertools import zip_longest
from pathlib import Path
from typing import Any

from metatag_cli.live_view import Seen
from metatag_cli.rows import Wanted

# A cell that begins so is run as a formula by spreadsheet programs.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
KINDS = (".csv", ".xlsx", ".json", ".jsonl")
COLUMNS = ("row", "title", "file_path", "status", "tags", "error")


def write(path: Path, seen: Seen, rows: list[Wanted] | None) -> None:
    """Write one record a document, in the order of the batch."""
    records = [_record(row, seen, rows) for row in sorted(seen.rows)]
    if path.suffix == ".csv":
        _csv(path, records)
    elif path.suffix == ".xlsx":
        _xlsx(path, records)
    elif path.suffix == ".jsonl":
        lines = (json.dumps(record, ensure_ascii=False) for record in records)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    else:
        path.write_text(json.dumps(records, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _record(row: int, seen: Seen, rows: list[Wanted] | None) -> dict[str, Any]:
    event = seen.rows[row]
    wanted = rows[row - 1] if rows and row <= len(rows) else None
    return {
        "row": row,
        "title": event.title or (wanted.title if wanted else ""),
        "file_path": str(wanted.file or wanted.path) if wanted else "",
        "status": "success" if event.ok else "failed",
        "tags": list(event.tags),
        "error": event.error,
        "columns": dict(wanted.columns) if wanted else {},
    }


def _own(records: list[dict[str, Any]]) -> list[str]:
    """Return the names of the columns that the table had beside those of every export, in order."""
    return list(dict.fromkeys(name for record in records for name in record["columns"]))


def _header(own: list[str]) -> list[str]:
    return [*COLUMNS, *(f"{name} (2)" if name in COLUMNS else name for name in own)]


def _csv(path: Path, records: list[dict[str, Any]]) -> None:
    # With a byte order mark, or spreadsheet programs show Devanagari as rubbish.
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        own = _own(records)
        writer.writerow([_plain(name) for name in _header(own)])
        for record in records:
            row, *cells = _cells(record, own)
            writer.writerow([row, *(_plain(str(cell)) for cell in cells)])


def _cells(record: dict[str, Any], own: list[str]) -> list[str | int]:
    cells = [", ".join(record[name]) if name == "tags" else record[name] or "" for name in COLUMNS]
    return [*cells, *(record["columns"].get(name, "") for name in own)]


def _xlsx(path: Path, records: list[dict[str, Any]]) -> None:
    import xlsxwriter

    # Strings stay strings: a title that begins with "=" is no formula, one that looks like an address no link.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet("documents")
        own = _own(records)
        header = _header(own)
        for column, (name, width) in enumerate(zip_longest(header, (6, 40, 50, 10, 60, 40), fillvalue=20)):
            sheet.set_column(column, column, width)
            sheet.write(0, column, name, book.add_format({"bold": True}))
        for place, record in enumerate(records, 1):
            sheet.write_row(place, 0, _cells(record, own))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(records)), len(header) - 1)


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
