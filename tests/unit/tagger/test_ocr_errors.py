"""Words that OCR misread in a known way, and those that must stay as they are."""

from __future__ import annotations

import pytest

from metatag_tagger.offline.hindi import direct, is_predicate
from metatag_tagger.offline.ocr_errors import correct_ocr_errors
from metatag_tagger.words import fold, key

AROUND = "The members of the board met in the town hall and spoke about the water of the river. "


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("devclopment", "development"),
        ("departrnent", "department"),
        ("res0urces", "resources"),
        ("0f", "of"),
        ("RES0URCES", "RESOURCES"),
        ("Watcr", "Water"),
    ],
)
def test_a_known_confusion_is_taken_back_in_the_words_own_capitals(read: str, meant: str) -> None:
    assert correct_ocr_errors(AROUND + read) == AROUND + meant


@pytest.mark.parametrize("word", ["Clive", "Chopra", "qwxyzt", "B2B", "covid19", "groundwater", "10", "Iyer", "108"])
def test_names_codes_and_unexplained_words_stay(word: str) -> None:
    assert correct_ocr_errors(AROUND + word) == AROUND + word


@pytest.mark.parametrize("text", ["", "l'eau potable est une ressource rare dans cette région aride", "जल ही जीवन है"])
def test_a_page_that_is_not_english_stays(text: str) -> None:
    assert correct_ocr_errors(text) == text


@pytest.mark.parametrize(
    ("oblique", "alone"),
    [
        ("समूहों", "समूह"), ("महिलाओं", "महिला"), ("नीतियों", "नीति"), ("लड़कियों", "लड़की"), ("बच्चों", "बच्चा"),
        ("वस्तुओं", "वस्तु"), ("पानी", "पानी"), ("योजना", "योजना"), ("क्षझटों", "क्षझटों"),
    ],
)  # fmt: skip
def test_a_hindi_noun_is_shown_as_it_stands_alone(oblique: str, alone: str) -> None:
    assert direct(oblique) == alone
    assert key(direct(oblique), "hi") == key(oblique, "hi")


@pytest.mark.parametrize(
    ("word", "expected"), [("जारी", True), ("घोषित", True), ("प्रभावित", True), ("गणित", False), ("नीति", False)]
)
def test_words_that_belong_to_the_verb_end_no_hindi_phrase(word: str, expected: bool) -> None:
    assert is_predicate(fold(word)) is expected
