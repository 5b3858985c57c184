"""XLSX workbooks as rows of text."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook

from metatag_gateway.tables import workbook as module
from metatag_gateway.tables.columns import is_field_name
from metatag_gateway.tables.model import Sheet, TableError
from metatag_gateway.tables.workbook import read_workbook


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def workbook(*rows: list[Any], change: Callable[[Any], None] = lambda _: None) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    change(sheet)
    return saved(book)


def read(content: bytes) -> Sheet:
    return read_workbook(content, is_field_name)


def test_values_are_read_as_people_see_them() -> None:
    day, moment = datetime.date(2024, 1, 15), datetime.datetime(2024, 1, 15, 9, 30)
    sheet = read(workbook(["Name", "Path"], [7.0, day], [None, None], ["आदेश 📄", moment], [True, 1.5]))
    assert sheet.rows == [
        (1, ["Name", "Path"]),
        (2, ["7", "2024-01-15"]),
        (4, ["आदेश 📄", "2024-01-15 09:30:00"]),
        (5, ["TRUE", "1.5"]),
    ]


def test_merged_cells_give_their_value_to_every_cell_that_they_cover() -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("A1:B1")
        sheet.merge_cells("A2:A3")

    sheet = read(workbook(["Register", None], ["Both", "a.pdf"], [None, "b.pdf"], change=merge))
    assert [row for _, row in sheet.rows] == [["Register", "Register"], ["Both", "a.pdf"], ["Both", "b.pdf"]]


def test_links_of_cells_and_of_formulas_are_found_and_mail_addresses_are_not() -> None:
    def link(sheet: Any) -> None:
        sheet["A2"].hyperlink = "https://x.org/a.pdf"
        sheet["A3"] = '=HYPERLINK("https://x.org/b.pdf", "open")'
        sheet["A4"].hyperlink = "mailto:office@x.org"

    sheet = read(workbook(["Link"], ["open"], ["-"], ["write to us"], change=link))
    assert sheet.links == {(2, 0): "https://x.org/a.pdf", (3, 0): "https://x.org/b.pdf"}


def test_hidden_sheets_and_covers_are_passed_over() -> None:
    book = Workbook()
    hidden = book.active
    assert hidden is not None
    hidden.append(["file_path"])
    hidden.sheet_state = "hidden"
    book.create_sheet("Cover").append(["Register of documents"])
    data = book.create_sheet("Data")
    data.append(["title", "file_path"])
    data.append(["A", "a.pdf"])
    sheet = read(saved(book))
    assert sheet.sheet == "Data"
    assert sheet.rows[1] == (2, ["A", "a.pdf"])
    assert sheet.warnings == ["The workbook has 2 sheets; only 'Data' was read."]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_workbook_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(TableError, match="cannot be read as XLSX"):
        read(content)


def test_a_cell_far_out_costs_no_memory_and_is_refused() -> None:
    with pytest.raises(TableError, match="columns at most"):
        read(workbook(["a"], change=lambda sheet: sheet.cell(5, 16_384, "x")))


def test_a_workbook_that_unpacks_to_much_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(3 * 1024 * 1024))
    assert len(out.getvalue()) < 10_000
    monkeypatch.setattr(module, "MAX_UNPACKED", 2 * 1024 * 1024)
    with pytest.raises(TableError, match="unpacked"):
        read(out.getvalue())
