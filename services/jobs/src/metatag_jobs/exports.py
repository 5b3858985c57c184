"""Results of a job as a file, made while it is read: CSV, JSON Lines, XLSX or JSON-LD."""

from __future__ import annotations

import asyncio
import csv
import difflib
import io
import json
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from metatag_jobs.jsonable import pack
from metatag_jobs.linked_data import CONTEXT, node_of
from metatag_jobs.model import Document
from metatag_jobs.results import Facet
from metatag_jobs.stores import History
from metatag_runtime.errors import InvalidArgument

# Typed tags, a column a kind; several values of one are parted by "; ".
FACETS = ("document_type", "date", "year", "reference", "organisation", "person", "place", "law_or_scheme")
COLUMNS = (
    "row_number",
    "title",
    "description",
    "file_source_type",
    "file_path",
    "status",
    "generated_tags",
    "error",
    "error_code",
    "language",
    "extraction_method",
    "is_scanned",
    "ocr_confidence",
    "page_count",
    "text_length",
    "tagger",
    "model_name",
    "degraded",
    "cost_micros",
    "processed_at",
    "document_id",
    "file_name",
    "needs_review",
    *FACETS,
    "folder",
    "batch_name",
)
_CHUNK = 512 * 1024

# A spreadsheet runs a cell that begins so. A leading apostrophe makes it text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# A separator of some spreadsheet, with quotes and blanks behind it, before what begins a formula.
_BEHIND_SEPARATOR = re.compile(r"([;\t\r\n|][\s\"]*)(?=[=+\-@])")


# Columns that a caller may choose.
MAX_CHOSEN = 150

Batches = AsyncIterator[list[Document]]


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a table: the names of its header, and which cell of a whole row each one shows.

    `batch` is what the job is called.
    """

    batch: str
    own: Sequence[str]
    names: Sequence[str]
    places: Sequence[int]

    @classmethod
    def choose(cls, batch: str, own: Sequence[str], chosen: Sequence[str]) -> Layout:
        """Return the chosen columns in their order, all of them for none; raise InvalidArgument for an unknown one."""
        every = _header(own)
        if len(chosen) > MAX_CHOSEN:
            raise InvalidArgument(f"columns may name {MAX_CHOSEN} columns at most.")
        for name in chosen:
            if name not in every:
                near = difflib.get_close_matches(name, every, 1)
                hint = f"; did you mean '{near[0]}'?" if near else f"; use some of: {', '.join(every)}."
                raise InvalidArgument(f"columns names '{name[:50]}', which this job does not have{hint}")
        names = list(dict.fromkeys(chosen)) or every
        return cls(batch, own, names, [every.index(name) for name in names])

    def cells(self, document: Document) -> list[Any]:
        """Return a document's cells."""
        row = row_of(document, self.batch) + [document.columns.get(name, "") for name in self.own]
        return [row[place] for place in self.places]


class Exports:
    """The use case ExportJob."""

    def __init__(self, history: History) -> None:
        self._history = history

    async def export(self, user_id: str, job_id: str, kind: str, columns: Sequence[str] = ()) -> AsyncIterator[bytes]:
        """Give the file in chunks of at most 1 MiB; raises JobNotFound, InvalidArgument.

        `columns` are names of the header, the rows' own among them, in the order wanted; none means all of them.
        """
        writers: dict[str, Callable[[Batches, Layout], AsyncIterator[bytes]]] = {
            "csv": _csv,
            "json_lines": _json_lines if not columns else _chosen_lines,
            "xlsx": _xlsx,
            "json_ld": _json_ld,
        }
        if kind not in writers:
            raise InvalidArgument("format must be csv, json_lines, xlsx or json_ld.")
        if columns and kind == "json_ld":
            raise InvalidArgument("columns cannot be chosen for JSON-LD, which has none.")
        # Before the first byte: what is missing can be told only then.
        batch, own = await self._history.table_of(user_id, job_id)
        layout = Layout.choose(batch, own, columns)
        async for chunk in writers[kind](self._history.export(user_id, job_id), layout):
            for start in range(0, len(chunk), _CHUNK):
                yield chunk[start : start + _CHUNK]


def harmless(value: Any) -> Any:
    """Give a cell that a spreadsheet shows as it is: text that would be a formula gets an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def harmless_in_csv(value: Any) -> Any:
    """Return a cell that no spreadsheet runs: some split lines at `;` or tabs too."""
    if not isinstance(value, str):
        return value
    return harmless(_BEHIND_SEPARATOR.sub(r"\1'", value))


def row_of(document: Document, batch: str) -> list[Any]:
    """Give a document's cells in the order of COLUMNS; `batch` is the name of its job."""
    result = document.result
    problem = document.problem
    tags = [tag.tag for tag in result.tags] if result else []
    usage = result.usage if result else None
    return [
        document.position + 1,
        document.title,
        document.description,
        document.source.type,
        document.source.path,
        document.state,
        ", ".join(tags),
        problem.message if problem else "",
        problem.code if problem else "",
        result.language if result else "",
        result.extraction_method if result else "",
        result.is_scanned if result else "",
        result.ocr_confidence if result and result.ocr_confidence is not None else "",
        result.page_count if result else "",
        result.text_length if result else "",
        result.tagger if result else "",
        result.model_name if result else "",
        result.degraded if result else "",
        usage.cost_micros if usage and usage.cost_micros is not None else "",
        datetime.fromtimestamp(document.processed_at, UTC).isoformat() if document.processed_at else "",
        document.id,
        document.file_name,
        result.needs_review if result else "",
        *("; ".join(facet.value for facet in _facets(document) if facet.kind == kind) for kind in FACETS),
        document.folder,
        batch,
    ]


