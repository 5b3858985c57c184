"""The words of a page and where they stand."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

# Left, top, right and bottom as shares of the page as it is drawn, 0 to 1, origin at the top left.
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PackedWords:
    """Words as they travel: `text` parts those of a line by tabs, lines by line feeds.

    `sides` has four unsigned 16-bit numbers a word, little-endian, in 1/10,000; `confidences` a byte a word, 0 to 100.
    """

    text: str = ""
    sides: bytes = b""
    confidences: bytes = b""


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of a page; `rotation` is how many degrees clockwise make it upright."""

    number: int
    method: str = ""
    rotation: int = 0
    words: PackedWords = PackedWords()


@dataclass(frozen=True, slots=True)
class Word:
    """A word, the line it stands in (from 0), its box and its confidence, 0 to 100."""

    text: str
    line: int
    box: Box
    confidence: int


def words_of(packed: PackedWords) -> Iterator[Word]:
    """Return the words of a page in reading order."""
    sides = struct.iter_unpack("<4H", packed.sides[: len(packed.sides) // 8 * 8])
    confidences = iter(packed.confidences)
    for line, text in enumerate(packed.text.split("\n") if packed.text else ()):
        for word in text.split("\t"):
            left, top, right, bottom = next(sides, (0, 0, 0, 0))
            box = (left / 10_000, top / 10_000, right / 10_000, bottom / 10_000)
            yield Word(word, line, box, next(confidences, 0))
