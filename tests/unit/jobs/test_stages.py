"""What a document with too little text is told, and what a document's notes hold."""

from __future__ import annotations

import pytest

from metatag_jobs.model import ProcessOptions
from metatag_jobs.results import OcrOutcome, Page
from metatag_jobs.stages import require_text
from metatag_runtime.errors import ErrorCode, MetatagError


@pytest.mark.parametrize(
    ("page", "said", "unsaid"),
    [
        (Page(1, "", "text_layer", "text_layer_short"), "might be scanned", "recognised"),
        (Page(1, "Happy New Year", "tesseract", "no_text", confidence=96), "were recognised", "might be scanned"),
        (Page(1, "", "text_layer", "viewer_notice"), "viewer's notice", "might be scanned"),
    ],
)
def test_too_little_text_says_why(page, said, unsaid):
    with pytest.raises(MetatagError) as error:
        require_text(OcrOutcome(pages=[page]), ProcessOptions(min_text_chars=50))

    assert error.value.code is ErrorCode.INSUFFICIENT_TEXT
    assert error.value.message.startswith("Could not extract sufficient text from PDF. ")
    assert said in error.value.message
    assert unsaid not in error.value.message


def test_enough_text_passes():
    require_text(OcrOutcome(pages=[Page(1, "word " * 40)]), ProcessOptions(min_text_chars=50))
