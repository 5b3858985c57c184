"""Folders and tables as rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from metatag_cli.rows import RowsError, read, read_with_warnings


def table(tmp_path: Path, content: bytes | str) -> Path:
    place = tmp_path / "table.csv"
    place.write_bytes(content.encode() if isinstance(content, str) else content)
    return place


def test_a_folder_gives_its_pdfs_in_order_whatever_their_case_and_script(tmp_path: Path) -> None:
    for name in ("b.PDF", "a.pdf", "आदेश 📄.pdf", "notes.txt", "sub/c.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"%PDF-")
    assert [row.name for row in read(tmp_path)] == ["a.pdf", "b.PDF", "sub/c.pdf", "आदेश 📄.pdf"]


def test_a_folder_without_pdfs_says_so(tmp_path: Path) -> None:
    with pytest.raises(RowsError, match="no PDF"):
        read(tmp_path)


def test_a_place_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(RowsError, match="no folder or file"):
        read(tmp_path / "absent")


def test_sources_of_all_kinds_are_told_apart(tmp_path: Path) -> None:
    rows = read(
        table(
            tmp_path,
            "title,file_path,file_source_type\nA,https://x.org/a.pdf,\nB,s3://bucket/b.pdf,\nC,c.pdf,\nD,/d.pdf,local\n",
        )
    )
    assert [(row.source, row.path, row.file) for row in rows] == [
        ("url", "https://x.org/a.pdf", None),
        ("s3", "s3://bucket/b.pdf", None),
        ("", "", tmp_path / "c.pdf"),
        ("", "", Path("/d.pdf")),
    ]


def test_a_latin_1_table_with_semicolons_is_read(tmp_path: Path) -> None:
    rows = read(table(tmp_path, "Title;File_Path\nRésumé;https://x.org/a.pdf\n\n".encode("latin-1")))
    assert [(row.title, row.path) for row in rows] == [("Résumé", "https://x.org/a.pdf")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_hindi_survives_every_unicode(tmp_path: Path, encoding: str) -> None:
    rows = read(table(tmp_path, "title,file_path\nकार्यालय आदेश,https://x.org/a.pdf\n".encode(encoding)))
    assert rows[0].title == "कार्यालय आदेश"


def test_a_table_without_paths_names_the_columns_it_may_have(tmp_path: Path) -> None:
    with pytest.raises(RowsError, match="no column file_path"):
        read(table(tmp_path, "name,size\na,1\n"))


def test_a_row_without_a_path_stays_a_row(tmp_path: Path) -> None:
    assert [row.name for row in read(table(tmp_path, "title,file_path\nA,\n,\n"))] == ["A"]


def test_columns_are_known_by_other_names_and_in_hindi(tmp_path: Path) -> None:
    found = read(table(tmp_path, "शीर्षक,लिंक\nक,https://x.org/a.pdf\n"))
    assert [(row.title, row.path) for row in found] == [("क", "https://x.org/a.pdf")]


def test_columns_of_the_users_own_come_with_the_row(tmp_path: Path) -> None:
    (row,) = read(table(tmp_path, "title,file_path,dept,empty\nA,a.pdf,जल,\n"))
    assert row.columns == {"dept": "जल"}


def test_what_is_in_doubt_is_said(tmp_path: Path) -> None:
    _, warnings = read_with_warnings(table(tmp_path, "title,file_path\nRésumé,a.pdf\n".encode("cp1252")))
    assert len(warnings) == 1
    assert "Windows-1252" in warnings[0]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("one.pdf", "%PDF-", "metatag tag .*one.pdf"),
        ("empty.csv", "", "no column file_path"),
        ("header.csv", "title,file_path\n", "no rows below"),
        ("a.xlsx", "no zip", "cannot be read as XLSX"),
        ("quote.csv", 'title,file_path\n"A,a.pdf\n', "line 2: a quotation mark"),
    ],
)
def test_what_gives_no_batch_is_refused_with_a_sentence(tmp_path: Path, name: str, content: str, said: str) -> None:
    place = tmp_path / name
    place.write_text(content)
    with pytest.raises(RowsError, match=said):
        read(place)
