"""Which script a text is written in, by Unicode block; names as Tesseract's OSD has them."""

from __future__ import annotations

from collections import Counter

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


def script_of_char(char: str) -> str:
    """Give the script of a letter or sign, or an empty string."""
    point = ord(char)
    if point < 0x250:
        return "Latin" if char.isalpha() else ""
    for first, last, name in _BLOCKS:
        if first <= point <= last:
            return name
    return ""


def scripts(text: str, limit: int = 4000) -> Counter[str]:
    """Count the letters of a text's first `limit` characters by script."""
    counts: Counter[str] = Counter()
    for char, times in Counter(text[:limit]).items():
        name = script_of_char(char)
        if name:
            counts[name] += times
    return counts


def main_script(text: str) -> str:
    """Give the script most letters are in, or an empty string for a text without letters."""
    counts = scripts(text)
    return counts.most_common(1)[0][0] if counts else ""
