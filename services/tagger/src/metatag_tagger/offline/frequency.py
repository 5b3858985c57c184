"""How common a word is in its language, on Zipf's scale: 7 for "the", 3 for one in a million, lower when rarer."""

from __future__ import annotations

import math
from functools import cache

# Zipf's scale is the decimal logarithm of the count in a billion words.
_PER_BILLION = 9.0
# Below every word of the small lists (their rarest stand at 3.0).
UNKNOWN = 2.2
# For languages without a list: every word is middling, so rarity says nothing.
NEUTRAL = 3.5


@cache
def _table(language: str) -> dict[str, float]:
    # Imported here: it takes half a second of CPU, and only the analyst's child process looks words up.
    import wordfreq

    # The library silently answers with the nearest language for one it does not have; the guard keeps that out.
    if language not in wordfreq.available_languages("small"):
        return {}
    return dict(wordfreq.get_frequency_dict(language, wordlist="small"))


@cache
def has_table(language: str) -> bool:
    """Tell whether frequencies of a language are known."""
    return bool(_table(language))


def zipf(word: str, language: str) -> float:
    """Give a word's frequency, 0 to 8, on Zipf's scale; UNKNOWN for one the language's list does not hold."""
    table = _table(language)
    if not table:
        return NEUTRAL
    share = table.get(word)
    if share is None and "-" in word:
        return max((zipf(part, language) for part in word.split("-") if part), default=UNKNOWN) - 1.0
    if share is None and word.isascii() and language != "en":
        return max(UNKNOWN, zipf(word, "en") - 1.0)
    return UNKNOWN if share is None else math.log10(share) + _PER_BILLION


@cache
def commonest(language: str, count: int = 150) -> frozenset[str]:
    """Give a language's commonest words: its stop words where we keep no list of our own."""
    table = _table(language)
    return frozenset(sorted(table, key=lambda word: -table[word])[:count])


def known_words(language: str) -> list[str]:
    """Return the words whose frequency is known."""
    return list(_table(language))
