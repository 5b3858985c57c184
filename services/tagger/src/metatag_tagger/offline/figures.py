"""Numbers with what they count: dates, sums and measures, and codes. They part phrases instead of joining them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources

from metatag_tagger.words import fold

# A code of letters and digits (a tax number, a bank's code) is that long and holds so many digits.
_CODE = (8, 4)
# A number inside a name ("type 2 diabetes", "Windows 95") has so many digits at most and nothing else in it.
_PLAIN_NUMBER = re.compile(r"\d{1,4}")
_NUMBER_WORDS = """
two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
twenty thirty forty fifty sixty seventy eighty ninety hundred thousand lakh crore
"""
_NUMBERS = frozenset(_NUMBER_WORDS.split())
_MONEY = frozenset({"rs", "inr", "usd", "eur", "रु"})
# What may stand between a number and its unit, or with a unit alone ("square metres", "crore rupees").
_BETWEEN_WORDS = """
square cubic sq cu hundred thousand lakh lakhs crore crores million billion वर्ग घन लाख करोड़ हजार
"""
_BETWEEN = frozenset(fold(word) for word in _BETWEEN_WORDS.split())
_ONE_OF_TIME = frozenset({"second", "minute", "hour", "day", "week", "month", "year"})


@cache
def _words(name: str) -> frozenset[str]:
    file = resources.files("metatag_tagger.offline") / "data" / f"{name}.txt"
    return frozenset(fold(word) for word in file.read_text(encoding="utf-8").split())


def figures(texts: Sequence[str]) -> Iterator[int]:
    """Return the numbers of the tokens that are part of a date, a sum or a measure, or are a code; in no order.

    "12 August", "31.08.2022", "forty square metres", "Rs 12.4 crore": numbers with what they count. A plain short
    number that counts nothing stays, it can be part of a name.
    """
    for place, text in enumerate(texts):
        if text[0].isdigit():
            if not _PLAIN_NUMBER.fullmatch(text):
                yield place
            yield from _counted(texts, place)
        elif not text.isalpha() and _is_code(text):
            yield place
        elif text[0].isalpha():
            yield from _named(texts, place)


def _is_code(text: str) -> bool:
    return len(text) >= _CODE[0] and sum(character.isdigit() for character in text) >= _CODE[1]


def _named(texts: Sequence[str], place: int) -> Iterator[int]:
    word = fold(texts[place])
    if word in _NUMBERS:
        following = _next(texts, place)
        # "five year plan" is a name, "five years" is a measure.
        if following is None or fold(texts[following]) not in _ONE_OF_TIME:
            yield from _counted(texts, place)
    elif word in _BETWEEN:
        following = _next(texts, place)
        if following and fold(texts[following]) in _words("units"):
            yield from (place, following)


def _counted(texts: Sequence[str], place: int) -> Iterator[int]:
    """Return a number and the month or unit beside it; nothing when neither is there."""
    found = [place]
    following: int | None = _next(texts, place)
    while following and fold(texts[following]) in _BETWEEN:
        found.append(following)
        following = _next(texts, following)
    if following and (fold(texts[following]) in _words("units") or fold(texts[following]) in _words("months")):
        found.append(following)
    if len(found) > 1:
        yield from found
    previous = place - 1
    if previous >= 0 and texts[previous] in ",.-/":
        previous -= 1
    if previous >= 0 and (fold(texts[previous]) in _MONEY or fold(texts[previous]) in _words("months")):
        yield from (place, previous)


def _next(texts: Sequence[str], place: int) -> int | None:
    """Return the next token that is no joint ("60-watt", "5,000 kg"), None at the end."""
    place += 1
    if place < len(texts) and texts[place] in "-,./":
        place += 1
    return place if place < len(texts) else None


def unit_words() -> frozenset[str]:
    """Return the folded words of units and months."""
    return _words("units") | _words("months")
