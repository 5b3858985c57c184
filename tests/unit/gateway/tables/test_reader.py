"""Whole tables: columns named and mapped, rows with their own columns, links and lines."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook

from metatag_gateway.tables import MAX_BYTES, TableError, read_table


def test_own_columns_stay_with_their_rows() -> None:
    table = read_table("title,file_path,विभाग,Year\nA,a.pdf,जल,2024\nB,b.pdf\n".encode())
    assert list(table.columns) == ["title", "file_path", "विभाग", "Year"]
    assert [list(row) for row in table.rows] == [["A", "a.pdf", "जल", "2024"], ["B", "b.pdf", "", ""]]
    assert table.mapping == {"file_path": 1, "title": 0}


def test_a_row_without_a_path_takes_the_place_that_stands_beside_it() -> None:
    table = read_table(b"file_path,url,link\n,https://x.org/a.pdf,\nb.pdf,https://x.org/other.pdf,\n,none,\n")
    assert [row[0] for row in table.rows] == ["https://x.org/a.pdf", "b.pdf", ""]


@pytest.mark.parametrize(
    "cell",
    [
        '"=HYPERLINK(""https://x.org/a.pdf"",""open"")"',
        "[open](https://x.org/a.pdf)",
        "<https://x.org/a.pdf>",
        '"<a href=""https://x.org/a.pdf"">open</a>"',
        "'https://x.org/a.pdf",
        "\u200bhttps://x.org/a.pdf\ufeff",
    ],
)
def test_an_address_is_found_in_what_a_cell_wraps_it(cell: str) -> None:
    table = read_table(f"title,link,x\n[One](x),{cell},<b>\n".encode())
    # Other cells stay as they are.
    assert [list(row) for row in table.rows] == [["[One](x)", "https://x.org/a.pdf", "<b>"]]
    assert table.mapping == {"file_path": 1, "title": 0}


def test_the_text_of_a_link_gives_way_to_where_the_link_leads() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["title", "file_path"])
    sheet.append(["One", "report.pdf"])
    sheet.append(["Two", "other.pdf"])
    sheet["B2"].hyperlink = "orders/2024/report.pdf"
    sheet["B3"].hyperlink = "https://x.org/a.pdf"
    out = io.BytesIO()
    book.save(out)
    assert [row[1] for row in read_table(out.getvalue()).rows] == ["orders/2024/report.pdf", "other.pdf"]


def test_names_of_columns_may_be_written_as_in_programs() -> None:
    table = read_table(b"docTitle,filePath,fileSourceType,Title\nx,a.pdf,local,One\n")
    assert table.mapping == {"file_path": 1, "file_source_type": 2, "title": 3}


def test_columns_of_one_name_are_told_apart() -> None:
    table = read_table(b"url,url,,\nno,https://x.org/a.pdf,x,y\n")
    assert list(table.columns) == ["url", "url (2)", "Column 3", "Column 4"]
    assert table.mapping == {"file_path": 1}
    assert table.warnings == ("The column 'url' stands more than once.",)


def test_a_linked_title_gives_the_place_of_its_file() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Name", "Year"])
    sheet.append(["Water plan", 2024])
    sheet["A2"].hyperlink = "https://x.org/water.pdf"
    out = io.BytesIO()
    book.save(out)
    table = read_table(out.getvalue(), "list.xlsx")
    place, title = table.mapping["file_path"], table.mapping["title"]
    assert (table.rows[0][title], table.rows[0][place]) == ("Water plan", "https://x.org/water.pdf")


def test_a_table_without_a_header_has_numbered_columns() -> None:
    table = read_table(b"Plan,https://x.org/a.pdf\nMap,https://x.org/b.pdf\n")
    assert (list(table.columns), table.has_header, len(table.rows)) == (["Column 1", "Column 2"], False, 2)
    assert table.mapping == {"file_path": 1}


def test_the_caller_may_say_whether_there_is_a_header() -> None:
    content = b"A,a.pdf\nB,b.pdf\n"
    assert len(read_table(content, has_header=True).rows) == 1
    assert len(read_table(b"title,file_path\nB,b.pdf\n", has_header=False).rows) == 2


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"\xd0\xcf\x11\xe0", "a.xls", "old .xls format"),
        (b"%PDF-1.7", "a.csv", "PDF and no table"),
        (b"x", "a.xlsx", "cannot be read as XLSX"),
        (bytes(MAX_BYTES + 1), "a.csv", "MiB at most"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(content: bytes, name: str, said: str) -> None:
    with pytest.raises(TableError, match=said):
        read_table(content, name)


def test_an_empty_file_is_an_empty_table() -> None:
    table = read_table(b"")
    assert (list(table.columns), list(table.rows)) == ([], [])


@pytest.mark.parametrize("text", ["file_path,,\n/a.pdf,,\n", "Register,,\nname,path,\na,/a.pdf,\n"])
def test_a_name_alone_in_its_row_is_a_header_and_a_title_is_none(text: str) -> None:
    table = read_table(text.encode())
    assert table.has_header
    assert [row[table.mapping["file_path"]] for row in table.rows] == ["/a.pdf"]
