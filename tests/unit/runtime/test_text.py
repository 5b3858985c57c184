import unicodedata

import pytest

from metatag_runtime.text import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "cafe"),
        ("STRASSE", "straße"),
        ("İstanbul", "istanbul"),
        ("ISPARTA", "ısparta"),
        ("couldn’t", "couldn't"),
        ("co‑operation", "co-operation"),
        ("data\u00adbase", "database"),
        ("Ώρα", "ωρα"),
        ("Łódź Øresund", "lodz oresund"),
        ("Œuvre æther Đà", "oeuvre aether da"),
        ("كِتَاب", "كتاب"),
        ("كتـــاب", "كتاب"),
        ("שָׁלוֹם", "שלום"),
        ("गाँव", "गांव"),
        ("सम्बन्ध", "संबंध"),
        ("नम्बर", "नंबर"),
        ("ज़िला", "जिला"),
        ("\u095bिला", "ज\u093cिला"),
        ("विभिन्\u200dन", "विभिन्न"),
        ("लक्\u200cष्य", "लक्ष्य"),
        ("२०२१", "2021"),
        ("۲۰۲۱", "2021"),
        ("சட்டம் ௨௦", "சட்டம் 20"),
    ],
)
def test_spellings_of_one_word_fold_to_one_form(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("कला", "काला"),
        ("जन्म", "जंम"),
        ("कन्या", "कंया"),
        ("й", "и"),
        ("பல்", "பால்"),
        ("চাঁদ", "চাদ"),
    ],
)
def test_words_that_differ_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


# Every script that folding changes, and compatibility forms: tens of thousands of ideographs and signs are left out.
CHARACTERS = [*range(0x3000), *range(0xA640, 0xAC00), *range(0xF900, 0x11000), *range(0x1D400, 0x1E960)]


def test_folding_twice_changes_nothing_for_any_character() -> None:
    for code in CHARACTERS:
        for text in (chr(code), f"a{chr(code)}", f"न्{chr(code)}"):
            assert fold(fold(text)) == fold(text), hex(code)


def test_a_folded_text_is_composed_and_holds_no_shapeless_character() -> None:
    folded = fold("é\u200d नि\u200cर्णय \ufeff 한국 ④ ４")
    assert unicodedata.is_normalized("NFC", folded)
    assert not any(unicodedata.category(character) == "Cf" for character in folded)
    assert folded == "e निर्णय  한국 ④ 4"