def _facets(document: Document) -> list[Facet]:
    return document.result.facets if document.result else []


def _header(own: Sequence[str]) -> list[str]:
    """Return the names of all columns; the rows' own come last, with a number where they bear one of ours."""
    return [*COLUMNS, *(f"{name} (2)" if name in COLUMNS else name for name in own)]


async def _csv(batches: Batches, layout: Layout) -> AsyncIterator[bytes]:
    # The mark makes spreadsheets read UTF-8, without which Devanagari is lost.
    yield "\ufeff".encode() + _csv_lines([[harmless(name) for name in layout.names]])
    async for batch in batches:
        yield _csv_lines([[harmless_in_csv(cell) for cell in layout.cells(document)] for document in batch])


def _csv_lines(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


async def _json_lines(batches: Batches, layout: Layout) -> AsyncIterator[bytes]:
    async for batch in batches:
        lines = (json.dumps(_object(document, layout.batch), ensure_ascii=False) for document in batch)
        yield "".join(f"{line}\n" for line in lines).encode()


async def _chosen_lines(batches: Batches, layout: Layout) -> AsyncIterator[bytes]:
    async for batch in batches:
        rows = (_chosen(document, layout) for document in batch)
        yield "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()


def _chosen(document: Document, layout: Layout) -> dict[str, Any]:
    whole = _object(document, layout.batch)
    cells = zip(layout.names, layout.cells(document), strict=True)
    # The rows' own columns may bear names of fields that only whole objects have.
    return {name: whole[name] if name in COLUMNS else cell for name, cell in cells}


async def _json_ld(batches: Batches, _layout: Layout) -> AsyncIterator[bytes]:
    """Write one graph of the documents that were read; the others have no metadata."""
    yield f'{{"@context": {json.dumps(CONTEXT)}, "@graph": ['.encode()
    between = "\n"
    async for batch in batches:
        for document in batch:
            if document.result is not None:
                yield (between + json.dumps(node_of(document, document.result), ensure_ascii=False)).encode()
                between = ",\n"
    yield b"\n]}\n"


def _object(document: Document, batch: str) -> dict[str, Any]:
    row = dict(zip(COLUMNS, row_of(document, batch), strict=True))
    row = {name: (None if value == "" else value) for name, value in row.items()}
    row["generated_tags"] = [tag.tag for tag in document.result.tags] if document.result else []
    row["tags"] = pack(document.result.tags) if document.result else []
    row["columns"] = document.columns
    row["facets"] = pack(_facets(document))
    return row


async def _xlsx(batches: Batches, layout: Layout) -> AsyncIterator[bytes]:
    import xlsxwriter

    with tempfile.TemporaryDirectory(prefix="metatag-export-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "results.xlsx"
        # Rows go to disk as they come; text is never taken for a formula, a link or a number.
        book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "tmpdir": folder,
            },
        )
        sheet = book.add_worksheet("results")
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(layout.names):
            sheet.set_column(column, column, _WIDTHS.get(name, _WIDTH))
        sheet.write_row(0, 0, layout.names, book.add_format({"bold": True}))
        number = 1
        async for batch in batches:
            await asyncio.to_thread(_write_rows, sheet, number, batch, layout)
            number += len(batch)
        sheet.autofilter(0, 0, number - 1, len(layout.names) - 1)
        await asyncio.to_thread(book.close)
        with path.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, _CHUNK):
                yield chunk


# Longest text that a cell of XLSX may hold; what Excel takes of links, each with its length.
_CELL, _MAX_LINKS, _MAX_LINK = 32_767, 65_000, 2_000
# Widths of columns, in characters.
_WIDTH = 14
_WIDTHS = {
    "title": 40, "description": 40, "file_path": 50, "generated_tags": 60, "error": 40, "processed_at": 26,
    "document_id": 38, "file_name": 30, "organisation": 30, "person": 30, "place": 30, "law_or_scheme": 30,
    "folder": 40, "batch_name": 30,
}  # fmt: skip


def _write_rows(sheet: Any, number: int, batch: Sequence[Document], layout: Layout) -> None:
    for row, document in enumerate(batch, number):
        cells = [value[:_CELL] if isinstance(value, str) else value for value in layout.cells(document)]
        sheet.write_row(row, 0, cells)
        if "file_path" in layout.names and row <= _MAX_LINKS and _is_link(document):
            path = document.source.path
            sheet.write_url(row, layout.names.index("file_path"), path, string=path)


def _is_link(document: Document) -> bool:
    path = document.source.path
    return document.source.type == "url" and path.startswith(("http://", "https://")) and len(path) <= _MAX_LINK
