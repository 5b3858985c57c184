"""CSV of any program as records."""

from __future__ import annotations

import pytest

from metatag_gateway.tables.columns import is_field_name
from metatag_gateway.tables.delimited import read_delimited
from metatag_gateway.tables.model import MAX_CELL, MAX_COLUMNS, TableError


def cells(text: str | bytes) -> list[list[str]]:
    content = text.encode() if isinstance(text, str) else text
    return [row for _, row in read_delimited(content, is_field_name).rows]


@pytest.mark.parametrize("separator", list(",;\t|"))
def test_every_separator_is_found_also_beside_quoted_ones(separator: str) -> None:
    lines = [["title", "file_path"], ['"one, two; ""three"" | four"', "a.pdf"]]
    text = "\n".join(separator.join(line) for line in lines)
    assert cells(text)[1] == ['one, two; "three" | four', "a.pdf"]


def test_commas_in_cells_do_not_outweigh_the_semicolons_of_the_header() -> None:
    text = "title;file_path\nWater, land, air;a.pdf\nRoads, bridges, canals;b.pdf\n"
    assert cells(text)[1] == ["Water, land, air", "a.pdf"]


def test_the_separator_that_a_file_announces_is_believed() -> None:
    assert cells("sep=|\r\ntitle|file_path\r\nA,B,C|a.pdf\r\n") == [["title", "file_path"], ["A,B,C", "a.pdf"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_end_of_line_ends_a_record(end: str) -> None:
    assert cells(f"title,file_path{end}A,a.pdf{end}{end}B,b.pdf") == [
        ["title", "file_path"],
        ["A", "a.pdf"],
        ["B", "b.pdf"],
    ]


def test_a_record_is_named_by_the_line_on_which_it_begins() -> None:
    text = 'title,file_path\n"A\nb",a.pdf\n\nC,c.pdf\n'
    assert [line for line, _ in read_delimited(text.encode(), is_field_name).rows] == [1, 2, 5]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('title,file_path\n"One,a.pdf\nTwo,b.pdf\n', 2),
        ('title,file_path\nA,a.pdf\n"One,b.pdf\n"Two",c.pdf\n', 3),
        ('title,file_path\nA,"a.pdf', 2),
    ],
    ids=["to the end of the file", "to the next quote", "in the last line"],
)
def test_a_quote_that_is_never_closed_is_named_by_its_line(text: str, line: int) -> None:
    with pytest.raises(TableError, match=rf"^line {line}: a quotation mark opens a cell"):
        cells(text)


def test_quotes_that_are_not_doubled_stay_in_their_cell_with_a_warning() -> None:
    sheet = read_delimited(b'title,file_path\n"The "new" rules",a.pdf\nB,b.pdf\n', is_field_name)
    assert sheet.rows[1][1][1] == "a.pdf"
    assert "new" in sheet.rows[1][1][0]
    assert sheet.rows[2] == (3, ["B", "b.pdf"])
    assert sheet.warnings == ["line 2: a quote inside a quoted cell is not doubled; look the row over."]


def test_the_end_mark_of_dos_is_no_row() -> None:
    assert cells("title,file_path\nA,a.pdf\n\x1a") == [["title", "file_path"], ["A", "a.pdf"]]


def test_blanks_behind_separators_do_not_hide_a_quote() -> None:
    assert cells('title, file_path\nA, "x, y.pdf"\n')[1] == ["A", "x, y.pdf"]


@pytest.mark.parametrize("content", [b"\x00\x01\x02\x03binary\x00", bytes(range(32)) * 4])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(TableError, match="no table"):
        cells(content)


def test_a_table_has_bounds() -> None:
    with pytest.raises(TableError, match="columns at most"):
        cells("," * MAX_COLUMNS + "x")
    with pytest.raises(TableError, match="longer than"):
        cells("title\n" + "x" * (MAX_CELL + 1))
    with pytest.raises(TableError, match="rows"):
        cells("a\n" * 100_020)


def test_a_line_without_end_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(TableError, match="line 1: it is longer"):
        read_delimited(b"file_path," * 500_000, is_field_name)
