"""Writing the results of a batch: CSV, JSON or JSON Lines, by the file's name."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from metatag_cli.live_view import Seen
from metatag_cli.rows import Wanted

# A cell that begins so is run as a formula by spreadsheet programs.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
KINDS = (".csv", ".json", ".jsonl")


def write(path: Path, seen: Seen, rows: list[Wanted] | None) -> None:
    """Write one record a document, in the order of the batch."""
    records = [_record(row, seen, rows) for row in sorted(seen.rows)]
    if path.suffix == ".csv":
        _csv(path, records)
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
    }


def _csv(path: Path, records: list[dict[str, Any]]) -> None:
    # With a byte order mark, or spreadsheet programs show Devanagari as rubbish.
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["row", "title", "file_path", "status", "tags", "error"])
        for record in records:
            cells = [record["title"], record["file_path"], record["status"], ", ".join(record["tags"]), record["error"]]
            writer.writerow([record["row"], *(_plain(cell or "") for cell in cells)])


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
