"""What `metatag batch` is given, a folder or a table, as rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Spreadsheet programs write these; UTF-8 first, because text in the others is rarely valid UTF-8.
ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")
COLUMNS = ("title", "description", "file_source_type", "file_path")


class RowsError(Exception):
    """The folder or table cannot be used; the message says why."""


@dataclass(frozen=True)
class Wanted:
    """One document to process: a file of this machine, or a source that the server fetches."""

    title: str
    description: str
    file: Path | None
    source: str = ""
    path: str = ""

    @property
    def name(self) -> str:
        """Give what to call it on the screen."""
        return self.title or (self.file.name if self.file else self.path)


def read(place: Path) -> list[Wanted]:
    """Read a folder of PDFs, or a CSV with the columns of `GET /api/batch/template`. Raises RowsError."""
    if place.is_dir():
        found = list(_folder(place))
        if not found:
            raise RowsError(f"There is no PDF in {place}.")
        return found
    if not place.is_file():
        raise RowsError(f"There is no folder or file {place}.")
    return list(_table(place))


def _folder(place: Path) -> Iterator[Wanted]:
    for file in sorted(place.rglob("*")):
        if file.suffix.lower() == ".pdf" and file.is_file():
            yield Wanted(file.stem, "", file)


def _table(place: Path) -> Iterator[Wanted]:
    text = _decode(place.read_bytes())
    try:
        dialect: type[csv.Dialect] | str = csv.Sniffer().sniff(text.partition("\n")[0], delimiters=",;\t|")
    except csv.Error:
        dialect = "excel"
    reader = csv.DictReader(io.StringIO(text, newline=""), dialect=dialect)
    names = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
    if "file_path" not in names:
        raise RowsError(f"{place} has no column file_path; its columns may be: {', '.join(COLUMNS)}.")
    for row in reader:
        cells = {column: (row.get(names[column]) or "").strip() for column in COLUMNS if column in names}
        if any(cells.values()):
            yield _row(place, cells)


def _row(place: Path, cells: dict[str, str]) -> Wanted:
    path = cells["file_path"]
    source = cells.get("file_source_type", "").lower()
    is_local = source == "local" or (not source and path and "://" not in path)
    title, description = cells.get("title", ""), cells.get("description", "")
    if is_local:
        # A relative path is meant as seen from the table.
        return Wanted(title, description, (place.parent / path).resolve())
    return Wanted(title, description, None, source or ("s3" if path.startswith("s3://") else "url"), path)


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 decodes everything")
