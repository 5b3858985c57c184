"""What `metatag batch` is given, a folder or a table, as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from metatag_gateway.tables import MAX_BYTES, Table, TableError, read_table

FIELDS = ("title", "description", "file_source_type", "file_path")


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
    # What the table says of it in columns of its own.
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def folder(self) -> str:
        """Return where it lies within the folder that was named, without its name; empty at its top."""
        return self.label.replace("\\", "/").rpartition("/")[0]

    @property
    def name(self) -> str:
        """Return what to call it on the screen."""
        return self.title or self.label or (self.file.name if self.file else self.path)


def read(place: Path) -> list[Wanted]:
    """Return the documents of a folder of PDFs, or of a CSV or XLSX with a column of paths. Raise RowsError."""
    return read_with_warnings(place)[0]


def read_with_warnings(place: Path) -> tuple[list[Wanted], list[str]]:
    """Return the documents of a folder or table, and what of the table is in doubt. Raise RowsError."""
    if place.is_dir():
        found = list(_folder(place))
        if not found:
            raise RowsError(f"There is no PDF in {place}.")
        return found, []
    if not place.is_file():
        raise RowsError(f"There is no folder or file {place}.")
    if place.suffix.lower() == ".pdf":
        raise RowsError(f"{place} is one PDF; use: metatag tag {place}")
    table = _read_table(place)
    if "file_path" not in table.mapping:
        raise RowsError(f"{place} has no column file_path; its columns may be: {', '.join(FIELDS)}.")
    if not table.rows:
        raise RowsError(f"{place} has no rows below its header.")
    return [_row(place, row) for row in table.documents()], list(table.warnings)


def _read_table(place: Path) -> Table:
    try:
        # One byte more than a table may have: the reader refuses it.
        with place.open("rb") as file:
            return read_table(file.read(MAX_BYTES + 1), place.name)
    except OSError as error:
        raise RowsError(f"{place} cannot be read: {error.strerror or error}.") from error
    except TableError as error:
        raise RowsError(f"{place}: {error.message}") from error


def _folder(place: Path) -> Iterator[Wanted]:
    for file in sorted(place.rglob("*")):
        if file.suffix.lower() == ".pdf" and file.is_file():
            # Without a title of ours the document's own is found.
            yield Wanted("", "", file, label=str(file.relative_to(place)))


def _row(place: Path, cells: Mapping[str, str]) -> Wanted:
    title, description, source, path = (cells.get(name, "") for name in FIELDS)
    own = {name: cell for name, cell in cells.items() if name not in FIELDS and cell}
    source = source.lower()
    if path and (source == "local" or (not source and "://" not in path)):
        # A relative path is meant as seen from the table.
        return Wanted(title, description, (place.parent / Path(path).expanduser()).resolve(), columns=own)
    kind = source or ("s3" if path.lower().startswith("s3://") else "url")
    return Wanted(title, description, None, kind, path, columns=own)
