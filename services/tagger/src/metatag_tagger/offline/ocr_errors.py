"""Correct words that OCR misread in a known way ("devclopment", "departrnent", "res0urces"); English letters only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metatag_tagger.offline.frequency import UNKNOWN, zipf

# What is read for what. Letters whose pictures are alike.
_CONFUSED = (
    ("rn", "m"), ("0", "o"), ("1", "l"), ("1", "i"), ("5", "s"), ("8", "b"), ("c", "e"), ("e", "c"), ("l", "i"),
    ("i", "l"), ("vv", "w"), ("cl", "d"), ("ii", "u"), ("h", "b"), ("m", "n"), ("n", "m"), ("|", "l"),
)  # fmt: skip
_WORD = re.compile(r"(?<![\w-])(?=[0158|]?[A-Za-z])[A-Za-z0158|]{2,24}(?![\w-])")
# Shorter words are too like each other; a digit among letters needs no length.
_SHORTEST = 5
# A capital may begin a name that is right as it is: the word it is taken for must be a common one.
_COMMON = 4.0
# A page with more unknown words than this is no page of words.
_MOST = 5_000
# Of this share of a page's words must be known, or the page is not English.
_ENGLISH = 0.4


def correct_ocr_errors(text: str) -> str:
    """Give a recognised page with unknown words replaced where exactly one known word explains the mistake."""
    words = _WORD.findall(text)
    unknown = {word for word in words if zipf(word.lower(), "en") <= UNKNOWN}
    if not 0 < len(unknown) <= _MOST or sum(word not in unknown for word in words) < _ENGLISH * len(words):
        return text
    meant = {word: right for word in unknown if (right := _meant(word))}
    return _WORD.sub(lambda match: meant.get(match.group(), match.group()), text) if meant else text


def _meant(word: str) -> str:
    """Give the one known word that a word was misread from, in its capitals; "" when none or several explain it."""
    digits = any(not letter.isalpha() for letter in word)
    if not digits and len(word) < _SHORTEST:
        return ""
    least = _COMMON if word[0].isupper() and not word.isupper() else UNKNOWN
    known = {form for form in _explanations(word.lower()) if form.isalpha() and zipf(form, "en") > least}
    if len(known) != 1:
        return ""
    right = known.pop()
    letters = [letter for letter in word if letter.isalpha()]
    return right.upper() if all(map(str.isupper, letters)) and len(letters) > 1 else _capital(word, right)


def _capital(word: str, right: str) -> str:
    return right.capitalize() if word[0].isupper() else right


def _explanations(word: str) -> Iterator[str]:
    """Give each form in which one mistake, or all mistakes of one kind, are taken back."""
    for read, meant in _CONFUSED:
        yield word.replace(read, meant)
        place = word.find(read)
        while place >= 0:
            yield word[:place] + meant + word[place + len(read) :]
            place = word.find(read, place + 1)
