"""Print that is paler than the rest of a page, and was not read, is made as dark as that."""

from __future__ import annotations

import numpy as np
import pytest

from metatag_ocr.model import Word
from metatag_ocr.reading.paler_print import with_paler_print_dark
from metatag_ocr.reading.ports import Line, Picture, Recognition

_HEIGHT, _WIDTH = 1600, 1200


def _page(*rows: tuple[int, int, int]) -> Picture:
    """Return strokes in rows: top, ink's gray, ground's gray."""
    pixels = np.full((_HEIGHT, _WIDTH), 255, dtype=np.uint8)
    for top, ink, ground in rows:
        pixels[top - 40 : top + 80, 80:1120] = ground
        for left in range(120, 1080, 12):
            pixels[top : top + 28, left : left + 4] = ink
    return Picture(pixels, 200)


def _read(*tops: int) -> Recognition:
    lines = []
    for top in tops:
        box = (120 / _WIDTH, top / _HEIGHT, 960 / _WIDTH, 28 / _HEIGHT)
        lines.append(Line("words", (Word("words", 95.0, *box),), box))
    return Recognition.of("words", lines)


@pytest.mark.parametrize(("ink", "ground"), [(190, 255), (150, 255), (110, 170)])
def test_unread_pale_print_becomes_dark_on_paper(ink: int, ground: int):
    darker = with_paler_print_dark(_page((200, 0, 255), (800, ink, ground)), _read(200))

    assert darker is not None
    line = darker.pixels[800:828, 120:1080]
    assert np.median(line[:, :4]) < 60
    assert np.percentile(line, 90) > 230


def test_dark_print_is_left_as_it_is():
    page = _page((200, 0, 255), (800, 180, 255))

    darker = with_paler_print_dark(page, _read(200))

    assert darker is not None
    assert np.array_equal(darker.pixels[:400], page.pixels[:400])


def test_pale_print_that_was_read_gives_no_other_picture():
    assert with_paler_print_dark(_page((200, 0, 255), (800, 180, 255)), _read(200, 800)) is None


def test_unread_print_as_dark_as_the_rest_is_not_paler():
    assert with_paler_print_dark(_page((200, 0, 255), (800, 20, 255)), _read(200)) is None


def test_a_page_without_words_has_no_print_to_compare_with():
    assert with_paler_print_dark(_page((800, 180, 255)), _read()) is None
