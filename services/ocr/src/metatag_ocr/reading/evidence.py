"""What a page's own text layer looks like, counted without judging it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from metatag_ocr.model import Heading
from metatag_ocr.reading.scripts import INDIC, char_counts, sample_words, script_of_char

# Letters that mis-mapped Indian fonts of the 1990s put their glyphs on.
_LATIN_EXTENDED = range(0xA0, 0x250)
_FIRST_INDIC = "\u0900"
_PRIVATE = (range(0xE000, 0xF900), range(0xF0000, 0x110000))


@dataclass(frozen=True)
class PictureBeside:
    """A large picture over which no text lies: left, top, right, bottom as shares of the page as it is drawn.

    `follows` tells that more of the page's text stands above it than below.
    """

    box: tuple[float, float, float, float]
    follows: bool = True


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
    # Page area under pictures.
    picture_share: float = 0.0
    text_objects: int = 0
    path_objects: int = 0
    # False when nothing at all is drawn on the page.
    drawn: bool = True
    headings: tuple[Heading, ...] = ()
    # The text by another reader, where the first had no value for many characters.
    second: str = ""
    beside: tuple[PictureBeside, ...] = ()


@dataclass(frozen=True)
class Census:
    """Characters of a text by kind, blanks left out. Counts."""

    total: int = 0
    letters: int = 0
    digits: int = 0
    latin: int = 0
    latin_extended: int = 0
    # Letters and signs of Indian scripts.
    indic: int = 0
    # Private use, replacement, unassigned and control characters: nothing a writer typed.
    junk: int = 0
    # Words that begin with a sign that can only follow a letter.
    headless_words: int = 0
    words: int = 0
    # Letters whose code has a zero low byte: "M" read as U+4D00, the two bytes of UTF-16 swapped.
    swapped: int = 0


def census(text: str) -> Census:
    """Count the characters of a text's beginning."""
    letters = digits = latin = extended = junk = total = swapped = 0
    counts = char_counts(text)
    for char, times in counts.items():
        kind = _kind(char)
        total += times * kind.total
        letters += times * kind.letters
        digits += times * kind.digits
        latin += times * kind.latin
        extended += times * kind.latin_extended
        junk += times * kind.junk
        swapped += times * kind.swapped
    indic = sum(times for char, times in counts.items() if script_of_char(char) in INDIC)
    words = sample_words(text)
    # Words are looked at only where such a sign is on the page.
    signs = {char for char in counts if char > _FIRST_INDIC and _is_dependent(char)}
    headless = sum(word[0] in signs for word in words) if signs else 0
    return Census(
        total=total,
        letters=letters,
        digits=digits,
        latin=latin,
        latin_extended=extended,
        indic=indic,
        junk=junk,
        headless_words=headless,
        words=len(words),
        swapped=swapped,
    )


@lru_cache(maxsize=4096)
def _kind(char: str) -> Census:
    """Give what one character counts for."""
    point = ord(char)
    if char.isspace():
        return Census()
    if _is_junk(char, point):
        return Census(1, junk=1)
    extended = int(point in _LATIN_EXTENDED)
    if char.isalpha():
        swapped = int(point > 0xFF and point & 0xFF == 0)
        return Census(1, letters=1, latin=int(point < 0x250), latin_extended=extended, swapped=swapped)
    if char.isdigit():
        return Census(1, digits=1)
    # A vowel sign is half of a syllable, but no letter to Python.
    return Census(1, latin_extended=extended, letters=int(not extended and _is_dependent(char)))


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
