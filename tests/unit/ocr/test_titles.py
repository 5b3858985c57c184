"""A file's own title counts only when somebody gave it one."""

from __future__ import annotations

import pytest

from metatag_ocr.engines.titles import clean_title, outline_title


@pytest.mark.parametrize(
    "title", [None, "", "  ", "untitled", "Document", "Untitled Document", "Microsoft Word - a.doc"]
)
def test_titles_that_programs_write_are_none(title: str | None):
    assert clean_title(title) == ""


def test_a_title_comes_with_single_blanks_and_without_control_characters():
    assert clean_title("  Annual\n Report\x00 2024 ") == "Annual Report 2024"


def test_the_first_outline_entry_of_a_fitting_length_is_taken():
    assert outline_title(["1", None, "Introduction to wells", "Another long heading"]) == "Introduction to wells"
    assert outline_title(["x" * 101, "short"]) == ""
