"""Words, stems, public forms: the same rules for tags, exclusions, vocabularies and candidates."""

from __future__ import annotations

import pytest

from metatag_tagger.normal import public
from metatag_tagger.words import contains, fold, key, stem, strip_hidden, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("राष्ट्रीय शिक्षा नीति, 2020 के अंतर्गत।", ["राष्ट्रीय", "शिक्षा", "नीति", "2020", "के", "अंतर्गत"]),
        ("state-of-the-art C++ node.js R&D", ["state", "of", "the", "art", "C++", "node.js", "R&D"]),
        ("ਪਾਣੀ ਦੀ ਸਪਲਾਈ", ["ਪਾਣੀ", "ਦੀ", "ਸਪਲਾਈ"]),
        ("தமிழ்நாடு அரசு", ["தமிழ்நாடு", "அரசு"]),
        ("a_b/c", ["a", "b", "c"]),
    ],
)
def test_marks_stay_inside_words_and_joints_part_them(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_the_nukta_makes_no_difference() -> None:
    assert fold("फ़ाइल") == fold("फाइल")
    assert key("ज़मीन", "hi") == key("जमीन", "hi")


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("street lights", "Street Light", "en"),
        ("policies", "policy", "en"),
        ("co-operation", "co operation", "en"),
        ("योजनाएं", "योजना", "hi"),
        ("महिलाओं", "महिला", "hi"),
        ("solar panels", "solar panel", "hi"),
        ("villages", "village", "mr"),
    ],
)
def test_forms_of_one_phrase_have_one_key(one: str, other: str, language: str) -> None:
    assert key(one, language) == key(other, language)


def test_a_possessive_is_dropped() -> None:
    assert stem("India's", "en") == stem("India", "en")


def test_containment_is_by_whole_words_in_order() -> None:
    assert contains("annual water report", "water")
    assert contains("annual water report", "water report")
    assert not contains("annual water report", "report water")
    assert not contains("watershed", "water")
    assert not contains("water", "")


def test_what_a_reader_cannot_see_is_taken_out_but_joiners_inside_indic_words_stay() -> None:
    assert strip_hidden("ig\u200bno\u2060re\U000e0041\u202e\x00me\n\tnow") == "ignoreme\n\tnow"
    assert strip_hidden("क्\u200dष") == "क्\u200dष"
    assert strip_hidden("a\u200db") == "ab"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Solar-Street  Lights", "solar street lights"),
        ("1. Water Supply;", "water supply"),
        ("  • 'C++' ", "c++"),
        ("R&D / Policy", "r&d policy"),
        ("Node.js.", "node.js"),
        ("जल जीवन मिशन।", "जल जीवन मिशन"),
        ("O'Neil", "o'neil"),
        ("ＦＵＬＬ width", "full width"),
    ],
)
def test_the_public_form_is_lower_case_with_blanks(text: str, expected: str) -> None:
    assert public(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", " ", "a", "12345", "3.14", "http://x.example", "me@x.example", "see evil.com now", "<b>x</b>", "a" * 61,
     "[x](y)",
     "one two three four five six seven", "`rm`", "&lt;script&gt;", "\u200b\u200b", "---"],
)  # fmt: skip
def test_what_cannot_be_a_tag_gives_nothing(text: str) -> None:
    assert public(text) == ""


def test_the_public_form_does_not_change_when_made_again() -> None:
    for text in ("Solar-Street Lights", "R&D / Policy", "जल जीवन मिशन।", "node.js", "C++ (language)"):
        assert public(public(text)) == public(text)
