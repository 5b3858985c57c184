"""A page that is hardly read keeps the lines that are, and no nonsense."""

from __future__ import annotations

from fakes.ocr_reading import reading_of
from metatag_ocr.reading.ports import Recognition
from metatag_ocr.reading.unreadable import without_unreadable

GOOD = [("Government", 92), ("of", 90), ("Gujarat", 75)]
NONSENSE = [("Ye", 20), ("WAU", 0), ("UIVSl2", 12), ("Rarat", 31), ("Court", 9)]


def test_of_a_page_that_is_hardly_read_only_good_lines_stay():
    read = without_unreadable(reading_of(GOOD, NONSENSE, NONSENSE))

    assert read.text == "Government of Gujarat"
    assert [word.text for word in read.words] == ["Government", "of", "Gujarat"]
    assert read.confidence > 80


def test_nothing_stays_of_a_page_of_nonsense():
    assert without_unreadable(reading_of(NONSENSE, NONSENSE)) == Recognition("", 0.0)


def test_a_page_with_a_bad_line_among_good_ones_is_left_alone():
    read = reading_of(GOOD, GOOD, NONSENSE)

    assert without_unreadable(read) is read


def test_an_empty_page_stays_empty():
    assert without_unreadable(Recognition("", 0.0)) == Recognition("", 0.0)
