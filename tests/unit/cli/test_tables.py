"""CSV and XLSX files of any program, as rows of text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from metatag_cli.rows import RowsError
from metatag_cli.rows import read as read_rows
from metatag_cli.tables import TableError, read


def workbook(tmp_path: Path, *rows: list[Any], merged: tuple[str, ...] = ()) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    book.save(tmp_path / "table.xlsx")
    return tmp_path / "table.xlsx"


def table(tmp_path: Path, text: str, encoding: str = "utf-8", name: str = "table.csv") -> Path:
    place = tmp_path / name
    place.write_bytes(text.encode(encoding))
    return place


def test_a_workbook_gives_numbers_as_they_are_read_and_no_empty_rows(tmp_path: Path) -> None:
    place = workbook(tmp_path, ["Name", "Path"], [7.0, "a.pdf"], [None, None], ["आदेश 📄", "b.PDF"])
    assert read(place) == [["Name", "Path"], ["7", "a.pdf"], ["आदेश 📄", "b.PDF"]]


def test_a_title_over_merged_cells_is_no_header(tmp_path: Path) -> None:
    rows = [["Register of documents", None, None], ["Name", "Path", "Remarks"], ["A", "a.pdf", "first"]]
    found = read_rows(workbook(tmp_path, *rows, merged=("A1:C1",)))
    assert [(row.title, row.file, row.description) for row in found] == [("A", tmp_path / "a.pdf", "first")]


def test_a_header_of_two_rows_with_merged_cells_is_the_row_that_names_more(tmp_path: Path) -> None:
    rows = [["Document", None, "Source"], ["Title", "Description", "Path"], ["A", "first", "https://x.org/a.pdf"]]
    found = read_rows(workbook(tmp_path, *rows, merged=("A1:B1",)))
    assert [(row.title, row.description, row.path) for row in found] == [("A", "first", "https://x.org/a.pdf")]


def test_a_cell_merged_downwards_holds_for_every_row(tmp_path: Path) -> None:
    rows = [["title", "file_path"], ["Both", "https://x.org/a.pdf"], [None, "https://x.org/b.pdf"]]
    found = read_rows(workbook(tmp_path, *rows, merged=("A2:A3",)))
    assert [row.title for row in found] == ["Both", "Both"]


@pytest.mark.parametrize("separator", list(",;\t|"))
def test_every_separator_is_found_also_beside_quoted_ones(tmp_path: Path, separator: str) -> None:
    lines = [["title", "file_path"], ['"one, two; ""three"" | four"', "a.pdf"]]
    place = table(tmp_path, "\n".join(separator.join(line) for line in lines))
    assert read(place)[1] == ['one, two; "three" | four', "a.pdf"]


def test_columns_are_known_by_other_names_and_in_hindi(tmp_path: Path) -> None:
    found = read_rows(table(tmp_path, "शीर्षक,लिंक\nक,https://x.org/a.pdf\n"))
    assert [(row.title, row.path) for row in found] == [("क", "https://x.org/a.pdf")]


def test_trailing_empty_columns_leave_the_header_a_header(tmp_path: Path) -> None:
    assert [row.file for row in read_rows(table(tmp_path, "file_path,,\na.pdf,,\n"))] == [tmp_path / "a.pdf"]


def test_a_latin_1_table_with_semicolons_and_text_in_quotes_is_read(tmp_path: Path) -> None:
    place = table(tmp_path, 'Name;Path\r\n"Résumé; 2. Teil";a.pdf\r\n', "latin-1")
    assert read(place)[1] == ["Résumé; 2. Teil", "a.pdf"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0", "old .xls format"),
        ("a.xlsx", b"PK\x03\x04 no zip", "cannot be read as XLSX"),
        ("a.xlsx", b"", "cannot be read as XLSX"),
        ("a.csv", b"%PDF-1.7\x00\x01\x02", "is no table"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError, match=said):
        read(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("one.pdf", "%PDF-", "metatag tag .*one.pdf"),
        ("empty.csv", "", "no column file_path"),
        ("header.csv", "title,file_path\n", "no rows below"),
    ],
)
def test_what_gives_no_batch_is_refused_with_a_sentence(tmp_path: Path, name: str, content: str, said: str) -> None:
    with pytest.raises(RowsError, match=said):
        read_rows(table(tmp_path, content, name=name))
