"""Names of columns and what they stand for."""

from __future__ import annotations

import pytest

from metatag_gateway.tables.columns import find_header, is_place, map_columns

PLACE = "https://x.org/a.pdf"


@pytest.mark.parametrize(
    "name",
    [
        "file_path",
        "File Path",
        "FILE-PATH",
        " file_path* ",
        "URL",
        "फ़ाइल",
        "\u092b\u093e\u0907\u0932",
        "\u095e\u093e\u0907\u0932",
    ],
)
def test_a_name_is_known_in_every_spelling(name: str) -> None:
    # The last three are with a nukta of its own, without one, and as one precomposed letter.
    assert map_columns([name], [["x"]]) == {"file_path": 0}


def test_the_exact_name_wins_over_an_alias_before_it() -> None:
    assert map_columns(["source", "title", "file_path"], [["Ministry", "One", PLACE]]) == {"file_path": 2, "title": 1}


def test_among_aliases_the_column_with_places_wins() -> None:
    rows = [["A-12/2024", PLACE, "One"], ["A-13/2024", PLACE, "Two"]]
    assert map_columns(["File", "Link", "Name"], rows) == {"file_path": 1, "title": 2}


def test_without_a_known_name_the_column_of_places_is_taken() -> None:
    assert map_columns(["Nr", "Datei"], [["1", PLACE], ["2", "/srv/b.pdf"], ["3", ""]]) == {"file_path": 1}


def test_a_column_without_places_and_without_a_name_is_none() -> None:
    assert map_columns(["Nr", "Amount"], [["1", "12.50"]]) == {}


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["Register"], ["title", "file_path"], ["A", PLACE]], 1),
        ([["Document", "Source"], ["Title", "Path"], ["A", PLACE]], 0),
        ([["Bezeichnung", "Datei"], ["A", PLACE]], 0),
        ([["A", PLACE], ["B", ""], ["C", PLACE]], -1),
        ([[PLACE]], -1),
        ([], -1),
    ],
    ids=["below a title", "the first of two", "of unknown names", "none", "one cell", "nothing"],
)
def test_the_row_of_names_is_found(rows: list[list[str]], header: int) -> None:
    assert find_header(rows) == header


@pytest.mark.parametrize("cell", [PLACE, "HTTP://X.org/a", "s3://b/k", "/srv/a", "C:\\a.pdf", "notes/आदेश.PDF", "~/a"])
def test_places_are_told_from_words(cell: str) -> None:
    assert is_place(cell)
    assert not is_place(
        cell.replace("/", " ")
        .replace(":", " ")
        .replace("\\", " ")
        .replace("~", "")
        .removesuffix("pdf")
        .removesuffix("PDF")
    )
