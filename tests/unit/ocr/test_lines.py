"""Boxes of a detector become lines in reading order."""

from __future__ import annotations

import pytest

from metatag_ocr.engines.lines import Box, recognition
from metatag_ocr.engines.words import upright
from metatag_ocr.model import Word
from metatag_ocr.reading.ports import Line, Recognition

RIGHT = Box("supply", 90, 300, 102, 400, 122)
LEFT = Box("Water", 80, 100, 100, 200, 120)
BELOW = Box("district", 40, 100, 140, 200, 160)


def test_boxes_side_by_side_make_a_line_and_lines_follow_each_other():
    read = recognition([BELOW, RIGHT, LEFT], 500, 1000)

    assert read.text == "Water supply\ndistrict"
    assert read.confidence == 70
    assert read.low_share == pytest.approx(1 / 3)
    assert (read.words[0].x, read.words[0].y, read.words[0].width, read.words[0].height) == (0.2, 0.1, 0.2, 0.02)


def test_no_boxes_give_nothing():
    read = recognition([], 500, 1000)

    assert (read.text, read.confidence, read.words) == ("", 0.0, ())


def test_columns_at_the_same_height_are_not_stacked():
    first, second = Box("a", 90, 0, 0, 100, 20), Box("b", 90, 300, 5, 400, 25)

    assert recognition([second, first], 500, 1000).text == "a b"


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_four_turns_bring_a_box_back(turn: int):
    box = (0.1, 0.2, 0.3, 0.05)

    assert upright(upright(box, turn), (360 - turn) % 360) == pytest.approx(box)


def test_a_word_of_confidence_zero_counts_in_the_mean():
    words = tuple(Word(text, sure, 0.1, 0.1, 0.1, 0.1) for text, sure in (("Water", 90.0), ("supply", 0.0)))

    read = Recognition.of("Water supply", [Line("Water supply", words, (0.1, 0.1, 0.3, 0.1))])

    assert (read.confidence, read.low_share, read.words) == (45.0, 0.5, words)


def test_a_reading_without_lines_has_no_confidence():
    assert Recognition.of("", []) == Recognition("", 0.0)
