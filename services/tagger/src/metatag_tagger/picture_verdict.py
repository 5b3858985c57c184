"""Whether a vision model's answer may stand for a page: judged by the text that was read before, word by word.

A model may obey what a page tells it, repeat itself, speak of the page instead of reading it, or make it up. The first
text is poor, but most of its words that look like words are right, so that a true reading holds them.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from enum import StrEnum

from metatag_runtime.readable_words import list_readable_words

# Characters of an answer for each of the first text's.
MAX_GROWTH = 3
# Share of the first text's readable words that a reading must hold, and of their number that it must have. Of the words
# of made pages that Tesseract read at confidence 50 to 83, 0.76 to 0.79 stood in the truth.
_AGREEMENT, _FEWER = 0.4, 0.8
# Words of this length are compared; shorter ones stand on every page.
_MIN_WORD = 3
# Words in a run whose repetitions are counted, the share of a text that they may make beyond the first text's, and the
# size under which a text that repeats itself is packed. Print is packed to 0.2 and more, tables to 0.12.
_RUN, _REPEATED, _PACKED, _MIN_PACKED = 6, 0.3, 0.08, 400
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_FENCE = re.compile(r"\A```[\w-]{0,20}\n(.*?)\n?```\Z", re.DOTALL)
_MANY_LINES = re.compile(r"\n{3,}")


class Verdict(StrEnum):
    """What became of an answer; tagger.proto explains each."""

    ACCEPTED = "accepted"
    UNSUPPORTED = "unsupported"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    REPETITION = "repetition"
    DIFFERS = "differs"
    SAME = "same"


def cleaned(content: str) -> str:
    """Return an answer as a page's text: NFC, line feeds, no control characters, no fence around it."""
    plain = unicodedata.normalize("NFC", content.replace("\r\n", "\n").replace("\r", "\n")).strip()
    fenced = _FENCE.match(plain)
    plain = _CONTROL.sub("", fenced[1] if fenced else plain)
    lines = (line.rstrip(" \t") for line in plain.split("\n"))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()


def judge(first: str, text: str) -> Verdict:
    """Return whether a cleaned answer may stand for the page of which `first` had been read."""
    if not text:
        return Verdict.EMPTY
    if len(text) > MAX_GROWTH * len(first):
        return Verdict.TOO_LONG
    if repeats(first, text):
        return Verdict.REPETITION
    if first.split() == text.split():
        return Verdict.SAME
    return Verdict.ACCEPTED if _agrees(first, text) else Verdict.DIFFERS


def repeats(first: str, text: str) -> bool:
    """Tell whether a text says the same again and again, and the first text did not."""
    if _repeated_share(text) > _REPEATED + _repeated_share(first):
        return True
    return len(text) >= _MIN_PACKED and _packed(text) < min(_PACKED, _packed(first))


def _agrees(first: str, text: str) -> bool:
    known, found = Counter(_compared(first)), Counter(_compared(text))
    held = (known & found).total()
    enough = len(list_readable_words(text)) >= _FEWER * len(list_readable_words(first))
    return bool(known) and enough and held >= _AGREEMENT * known.total()


def _compared(text: str) -> list[str]:
    words = list_readable_words(unicodedata.normalize("NFC", text))
    return [word.casefold() for word in words if len(word) >= _MIN_WORD]


def _repeated_share(text: str) -> float:
    """Return the share of a text's runs of words that stand in it more than once, 0 to 1."""
    words = text.split()
    runs = Counter(tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))
    return sum(times for times in runs.values() if times > 1) / runs.total() if runs else 0.0


def _packed(text: str) -> float:
    """Return the size of a text when packed, by its own."""
    data = text.encode("utf-8", "replace")
    return len(zlib.compress(data)) / len(data) if data else 1.0
