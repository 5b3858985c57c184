"""A layer agrees with its page when it holds the words that were surely recognised there."""

from __future__ import annotations

import pytest

from fakes.layer_files import shown_text
from metatag_ocr.model import Word
from metatag_ocr.reading.agreement import Agreement, agreement, agrees

ENGLISH = "The committee approved the water supply scheme for the northern district of the state"
CZECH = "Toto je pokusný text s češtinou a žlutým koněm, který pěl ďábelské ódy příliš úpěnlivě"


def _read(text: str, confidence: float = 95.0) -> tuple[Word, ...]:
    return tuple(Word(word, confidence, 0.0, 0.0, 0.1, 0.1) for word in text.split())


@pytest.mark.parametrize("text", [ENGLISH, shown_text("chrome-hindi"), shown_text("chrome-kannada")])
def test_the_same_words_in_another_order_agree(text: str):
    words = tuple(reversed(_read(text)))

    assert agreement(text, words).share == 1.0
    assert agrees(agreement(text, words), text)


def test_a_layer_that_lost_its_nasal_signs_does_not_agree():
    text = shown_text("chrome-hindi")

    assert not agrees(agreement(text.replace("\u0902", ""), _read(text)), text)


def test_unsure_words_are_no_evidence():
    found = agreement(ENGLISH, _read(ENGLISH, 60.0))

    assert (found.sure, found.share, found.proves) == (0, 0.0, False)


def test_accents_that_the_installed_languages_lack_are_overlooked():
    import unicodedata

    plain = "".join(char for char in unicodedata.normalize("NFD", CZECH) if not unicodedata.combining(char))

    assert agrees(agreement(CZECH, _read(plain)), CZECH)


def test_a_right_english_half_says_nothing_of_a_hindi_half():
    layer = f"{ENGLISH} ििमम पथतर ववगग दददल " * 4

    assert not agreement(layer, _read(f"{ENGLISH} " * 4)).proves


def test_spellings_of_one_word_are_alike():
    assert agreement("माँ क्\u200dष गाँव", _read("मां क्ष गांव")) == Agreement(3, 1.0, 1.0, 3)


def test_signs_of_a_legacy_font_are_no_accents():
    layer = (ENGLISH + " g²dmg²W²` n{adma H$ë`mU _§Ìmb` H$m`m©b` AmXoe {df`: àmW{_H$ Ho$ÝÐmo§ _o§ ") * 4
    printed = f"{ENGLISH} स्वास्थ्य परिवार कल्याण मंत्रालय कार्यालय आदेश विषय प्राथमिक केन्द्रों में " * 4

    assert not agrees(agreement(layer, _read(printed)), layer)


def test_a_layer_with_blanks_within_its_words_does_not_agree():
    text = shown_text("chrome-hindi")
    words = [word for word in text.split() if len(word) > 4][:4]
    broken = text
    for word in words:
        broken = broken.replace(word, f"{word[:3]} {word[3:]}")
    found = agreement(broken, _read(text))

    assert found.share > 0.88
    assert found.in_pieces
    assert not agrees(found, broken)


def test_words_that_a_reading_without_accents_joins_say_nothing_of_pieces():
    plain = "Toto je pokusny text s cestinoua zlutym konem ktery pelpriserne dabelskeody prilis upenlive"
    layer = CZECH.replace("pěl", "pěl příšerné")

    found = agreement(layer, _read(plain))

    assert found.in_pieces
    assert agrees(found, layer)


def test_a_word_that_recognition_joined_is_no_sign_of_pieces():
    text = shown_text("chrome-hindi")
    first, second = text.split()[:2]

    assert agrees(agreement(text, _read(text.replace(f"{first} {second}", first + second))), text)
