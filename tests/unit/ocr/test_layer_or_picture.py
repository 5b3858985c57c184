"""Of a doubted layer and the text of its picture the one that reads better is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fakes.layer_files import shown_text
from metatag_ocr.model import PageText, Word
from metatag_ocr.reading.decide import Decision, Reason
from metatag_ocr.reading.layer_or_picture import choose, is_comparable, likely_script

ENGLISH = "The committee approved the water supply scheme for the northern district of the state. " * 3
HINDI = shown_text("chrome-hindi")
WRONG = HINDI.replace("न", "ि").replace("ा", "य").replace("र", "क")
CHECK = Decision("check", Reason.LAYER_DIFFERS, "layer_differs:Mangal")
HIDDEN = Decision("check", Reason.HIDDEN_LAYER_POOR, "hidden_layer_poor:")
COMPARE = Decision("compare", Reason.ILL_FORMED_TEXT, "ill_formed_text:Mangal")
PICTURE = Decision("compare", Reason.PICTURE_WITH_LITTLE_TEXT)


def _own(text: str) -> PageText:
    return PageText(1, text, "text_layer", "layer_confirmed")


def _read(text: str, sure: float = 94.0, *, confidence: float | None = None, **fields: object) -> PageText:
    confidence = sure if confidence is None else confidence
    words = tuple(Word(word, sure, 0.0, 0.0, 0.1, 0.1) for word in text.split())
    page = PageText(1, text, "tesseract", "ill_formed_text", confidence=confidence, words=words, tries=1)
    return replace(page, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("decision", [CHECK, HIDDEN, COMPARE])
def test_a_layer_that_agrees_is_kept_and_speaks_for_others(decision: Decision):
    page = choose(_own(HINDI), _read(HINDI), decision)

    assert (page.method, page.text, page.tries) == ("text_layer", HINDI, 1)
    assert (page.doubt, page.verdict) == (decision.doubt, "confirmed")


@pytest.mark.parametrize("decision", [CHECK, HIDDEN, COMPARE])
def test_a_layer_that_disagrees_gives_way_to_a_sure_reading(decision: Decision):
    page = choose(_own(WRONG), _read(HINDI), decision)

    assert (page.method, page.text) == ("tesseract", HINDI)
    assert page.verdict == "refuted"


def test_a_layer_that_looks_right_is_kept_beside_an_unsure_reading():
    page = choose(_own(HINDI), _read(WRONG, 70.0), CHECK)

    assert (page.method, page.reason, page.verdict, page.notes) == ("text_layer", "text_layer_good", "", ())


def test_a_layer_in_a_neighbouring_language_stays_beside_a_reading_in_the_installed_one():
    unsure = _read(WRONG, confidence=84.0)

    assert choose(_own(HINDI), unsure, CHECK).method == "text_layer"
    assert choose(_own(HINDI), unsure, HIDDEN).method == "tesseract", "a scan reads worse than what is drawn"


def test_english_words_of_a_bilingual_page_do_not_weaken_what_its_hindi_words_prove():
    page = choose(_own(WRONG + ENGLISH * 3), _read(HINDI + ENGLISH * 3), CHECK)

    assert page.method == "tesseract"


def test_a_short_page_is_judged_but_does_not_speak_for_others():
    line = "सभी अभियंताओं को निर्देश दिया गया"

    right, wrong = (choose(_own(text), _read(line), CHECK) for text in (line, "सभी अभियंतधओं को निदेिर्श ददया गयध"))

    assert (right.method, right.verdict) == ("text_layer", "")
    assert (wrong.method, wrong.text) == ("tesseract", line)


def test_gibberish_is_never_preferred():
    page = choose(_own("Ã© Ãš Ã® lettres " * 9), _read("zrtp kxq wvbn " * 9, 90.0, gibberish=True), COMPARE)

    assert page.method == "text_layer"
    assert page.notes == ("layer_doubtful",)


def test_a_reading_in_another_script_is_never_preferred():
    assert choose(_own(WRONG), _read(ENGLISH), COMPARE).method == "text_layer"


def test_a_short_page_with_signs_of_damage_is_believed_to_its_picture():
    page = choose(_own("Hkkjr ljdkj dk;kZy; vkns'k"), _read("भारत सरकार कार्यालय आदेश"), COMPARE)

    assert page.text == "भारत सरकार कार्यालय आदेश"


def test_a_picture_that_adds_much_is_preferred_to_its_stamp():
    assert choose(_own("Received 12 June"), _read(ENGLISH), PICTURE).method == "tesseract"
    assert choose(_own(ENGLISH), _read(ENGLISH), PICTURE).method == "text_layer"


def test_a_layer_in_a_script_without_a_language_cannot_be_compared():
    kannada = shown_text("chrome-kannada")

    assert not is_comparable(CHECK, kannada, ("eng", "hin"))
    assert is_comparable(CHECK, kannada, ("eng", "kan"))
    assert is_comparable(COMPARE, ENGLISH, ("eng",))


def test_legacy_fonts_are_read_as_devanagari():
    assert likely_script(Decision("compare", Reason.LEGACY_FONT), "Hkkjr ljdkj") == "Devanagari"
    assert likely_script(CHECK, shown_text("chrome-gujarati")) == "Gujarati"
    assert likely_script(HIDDEN, ENGLISH) == ""
