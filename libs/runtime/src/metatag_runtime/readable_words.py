"""Counts the words of a recognised text that look like words: two readings of one page are compared by them."""

from __future__ import annotations

import re

# A word's own signs are not at its ends.
_EDGES = "\"'“”‘’«»()[]{}<>.,;:!?/|\\-–—।॥*•·"
_NUMBER = re.compile(r"[0-9०-९]+(?:[.,:/-][0-9०-९]+)*%?")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:['’&.-][A-Za-z\u00c0-\u024f]+)*")
_VOWEL = re.compile(r"[aeiouy\u00c0-\u024f]", re.IGNORECASE)
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}", re.IGNORECASE)
# Letters and signs of one Indian script, ZWJ and ZWNJ among them, the first a letter: vowel signs begin no word.
_INDIC = re.compile("|".join(
    f"[{chr(first + 4)}-{chr(first + 0x39)}][{chr(first)}-{chr(first + 0x7f)}\u200c\u200d]*"
    for first in range(0x900, 0xD80, 0x80)
))  # fmt: skip


def readable_words(text: str) -> int:
    """Return how many words of a text look like words: of one script, with vowels, without capitals or signs inside.

    Numbers count, single letters do not. It knows no vocabulary, so it holds for every language of these scripts; in
    others each word of letters counts.
    """
    return len(list_readable_words(text))


def list_readable_words(text: str) -> list[str]:
    """Return the words of a text that look like words, without the marks at their ends, in its order."""
    words = (word.strip(_EDGES) for word in text.split())
    return [word for word in words if _is_readable(word)]


def _is_readable(word: str) -> bool:
    if _NUMBER.fullmatch(word):
        return True
    if len(word) < 2:
        return False
    if _LATIN.fullmatch(word):
        return _is_latin_word(word)
    if _INDIC.fullmatch(word):
        return True
    return word.isalpha() and not any("\u0900" <= char < "\u0d80" or char < "\u0250" for char in word)


def _is_latin_word(word: str) -> bool:
    if word.isupper() and len(word) <= 5:
        return True
    capitals_inside = word[1:] != word[1:].lower() and not word.isupper() and not re.search("[-'’&.]", word)
    return bool(_VOWEL.search(word)) and not _CONSONANTS.search(word) and not capitals_inside
