"""Pages that hold English and Hindi are read in both, with little more work than a page of one."""

from __future__ import annotations

import pytest

from fakes.ocr_pdfs import degraded
from fakes.ocr_print import MIXED, lines_page, ruled_table
from fakes.ocr_scans import (
    english_page,
    english_words,
    hindi_page,
    hindi_words,
    nonsense,
    precision,
    printed_part,
    recall,
    side_by_side,
    stacked,
)

ENGLISH, HINDI = english_page(), hindi_page()
HEAD = "GOVERNMENT OF DEVPUR Office of the Executive Engineer, Rural Water Supply"
BOTH = f"{english_words()} {hindi_words()}"
LAYOUTS = {
    "english above": (stacked(printed_part(ENGLISH), printed_part(HINDI, 0.0, 0.8)), english_words()),
    "hindi above": (stacked(printed_part(HINDI, 0.1, 0.7), printed_part(ENGLISH)), english_words()),
    "english letterhead": (stacked(printed_part(ENGLISH, 0.0, 0.15), printed_part(HINDI)), f"{HEAD} {hindi_words()}"),
    "two columns": (side_by_side(ENGLISH, HINDI), BOTH),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_both_scripts_of_a_page_are_read(read, name):
    image, truth = LAYOUTS[name]

    found = read(image)

    assert recall(found.text, truth) >= 0.95
    assert set(found.language.split("+")) == {"eng", "hin"}
    assert nonsense(found.text) == []
    assert found.confidence > 90
    assert found.tries == 1


@pytest.mark.parametrize("size", [22, 30])
def test_lines_that_change_the_script_at_every_other_word_are_read(read, size):
    found = read(lines_page(MIXED, size))

    assert recall(found.text, " ".join(MIXED)) >= 0.88
    assert set(found.language.split("+")) == {"eng", "hin"}


def test_the_cells_of_a_table_in_both_scripts_are_read(read):
    rows = [
        ["S.No.", "Name नाम", "Post पद", "District जिला"], ["1", "अनिल कुमार", "लिपिक Clerk", "बरेली Bareilly"],
        ["2", "मीना देवी", "Teacher शिक्षिका", "झाँसी Jhansi"], ["3", "Rakesh Singh", "Driver चालक", "आगरा Agra"],
    ]  # fmt: skip

    found = read(ruled_table(rows))

    assert recall(found.text, " ".join(" ".join(row) for row in rows)) >= 0.9
    assert precision(found.text, " ".join(" ".join(row) for row in rows)) >= 0.9


def test_a_poor_scan_of_both_scripts_is_read(read):
    image, truth = LAYOUTS["english letterhead"]

    found = read(degraded(image, angle=1.2))

    assert recall(found.text, truth) >= 0.9


def test_a_page_asked_for_in_one_language_is_read_in_that_alone(read):
    image, _ = LAYOUTS["english above"]

    found = read(image, languages=("eng",))

    assert found.language == "eng"


@pytest.mark.parametrize("words", [True, False])
def test_words_read_in_the_second_language_have_boxes_where_they_stand(read, words):
    image, _ = LAYOUTS["english letterhead"]

    found = read(image, words=words)

    if not words:
        assert list(found.words) == []
        return
    places = {word.text: (word.x, word.y) for word in found.words}
    assert places["GOVERNMENT"][1] < places["विषय:"][1]
    assert 0.0 < places["GOVERNMENT"][0] < places["DEVPUR"][0] < 1.0
    assert places["GOVERNMENT"][1] == pytest.approx(places["DEVPUR"][1], abs=0.01)
