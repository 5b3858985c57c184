"""Of two engines' texts the better is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metatag_ocr.better import better, needs_deep
from metatag_ocr.model import PageText

ENGLISH = "The committee approved the water supply scheme for the northern district " * 4
NONSENSE = "Thc commttee UIVSl2 qrv $493Z0] bnm xcv scheme frr thc nrthrn " * 4
FIRST = PageText(1, NONSENSE, "tesseract", "no_text", 50.0, "eng", "Latin", recognize_ms=5, tries=2)
SECOND = PageText(1, ENGLISH, "easyocr", "forced", 80.0, "eng", "Latin", recognize_ms=50, tries=1)
BOTH = ENGLISH + "जिले के सभी प्राथमिक विद्यालयों में भोजन योजना के अंतर्गत बच्चों को भोजन दिया जाना है। " * 4


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [
        (FIRST, SECOND, "easyocr"),
        (FIRST, replace(SECOND, text=NONSENSE), "easyocr"),
        (FIRST, replace(SECOND, confidence=5.0), "tesseract"),
        (FIRST, replace(SECOND, text="One line"), "tesseract"),
        (FIRST, replace(SECOND, text="", confidence=0.0), "tesseract"),
        (replace(FIRST, text="", confidence=0.0), SECOND, "easyocr"),
        (FIRST, replace(SECOND, method="blank", text=""), "tesseract"),
        # A page of two scripts, read well, is not given up for its English half.
        (replace(FIRST, text=BOTH, confidence=84.0), replace(SECOND, confidence=98.0), "tesseract"),
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
