"""A workbook is read in a process of its own; one that unpacks to very much is refused, and takes nobody along."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator

import psutil
import pytest
from openpyxl import Workbook

from metatag_gateway.tables import TableError
from metatag_gateway.tables.columns import is_field_name
from metatag_gateway.tables.model import MAX_CHARS
from metatag_gateway.tables.workbook import read_workbook
from metatag_gateway.tables.workbook_process import read_workbook_apart

SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = b"</sheetData></worksheet>"
CELL = b'<c t="inlineStr"><is><t>x</t></is></c>'


def workbook(*rows: list[str]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_sheet(parts: Iterator[bytes]) -> bytes:
    """Return a workbook whose sheet has this content."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(["x"]))) as given,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for entry in given.infolist():
            if entry.filename != SHEET:
                made.writestr(entry.filename, given.read(entry))
        with made.open(SHEET, "w") as sheet:
            for part in parts:
                sheet.write(part)
    return out.getvalue()


def many_cells() -> Iterator[bytes]:
    """One row of three million cells."""
    yield HEAD + b"<row>"
    for _ in range(300):
        yield CELL * 10_000
    yield b"</row>" + END


def wide_row() -> Iterator[bytes]:
    """One row of as many cells as a table may have; the parser holds it whole."""
    yield HEAD + b"<row>"
    for _ in range(190):
        yield CELL * 10_000
    yield b"</row>" + END


def test_the_process_reads_what_the_reader_reads() -> None:
    content = workbook(["title", "file_path"], ["आदेश 📄\n\u2028", "https://x.org/a.pdf"])
    assert read_workbook_apart(content, is_field_name) == read_workbook(content, is_field_name)


@pytest.mark.parametrize(
    ("parts", "seconds", "sentence"), [(many_cells, 30, "cells at most"), (wide_row, 2, "too much time or memory")]
)
def test_a_workbook_that_takes_too_much_is_given_up(
    parts: Callable[[], Iterator[bytes]], seconds: int, sentence: str
) -> None:
    before = psutil.Process().memory_info().rss
    with pytest.raises(TableError, match=sentence):
        read_workbook_apart(with_sheet(parts()), is_field_name, cpu_seconds=seconds)
    assert psutil.Process().memory_info().rss - before < 256 * 1024**2
    assert not [child for child in psutil.Process().children() if "workbook_child" in " ".join(child.cmdline())]


def test_one_long_text_named_by_very_many_cells_is_refused() -> None:
    text = "a" * 30_000
    rows = [[text] * 100 for _ in range(MAX_CHARS // 3_000_000 + 1)]
    with pytest.raises(TableError, match="characters in all"):
        read_workbook(workbook(*rows), is_field_name)
