"""The v1 API's synchronous batch: a CSV goes in, the same CSV with tags comes out."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from metatag_gateway import tables
from metatag_gateway.batches import own_columns, specs
from metatag_gateway.model.documents import Document, DocumentSpec
from metatag_gateway.tables.columns import fold_name

REQUIRED = ("title", "file_source_type", "file_path")
EMPTY = "Empty or invalid CSV file"


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV as read; `error` says why it cannot be processed."""

    found: tables.Table | None
    error: str = ""

    @property
    def row_count(self) -> int:
        """Return how many documents it names."""
        return len(self.found.rows) if self.found and not self.error else 0

    def specs(self) -> list[DocumentSpec]:
        """Return the documents of its rows."""
        return list(specs(self.found.documents(), {}, self.own_columns)) if self.found else []

    @property
    def own_columns(self) -> tuple[str, ...]:
        """Return the names of its columns that are no field of a document."""
        return own_columns(self.found.documents(), {})[0] if self.found else ()


def read(content: bytes) -> Table:
    """Return a table from the bytes of a CSV, whatever its encoding and separator."""
    try:
        found = tables.read_table(content, has_header=True)
    except tables.TableError as error:
        return Table(None, error.message)
    if not found.rows:
        return Table(found, EMPTY)
    # By these names alone, as v1 clients expect.
    named = {fold_name(column) for column in found.columns}
    missing = [name for name in REQUIRED if fold_name(name) not in named]
    if missing:
        return Table(found, f"Missing required columns: {', '.join(missing)}")
    return Table(found)


# The beginning of a cell, or a separator of some spreadsheet, before what begins a formula.
_FORMULA = re.compile(r"(^|[;\t\r\n|][\s\"]*)(?=[=+\-@])")


def write(table: Table, documents: Sequence[Document]) -> str:
    """Return the table with `generated_tags` and `tagging_status` as a data URL."""
    if table.found is None:
        return ""
    by_row = {document.row: document for document in documents}
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*table.found.columns, "generated_tags", "tagging_status"])
    for number, row in enumerate(table.found.rows):
        document = by_row.get(number)
        status = "success" if document and document.status == "success" else f"failed: {reason(document)}"
        cells = [*row, ", ".join(document.tags) if document else "", status]
        writer.writerow([harmless(cell) for cell in cells])
    return f"data:text/csv;base64,{base64.b64encode(out.getvalue().encode()).decode()}"


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula, wherever it splits lines."""
    return _FORMULA.sub(r"\1'", cell)


def reason(document: Document | None) -> str:
    """Return why a document has no tags."""
    if document is None:
        return "not processed"
    return document.error_message or document.status
