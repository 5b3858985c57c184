"""The original's synchronous batch: a CSV goes in, the same CSV with tags comes out."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from metatag_gateway.batches import specs
from metatag_gateway.model.documents import Document, DocumentSpec

REQUIRED = ("title", "file_source_type", "file_path")
EMPTY = "Empty or invalid CSV file"
ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")
# A cell of a table of documents is never longer; the csv module's own bound would be an error. Characters.
MOST_CELL = 1_000_000


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV as read; `error` says why it cannot be processed."""

    columns: Sequence[str]
    rows: Sequence[dict[str, str]]
    error: str = ""

    def specs(self) -> list[DocumentSpec]:
        """Give the documents of its rows."""
        return list(specs(self.rows, {}))


def read(content: bytes) -> Table:
    """Give a table from the bytes of a CSV, separated by comma, semicolon or tab."""
    csv.field_size_limit(MOST_CELL)
    text = _decode(content)
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        columns = [(name or "").strip() for name in reader.fieldnames or ()]
        reader.fieldnames = columns
        rows = [{name: value or "" for name, value in row.items() if isinstance(value, str | None)} for row in reader]
    except csv.Error:
        return Table((), (), EMPTY)
    if not columns or not rows:
        return Table(columns, (), EMPTY)
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        return Table(columns, (), f"Missing required columns: {', '.join(missing)}")
    return Table(columns, rows)


def write(table: Table, documents: Sequence[Document]) -> str:
    """Give the table with `generated_tags` and `tagging_status` as a data URL."""
    by_row = {document.row: document for document in documents}
    out = io.StringIO(newline="")
    added = ["generated_tags", "tagging_status"]
    writer = csv.DictWriter(out, [*table.columns, *added], extrasaction="ignore")
    writer.writeheader()
    for number, row in enumerate(table.rows):
        document = by_row.get(number)
        status = "success" if document and document.status == "success" else f"failed: {reason(document)}"
        tags = ", ".join(document.tags) if document else ""
        writer.writerow({**row, "generated_tags": tags, "tagging_status": status})
    return f"data:text/csv;base64,{base64.b64encode(out.getvalue().encode()).decode()}"


def reason(document: Document | None) -> str:
    """Give why a document has no tags."""
    if document is None:
        return "not processed"
    return document.error_message or document.status


def _decode(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 decodes all bytes")
