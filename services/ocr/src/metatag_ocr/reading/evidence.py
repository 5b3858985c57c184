"""What a page's own text layer looks like, counted without judging it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from metatag_ocr.reading.scripts import SAMPLE_CHARS, char_counts

# Letters that mis-mapped Indian fonts of the 1990s put their glyphs on.
_LATIN_EXTENDED = range(0xA0, 0x250)
_PRIVATE = (range(0xE000, 0xF900), range(0xF0000, 0x110000))


@dataclass(frozen=True)
class Layer:
    """A page's own text and what was seen beside it. Shares are 0 to 1, of sampled characters or of the page."""

    text: str
    # Characters whose font gives no Unicode value.
    unmapped: float = 0.0
    # Characters drawn invisibly: the mark of an OCR layer laid under a scan.
    invisible: float = 0.0
    # Font names of the sampled characters, and the share each has.
    fonts: tuple[tuple[str, float], ...] = ()
    # Page area under pictures; -1 when it was not looked at because the text is plenty.
    picture_share: float = -1.0
    text_objects: int = 0
    path_objects: int = 0
    # False when nothing at all is drawn on the page.
    drawn: bool = True


@dataclass(frozen=True)
class Census:
    """Characters of a text by kind, blanks left out. Counts."""

    total: int
    letters: int
    digits: int
    latin: int
    latin_extended: int
    # Private use, replacement, unassigned and control characters: nothing a writer typed.
    junk: int
    # Words that begin with a sign that can only follow a letter.
    headless_words: int
    words: int
    # Letters whose code has a zero low byte: "M" read as U+4D00, the two bytes of UTF-16 swapped.
    swapped: int


def census(text: str) -> Census:
    """Count the characters of a text's beginning."""
    sample = text[:SAMPLE_CHARS]
    letters = digits = latin = extended = junk = total = swapped = 0
    for char, times in char_counts(sample).items():
        if char.isspace():
            continue
        total += times
        point = ord(char)
        if _is_junk(char, point):
            junk += times
        elif char.isalpha():
            letters += times
            swapped += times * (point > 0xFF and point & 0xFF == 0)
            latin += times * (point < 0x250)
            extended += times * (point in _LATIN_EXTENDED)
        elif char.isdigit():
            digits += times
        elif point in _LATIN_EXTENDED:
            extended += times
        elif _is_dependent(char):
            # A vowel sign is half of a syllable, but no letter to Python.
            letters += times
    words = sample.split()
    headless = sum(1 for word in words if word[0] > "\u0900" and _is_dependent(word[0]))
    return Census(total, letters, digits, latin, extended, junk, headless, len(words), swapped)


@lru_cache(maxsize=4096)
def _is_junk(char: str, point: int) -> bool:
    if point == 0xFFFD or any(point in block for block in _PRIVATE):
        return True
    return not char.isprintable() and point not in (0x200B, 0x200C, 0x200D, 0x00AD, 0xFEFF, 0x02)


def _is_dependent(char: str) -> bool:
    """Tell whether a character of an Indian script can only follow a letter: a vowel sign, virama or nasal sign."""
    point = ord(char)
    if not 0x0900 <= point <= 0x0D7F:
        return False
    low = point & 0x7F
    return low in (0x01, 0x02, 0x03, 0x3C) or 0x3E <= low <= 0x4D
