"""What `metatag batch` is given, a folder or a table, as rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from metatag_cli import tables
from metatag_cli.tables import TableError

# The columns of `GET /api/batch/template`, and what else they are called; the page takes the same names.
COLUMNS = {
    "title": r"title|name|document|document[ _]?title|subject|शीर्षक|नाम|विषय",
    "description": r"description|summary|abstract|notes?|remarks?|विवरण|सारांश|टिप्पणी",
    "file_source_type": r"file[ _]?source[ _]?type|source[ _]?type|type|kind|स्रोत|प्रकार",
    "file_path": r"file[ _]?path|path|url|link|file|pdf|pdf[ _]?url|href|source|location|पथ|फ़ाइल|फाइल|कड़ी|लिंक",
}
# Rows among which the one with the names is looked for.
HEAD = 10


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
    # Its place within the folder that was named.
    label: str = ""

    @property
    def name(self) -> str:
        """Give what to call it on the screen."""
        return self.title or self.label or (self.file.name if self.file else self.path)


def read(place: Path) -> list[Wanted]:
    """Read a folder of PDFs, or a CSV or XLSX with a column of paths. Raises RowsError."""
    if place.is_dir():
        found = list(_folder(place))
        if not found:
            raise RowsError(f"There is no PDF in {place}.")
        return found
    if not place.is_file():
        raise RowsError(f"There is no folder or file {place}.")
    if place.suffix.lower() == ".pdf":
        raise RowsError(f"{place} is one PDF; use: metatag tag {place}")
    try:
        return list(_table(place, tables.read(place)))
    except TableError as error:
        raise RowsError(str(error)) from error


def _folder(place: Path) -> Iterator[Wanted]:
    for file in sorted(place.rglob("*")):
        if file.suffix.lower() == ".pdf" and file.is_file():
            # Without a title of ours the document's own is found.
            yield Wanted("", "", file, label=str(file.relative_to(place)))


def _table(place: Path, rows: list[list[str]]) -> Iterator[Wanted]:
    begin, at = _header(rows)
    if at["file_path"] < 0:
        raise RowsError(f"{place} has no column file_path; its columns may be: {', '.join(COLUMNS)}.")
    if len(rows) <= begin + 1:
        raise RowsError(f"{place} has no rows below its header.")
    for row in rows[begin + 1 :]:
        cells = {column: row[index] if 0 <= index < len(row) else "" for column, index in at.items()}
        if any(cells.values()):
            yield _row(place, cells)


def _header(rows: list[list[str]]) -> tuple[int, dict[str, int]]:
    """Give which row names the columns, and where each stands; titles over merged cells may lie above it."""
    found = [{column: _column(row, names) for column, names in COLUMNS.items()} for row in rows[:HEAD]] or [
        dict.fromkeys(COLUMNS, -1)
    ]
    best = max(range(len(found)), key=lambda at: (found[at]["file_path"] >= 0, _known(found[at]), at))
    return best, found[best]


def _known(columns: dict[str, int]) -> int:
    return len({at for at in columns.values() if at >= 0})


def _column(header: list[str], names: str) -> int:
    """Give where a column stands, -1 where it is not."""
    return next((at for at, name in enumerate(header) if re.fullmatch(names, name, re.IGNORECASE)), -1)


def _row(place: Path, cells: dict[str, str]) -> Wanted:
    path, source = cells["file_path"], cells["file_source_type"].lower()
    is_local = path and (source == "local" or (not source and "://" not in path))
    if is_local:
        # A relative path is meant as seen from the table.
        return Wanted(cells["title"], cells["description"], (place.parent / Path(path).expanduser()).resolve())
    kind = source or ("s3" if path.startswith("s3://") else "url")
    return Wanted(cells["title"], cells["description"], None, kind, path)
