"""The form in which text is compared: one rule for search, tags, exclusions and vocabularies."""

from __future__ import annotations

import re
import unicodedata

# Combining marks after a Latin or Greek letter ("é", "ü", "ά"); other scripts tell words apart by theirs.
_MARKED = re.compile("([a-z\u00df-\u024f\u0250-\u02af\u0370-\u03ff])[\u0300-\u036f]+")
# The nukta of Devanagari, Gurmukhi and Gujarati: फ़ and फ are one letter to many writers and to bad OCR.
_NUKTA = (0x093C, 0x0A3C, 0x0ABC)
# Blocks in which a nasal before a consonant of its own class may be written as an anusvara as well.
_NASAL_BLOCKS = (0x0900, 0x0A80)
# Offsets within a block of the Indic scripts (ISCII's order): the classes of five consonants that end in their nasal.
_CLASSES = ((0x15, 0x19), (0x1A, 0x1E), (0x1F, 0x23), (0x24, 0x28), (0x2A, 0x2E))
_CANDRABINDU, _ANUSVARA, _VIRAMA = 0x01, 0x02, 0x4D
# Letters that Unicode does not decompose and typists interchange.
_LETTERS = {
    "\u0131": "i", "\u0142": "l", "\u00f8": "o", "\u0111": "d", "\u00f0": "d", "\u0127": "h", "\u0167": "t",
    "\u00e6": "ae", "\u0153": "oe", "\u00fe": "th", "\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2010": "-",
    "\u2011": "-",
}  # fmt: skip
# Signs above and below letters that most writers leave out: Hebrew points and accents, Arabic vowel signs; the tatweel
# only stretches a word.
_POINTS = (
    *range(0x0591, 0x05BE),
    0x05BF,
    0x05C1,
    0x05C2,
    0x05C4,
    0x05C5,
    0x05C7,
    0x0640,
    *range(0x064B, 0x0653),
    0x0670,
)


def _nasals() -> re.Pattern[str]:
    """Return the pattern of a nasal with virama before a consonant of its class."""
    parts = []
    for block in _NASAL_BLOCKS:
        for first, nasal in _CLASSES:
            sign, virama = chr(block + nasal), chr(block + _VIRAMA)
            parts.append(f"{sign}{virama}(?=[{chr(block + first)}-{sign}])")
    return re.compile("|".join(parts))


class _Table(dict[int, str | None]):
    """Replacements of single characters, worked out when a character is first met."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        if code in _NUKTA or code in _POINTS or unicodedata.category(character) == "Cf":
            replacement: str | None = None
        elif code - _CANDRABINDU in _NASAL_BLOCKS:
            replacement = chr(code - _CANDRABINDU + _ANUSVARA)
        else:
            digit = unicodedata.decimal(character, None)
            replacement = _LETTERS.get(character, character) if digit is None else str(digit)
        self[code] = replacement
        return replacement


_NASAL = _nasals()
_TABLE = _Table()


def fold(text: str) -> str:
    """Return the form by which texts are compared; texts of one form differ in spelling only.

    Case is folded (with "ß" as "ss", "ł" as "l", "æ" as "ae", and the Turkish "İ" and "ı" as "i"); the marks of Latin
    and Greek letters, the nukta, the points of Hebrew and Arabic and characters without shape (soft hyphen, ZWJ, ZWNJ,
    category Cf) are dropped; typographic apostrophes and hyphens become ASCII, and so do the decimal digits of every
    script. In Devanagari and Gujarati a candrabindu, and a nasal with virama before a consonant of its own class,
    become an anusvara: "गाँव" and "गांव", "सम्बन्ध" and "संबंध" are one. The result is composed (NFC) and folding it
    again changes nothing.
    """
    if text.isascii():
        return text.lower()
    # Case folding may undo a composition and the other way round, so characters are taken apart on both sides of it.
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    plain = _MARKED.sub(r"\1", apart.translate(_TABLE))
    anusvara = _NASAL.sub(lambda nasal: chr((ord(nasal[0][0]) & ~0x7F) + _ANUSVARA), plain)
    return unicodedata.normalize("NFC", anusvara)
