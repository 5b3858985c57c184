"""Of two engines' texts the better is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metatag_ocr.better import better, needs_deep
from metatag_ocr.model import PageText

FIRST = PageText(1, "t" * 100, "tesseract", "no_text", 50.0, "eng", "Latin", recognize_ms=5, tries=2)
SECOND = PageText(1, "e" * 90, "easyocr", "forced", 80.0, "eng", "Latin", recognize_ms=50, tries=1)


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [
        (FIRST, SECOND, "easyocr"),
        (FIRST, replace(SECOND, confidence=40.0), "tesseract"),
        (FIRST, replace(SECOND, text="e" * 40), "tesseract"),
        (FIRST, replace(SECOND, text="", confidence=0.0), "tesseract"),
        (FIRST, replace(SECOND, gibberish=True), "tesseract"),
        (replace(FIRST, gibberish=True), replace(SECOND, confidence=30.0, text="e" * 20), "easyocr"),
        (replace(FIRST, text="", confidence=0.0), SECOND, "easyocr"),
        (FIRST, replace(SECOND, method="blank", text=""), "tesseract"),
    ],
)
def test_the_better_text_wins(first, second, winner):
    page = better(first, second)

    assert page.method == winner
    assert (page.reason, page.recognize_ms, page.tries) == ("no_text", 55, 3)


def test_a_page_that_was_read_again_in_vain_says_so():
    assert better(FIRST, replace(SECOND, confidence=1.0)).notes == ("read_again_by_easyocr",)


@pytest.mark.parametrize(
    ("page", "needed"),
    [
        (FIRST, True),
        (replace(FIRST, confidence=60.0), False),
        (replace(FIRST, confidence=90.0, gibberish=True), True),
        (replace(FIRST, method="text_layer", confidence=None), False),
        (replace(FIRST, method="blank", confidence=None), False),
    ],
)
def test_only_badly_recognised_pages_need_the_deep_engine(page, needed):
    assert needs_deep(page, 60) is needed
