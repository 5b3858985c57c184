"""Which script a text is written in, by Unicode block; names as Tesseract's OSD has them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

_ASCII_LETTER = re.compile("[A-Za-z]")
# Codes below this hold all alphabets but those of the Far East, and typographic marks.
_MOST_ALPHABETS = 0x3000

# Characters of a page's beginning that are counted; it is like its rest.
SAMPLE_CHARS = 4000

_BLOCKS = (
    (0x0041, 0x024F, "Latin"),
    (0x0370, 0x03FF, "Greek"),
    (0x0400, 0x052F, "Cyrillic"),
    (0x0590, 0x05FF, "Hebrew"),
    (0x0600, 0x077F, "Arabic"),
    (0x0900, 0x097F, "Devanagari"),
    (0x0980, 0x09FF, "Bengali"),
    (0x0A00, 0x0A7F, "Gurmukhi"),
    (0x0A80, 0x0AFF, "Gujarati"),
    (0x0B00, 0x0B7F, "Oriya"),
    (0x0B80, 0x0BFF, "Tamil"),
    (0x0C00, 0x0C7F, "Telugu"),
    (0x0C80, 0x0CFF, "Kannada"),
    (0x0D00, 0x0D7F, "Malayalam"),
    (0x0E00, 0x0E7F, "Thai"),
    (0x3040, 0x30FF, "Japanese"),
    (0x4E00, 0x9FFF, "Han"),
    (0xAC00, 0xD7AF, "Korean"),
    (0xA8E0, 0xA8FF, "Devanagari"),
)

INDIC = frozenset({"Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada", "Malayalam"})

# Scripts whose letters hang from a line.
WITH_HEAD_LINE = frozenset({"Devanagari", "Bengali", "Gurmukhi"})


@lru_cache(maxsize=4096)
def script_of_char(char: str) -> str:
    """Give the script of a letter or sign, or an empty string."""
    point = ord(char)
    if point < 0x250:
        return "Latin" if char.isalpha() else ""
    for first, last, name in _BLOCKS:
        if first <= point <= last:
            return name
    return ""


def char_counts(text: str) -> Mapping[str, int]:
    """Count the characters of a text's beginning; a page has some eighty different ones."""
    return _char_counts(text[:SAMPLE_CHARS])


@lru_cache(maxsize=4)
def _char_counts(sample: str) -> dict[str, int]:
    # Several questions are asked of one page's text, and counting is half the work of each. numpy counts the codes of
    # most alphabets four times as fast as Counter the characters.
    if sample.isascii():
        return _counts_by_code(np.frombuffer(sample.encode("ascii"), dtype=np.uint8))
    codes = np.frombuffer(sample.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    high = codes >= _MOST_ALPHABETS
    if not high.any():
        return _counts_by_code(codes)
    return _counts_by_code(codes[~high]) | Counter(map(chr, codes[high].tolist()))


def _counts_by_code(codes: np.ndarray) -> dict[str, int]:
    times = np.bincount(codes)
    present = np.flatnonzero(times)
    return dict(zip(map(chr, present.tolist()), times[present].tolist(), strict=True))


def sample_words(text: str) -> Sequence[str]:
    """Return the words of a text's beginning, parted by blanks."""
    return _words(text[:SAMPLE_CHARS])


@lru_cache(maxsize=4)
def _words(sample: str) -> list[str]:
    return sample.split()


def indic_letters(text: str) -> int:
    """Count the letters and signs of Indian scripts at a text's beginning."""
    if text.isascii():
        return 0
    return sum(times for char, times in char_counts(text).items() if script_of_char(char) in INDIC)


def main_script(text: str) -> str:
    """Give the script most letters of a text's beginning are in, or an empty string for a text without letters."""
    return _main_script(text[:SAMPLE_CHARS])


@lru_cache(maxsize=4)
def _main_script(sample: str) -> str:
    if sample.isascii():
        return "Latin" if _ASCII_LETTER.search(sample) else ""
    counts: Counter[str] = Counter()
    for char, times in _char_counts(sample).items():
        name = script_of_char(char)
        if name:
            counts[name] += times
    return counts.most_common(1)[0][0] if counts else ""
