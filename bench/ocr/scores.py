"""Error rates of a text against the truth, and the result lines with their bars."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

import numpy as np

_ALIKE = str.maketrans({"\u2014": "-", "\u2013": "-", "\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"'})


@dataclass(frozen=True)
class Result:
    """One measured value. `bar` is None where a value is only told."""

    group: str
    name: str
    value: float
    unit: str = ""
    bar: float | None = None
    at_most: bool = False
    note: str = ""

    @property
    def held(self) -> bool:
        """Whether the value is on the right side of its bar."""
        if self.bar is None:
            return True
        return self.value <= self.bar if self.at_most else self.value >= self.bar

    def row(self) -> str:
        """Give the result as a row of a Markdown table."""
        bar = "" if self.bar is None else f"{'at most' if self.at_most else 'at least'} {self.bar:g}"
        mark = "" if self.bar is None else "held" if self.held else "**MISSED**"
        return f"| {self.group} | {self.name} | {self.value:.4g} {self.unit} | {bar} | {mark} | {self.note} |"


def plain(text: str) -> str:
    """Give a text for comparison: NFC, typographic marks made plain, single blanks."""
    composed = unicodedata.normalize("NFC", text).translate(_ALIKE)
    for gone in ("\ufeff", "\u200c", "\u200d"):
        composed = composed.replace(gone, "")
    return re.sub(r"\s+", " ", composed).strip()


def cer(truth: str, read: str) -> float:
    """Give the character error rate: edits over the length of the truth."""
    want, have = plain(truth), plain(read)
    return distance(want, have) / max(1, len(want))


def word_f1(truth: str, read: str) -> float:
    """Give the F1 of words without their order: whether the words are there, however columns were joined."""
    want, have = Counter(plain(truth).split()), Counter(plain(read).split())
    both = sum((want & have).values())
    return 2 * both / max(1, want.total() + have.total())


def distance(first: str, second: str) -> int:
    """Give the Levenshtein distance; a row at a time."""
    right = np.array([ord(char) for char in second], dtype=np.int32)
    steps = np.arange(len(right) + 1, dtype=np.int32)
    row = steps.copy()
    for index, char in enumerate(first):
        below = np.empty_like(row)
        below[0] = index + 1
        below[1:] = np.minimum(row[1:] + 1, row[:-1] + (right != ord(char)))
        # An insertion depends on its left neighbour: the running minimum of "value minus steps" does all at once.
        row = np.minimum.accumulate(below - steps) + steps
    return int(row[-1])
