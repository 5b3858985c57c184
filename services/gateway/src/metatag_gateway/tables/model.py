"""A table as it was read, its bounds, and the error of one that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from metatag_runtime.errors import InvalidArgument

# A table is hostile input: every dimension has an end.
MAX_BYTES = 32 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 256
MAX_CELLS = 2_000_000
# Characters of one cell, and of a column's name.
MAX_CELL = 1_000_000
# Characters of all cells: a workbook may name one long text from each of its cells.
MAX_CHARS = 64_000_000
MAX_NAME = 100


class TableError(InvalidArgument):
    """The file cannot be read as a table; the message says why, and where."""


@dataclass(slots=True)
class Sheet:
    """Rows of text as they stand in a file, and what there is to say about them.

    `rows` holds pairs of the line (from 1; of a workbook, the row) and the stripped cells; rows without any text are
    left out. `encoding` names how the text was read, `sheet` which sheet of a workbook. `links` maps a line and a
    column (from 0) to the address that the cell leads to.
    """

    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    encoding: str = ""
    sheet: str = ""
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table:
    """A table with named columns.

    `columns` are unique names in order; `rows` have one cell for each of them; `lines` say where each row begins in
    the file (from 1). `mapping` leads from a field of a document to its column; fields without one are absent.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    lines: Sequence[int]
    mapping: Mapping[str, int]
    has_header: bool
    encoding: str
    sheet: str
    warnings: Sequence[str]

    def documents(self) -> Iterator[dict[str, str]]:
        """Give each row as a document: the mapped cells by field, the others by the names of their columns."""
        fields = {column: field for field, column in self.mapping.items()}
        names = [fields.get(at, name) for at, name in enumerate(self.columns)]
        for row in self.rows:
            yield dict(zip(names, row, strict=True))
