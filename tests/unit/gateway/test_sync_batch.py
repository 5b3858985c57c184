"""The v1 API's CSV batch: what goes in, in whatever dialect, and what comes out."""

from __future__ import annotations

import base64
import csv
import io

import pytest

from metatag_gateway.model.documents import Document, Result, Tag
from metatag_gateway.sync_batch import EMPTY, harmless, read, write

HEAD = "title,file_source_type,file_path"


def document(row: int, status: str, *tags: str, error: str | None = None) -> Document:
    result = Result(tag_details=tuple(Tag(tag, 1.0, "local") for tag in tags))
    return Document(f"d{row}", "j", row, "T", "", "p", "url", status, error_message=error, result=result)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_dialects_and_encodings_are_found(delimiter: str, encoding: str) -> None:
    text = f"{HEAD}\nGebühr,url,http://x/a.pdf\n".replace(",", delimiter)
    table = read(text.encode(encoding))
    assert table.error == ""
    (spec,) = table.specs()
    assert (spec.title, spec.source.type, spec.source.path) == ("Gebühr", "url", "http://x/a.pdf")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", EMPTY),
        (f"{HEAD}\n", EMPTY),
        ("a,b\n1,2\n", "Missing required columns: title, file_source_type, file_path"),
        ("title,file_path\n1,2\n", "Missing required columns: file_source_type"),
    ],
)
def test_what_cannot_be_processed_says_why(text: str, error: str) -> None:
    assert read(text.encode()).error == error


def test_a_ragged_row_is_kept_and_its_surplus_dropped() -> None:
    table = read(f"{HEAD}\nA,url,http://x/a.pdf,surplus\nB,url\n".encode())
    assert [spec.problem for spec in table.specs()] == ["", "file_path is required"]


def test_the_table_comes_back_with_tags_and_status() -> None:
    table = read(f"{HEAD},mine\nA,url,http://x/a.pdf,1\nB,url,http://x/b.pdf,2\nC,url,,3\n".encode())
    url = write(table, [document(0, "success", "one", "two words"), document(1, "failed", error="No pages.")])
    head, _, body = url.partition(",")
    assert head == "data:text/csv;base64"
    rows = list(csv.DictReader(io.StringIO(base64.b64decode(body).decode())))
    assert [row["mine"] for row in rows] == ["1", "2", "3"]
    assert [row["generated_tags"] for row in rows] == ["one, two words", "", ""]
    assert [row["tagging_status"] for row in rows] == ["success", "failed: No pages.", "failed: not processed"]


@pytest.mark.parametrize(
    ("cell", "written"),
    [("=1+1", "'=1+1"), ("x;=cmd", "x;'=cmd"), ("x\t@a", "x\t'@a"), ("wells; pumps - 3", "wells; pumps - 3")],
)
def test_no_cell_of_the_answer_is_run_by_a_spreadsheet(cell: str, written: str) -> None:
    assert harmless(cell) == written
