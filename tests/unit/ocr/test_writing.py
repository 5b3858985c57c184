"""Text is cleaned without losing what shapes letters, and noise is told from writing."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest

from metatag_ocr.model import MAX_PAGE_CHARS
from metatag_ocr.reading.scripts import char_counts
from metatag_ocr.reading.writing import clean, cut, is_gibberish


def test_joiners_of_indian_letters_are_kept():
    text = "क्\u200dष और क्\u200cष"

    assert clean(text, dehyphenate=False) == text


def test_indian_text_is_composed():
    decomposed = "\u0928\u093c\u0930\u0915"

    assert clean(decomposed, dehyphenate=False) == unicodedata.normalize("NFC", decomposed)


def test_control_characters_and_trailing_blanks_go():
    assert clean("one\x00 two  \r\nthree\x1b\f\ufeff", dehyphenate=False) == "one two\nthree"


def test_words_divided_at_a_line_end_are_joined_on_wish_only():
    text = "the govern-\nment of hill-\n  side villages, 2024-\n25, and commit\x02\ntee"

    assert clean(text, dehyphenate=True) == "the government of hillside villages, 2024-\n25, and committee"
    assert clean(text, dehyphenate=False) == "the govern-\nment of hill-\n  side villages, 2024-\n25, and commit-\ntee"


def test_devanagari_words_are_joined_too():
    assert clean("सर-\nकार", dehyphenate=True) == "सरकार"


def test_a_text_beyond_the_bound_is_cut_and_told():
    assert cut("x" * (MAX_PAGE_CHARS + 1)) == ("x" * MAX_PAGE_CHARS, True)
    assert cut("x") == ("x", False)


@pytest.mark.parametrize(
    "text",
    [
        "The committee approved the scheme for the northern district of the state.",
        "भारत सरकार ने ग्रामीण क्षेत्रों में पेयजल की आपूर्ति के लिए नई योजना बनाई है।",
        "2024-25 1,234 5,678 9,012 45.6 % 78.9 % 101 202 303 404 505",
        "Page 1",
        "",
        "安徽省建设用地使用标准的交通量和大型车比例与基准值的编制条件不同时",
    ],
)
def test_writing_is_no_gibberish(text: str):
    assert not is_gibberish(text)


@pytest.mark.parametrize(
    "text",
    [
        "“sss||l jm}} tl\n\nPl|lp qrv $493Z0] bnm xcv zxq wrtp kjhg vbnm qwr zxcv plkj mnbv",
        "|||| ~~~ ^^^ ((( ))) {{{ }}} === +++ *** ### @@@ !!! ;;; ::: ---",
        "९॥९ ||| ।।। ॥॥॥ ((( ))) ।।। ॥॥॥ ||| ।।। ॥॥॥ !!! ९॥ ।।। ॥॥॥",
    ],
)
def test_noise_is_gibberish(text: str):
    assert is_gibberish(text)


@pytest.mark.parametrize(
    "text", ["", "abc ab\n", "कार्यालय आदेश", "漢字 abc 漢", "\ud800x\udfff", "𝒜 \U0010ffff", "\uf0b7 • x"]
)
def test_characters_of_every_alphabet_are_counted(text: str):
    assert char_counts(text) == Counter(text)


def test_a_page_half_in_english_and_half_in_hindi_is_no_gibberish():
    english = "The committee approved the water supply scheme for the northern district of the state. "
    hindi = "जिले के सभी प्राथमिक विद्यालयों में भोजन योजना के अंतर्गत बच्चों को भोजन दिया जाना है। "

    assert not is_gibberish(english * 2 + hindi)
    assert not is_gibberish(english + hindi * 2)
    assert is_gibberish("xvbn qwrt zxcv plkj mnbv hgfd " * 4 + hindi)
