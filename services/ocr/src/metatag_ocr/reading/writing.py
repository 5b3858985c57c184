"""Whether a text looks like writing at all, and how it is cleaned: NFC, line ends, control characters."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from metatag_ocr.model import MAX_PAGE_CHARS, Heading
from metatag_ocr.reading.scripts import INDIC, main_script

_VOWELS = frozenset("aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýœ")
_CONSONANT_RUN = re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}", re.IGNORECASE)
# Of a page of two scripts only the Latin words are judged by vowels.
_LATIN_WORD = re.compile("[A-Za-z\u00c0-\u024f]{2,}")
# Everything below the blank but tab and line feed, DEL, the C1 range, and the byte order mark. ZWJ and ZWNJ stay:
# they shape Indian letters.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
# Those of ASCII: bytes are rid of them in a tenth of the time.
_ASCII_CONTROLS = bytes(code for code in range(128) if _CONTROL.match(chr(code)))
# The hyphen stands first, so that nothing else is tried against the rest; the letter before it is looked up afterwards.
_DIVIDED = re.compile(r"[-\u00ad\u2010\x02](?<=[^\W\d_].)[ \t]*\n[ \t]*(?=[^\W\d_])")
_MANY_LINES = re.compile(r"\n{3,}")

# Fewer letters say nothing about a text.
_MIN_LETTERS = 20


def is_gibberish(text: str) -> bool:
    """Tell whether a text does not look like writing of its script; short texts never do."""
    counts = Counter(text)
    letters = sum(times for char, times in counts.items() if char.isalpha())
    visible = len(text) - sum(times for char, times in counts.items() if char.isspace())
    if visible < _MIN_LETTERS:
        return False
    if main_script(text) not in ("Latin", ""):
        # Vowel signs are no letters to Python, so a good Indian text has 55 to 75 % letters.
        return letters < 0.3 * visible
    return _is_latin_gibberish(text, letters, visible)


def _is_latin_gibberish(text: str, letters: int, visible: int) -> bool:
    words = _LATIN_WORD.findall(text)
    if letters < _MIN_LETTERS or len(words) < 4:
        # A table of figures is no gibberish; a page of signs is.
        return letters + sum(char.isdigit() for char in text) < 0.5 * visible
    low = [word.lower() for word in words]
    chars = Counter("".join(low))
    vowels = sum(chars[vowel] for vowel in _VOWELS) / max(1, chars.total())
    with_vowel = sum(not _VOWELS.isdisjoint(word) for word in low) / len(low)
    runs = sum(bool(_CONSONANT_RUN.search(word)) for word in low) / len(low)
    return vowels < 0.2 or runs > 0.15 or with_vowel < 0.6


def clean(text: str, *, dehyphenate: bool) -> str:
    """Give a page's text without control characters and trailing blanks, line ends as LF, NFC where Indian."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    # pdfium marks a hyphen at a line's end with U+0002.
    plain = _join_lines(plain) if dehyphenate else plain.replace("\x02", "-")
    plain = _without_controls(plain.replace("\x0c", "\n"))
    if " \n" in plain or "\t\n" in plain:
        plain = "\n".join([line.rstrip(" \t") for line in plain.split("\n")])
    if "\n\n\n" in plain:
        plain = _MANY_LINES.sub("\n\n", plain)
    plain = plain.strip()
    # Asked of the text as it came: that has been counted already.
    if not plain.isascii() and main_script(text) in INDIC:
        plain = unicodedata.normalize("NFC", plain)
    return plain


def _without_controls(text: str) -> str:
    if text.isascii():
        return text.encode("ascii").translate(None, _ASCII_CONTROLS).decode("ascii")
    return _CONTROL.sub("", text)


def headings_in(text: str, headings: Iterable[Heading]) -> tuple[Heading, ...]:
    """Return the headings cleaned, those that stand in the page's cleaned text."""
    cleaned = (replace(heading, text=clean(heading.text, dehyphenate=False)) for heading in headings)
    return tuple(heading for heading in cleaned if heading.text and heading.text in text)


def cut(text: str) -> tuple[str, bool]:
    """Give at most MAX_PAGE_CHARS characters of a text, and whether some were lost."""
    return text[:MAX_PAGE_CHARS], len(text) > MAX_PAGE_CHARS


def _join_lines(text: str) -> str:
    return _DIVIDED.sub("", text).replace("\x02", "-")
