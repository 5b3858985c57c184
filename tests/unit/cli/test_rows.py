"""Folders and tables as rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from metatag_cli.rows import RowsError, read


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
