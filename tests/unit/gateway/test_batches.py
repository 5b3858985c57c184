"""Rows of a batch: every wrong one fails alone, with a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from metatag_gateway.batches import check_mapping, own_columns, spec, specs, upload_reference, upload_source
from metatag_gateway.model.documents import Source
from metatag_runtime.errors import InvalidArgument


@pytest.mark.parametrize(
    ("row", "source"),
    [
        ({"file_path": "http://x/a.pdf"}, Source("url", "http://x/a.pdf")),
        ({"file_path": " http://x/a.pdf ", "file_source_type": " URL "}, Source("url", "http://x/a.pdf")),
        ({"file_path": "s3://b/k", "file_source_type": "s3"}, Source("s3", "s3://b/k")),
        ({"file_path": "s3://b/k"}, Source("s3", "s3://b/k")),
        ({"file_path": "b/k", "file_source_type": "s3"}, Source("s3", "b/k")),
        ({"file_path": "/data/a.pdf", "file_source_type": "local"}, Source("local", "/data/a.pdf")),
        # The v1 API took unknown words for `url`.
        ({"file_path": "http://x/a.pdf", "file_source_type": "web"}, Source("url", "http://x/a.pdf")),
        ({"file_path": "upload://f1/a.pdf", "file_source_type": "upload"}, Source("upload", "upload://a.pdf", "f1")),
        ({"file_path": "a.pdf", "file_id": "f1"}, Source("upload", "upload://a.pdf", "f1")),
        ({"file_id": "f1"}, Source("upload", "upload://f1", "f1")),
        ({"file_path": 12}, Source("url", "12")),
    ],
)
def test_a_row_names_its_source(row: dict[str, Any], source: Source) -> None:
    found = spec(row)
    assert found.source == source
    assert found.problem == ""


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({}, "file_path is required"),
        ({"file_path": "  "}, "file_path is required"),
        ({"file_path": None, "title": "T"}, "file_path is required"),
        ({"file_path": ["a"]}, "file_path is required"),
        ({"file_path": "x" * 5000}, "file_path is longer than 4000 characters"),
        (
            {"file_path": "a.pdf", "file_source_type": "ftp"},
            "Unknown file_source_type: ftp; use one of: url, s3, local, upload",
        ),
    ],
)
def test_a_wrong_row_carries_its_problem(row: dict[str, Any], problem: str) -> None:
    assert spec(row).problem == problem


def test_words_are_cut_to_what_is_kept_and_cleaned() -> None:
    found = spec({"file_path": "http://x/\x00a.pdf", "title": "t" * 900, "description": "\ud800" + "d" * 9000})
    assert len(found.title) == 500
    assert len(found.description) == 2000
    assert found.description[0] == "?"
    assert found.source.path == "http://x/a.pdf"


def test_a_mapping_renames_columns_and_own_names_still_count() -> None:
    mapping = check_mapping({"Link": "file_path", "Name": "title", "Other": ""})
    found = list(specs([{"Link": "http://x/a.pdf", "Name": "N"}, {"file_path": "http://x/b.pdf"}], mapping))
    assert [entry.source.path for entry in found] == ["http://x/a.pdf", "http://x/b.pdf"]
    assert [entry.title for entry in found] == ["N", ""]


@pytest.mark.parametrize("mapping", [{"a": "pages"}, {"a": "title", "b": "title"}])
def test_a_mapping_that_cannot_be_right_is_refused(mapping: dict[str, str]) -> None:
    with pytest.raises(InvalidArgument, match="column_mapping"):
        check_mapping(mapping)


def test_a_reference_leads_back_to_its_file() -> None:
    assert upload_source(upload_reference("f1", "ordner/a b.pdf")) == Source("upload", "upload://ordner/a b.pdf", "f1")


def test_what_else_a_row_says_travels_with_it() -> None:
    rows: list[dict[str, Any]] = [
        {"Link": "http://x/a.pdf", "row_number": 1, "id": "7", "विभाग": "जल", "Year": 2024, "nested": {"a": 1}},
        {"Link": "http://x/b.pdf", "Year": None, "Open": True},
    ]
    mapping = {"Link": "file_path"}
    columns, warnings = own_columns(rows, mapping)
    assert (columns, warnings) == (("विभाग", "Year", "nested", "Open"), [])
    made = list(specs(rows, mapping, columns))
    assert [each.columns for each in made] == [{"विभाग": "जल", "Year": "2024"}, {"Open": "True"}]
    assert [each.source.path for each in made] == ["http://x/a.pdf", "http://x/b.pdf"]


def test_more_columns_than_are_kept_are_told_of() -> None:
    columns, warnings = own_columns([{f"c{number}": "x" for number in range(130)}], {})
    assert len(columns) == 100
    assert warnings == ["Rows keep 100 columns of their own; these have 130, and the others are left out."]
