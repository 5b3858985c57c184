"""How common a word is in its language, on Zipf's scale: 7 for "the", 3 for one in a million, lower when rarer."""

from __future__ import annotations

import gzip
import importlib.util
import math
from functools import cache
from pathlib import Path

import msgpack

# Zipf's scale is the decimal logarithm of the count in a billion words.
_PER_BILLION = 9.0
# Below every word of the small lists (their rarest stand at 3.0).
UNKNOWN = 2.2
# For languages without a list: every word is middling, so rarity says nothing.
NEUTRAL = 3.5


@cache
def _table(language: str) -> dict[str, float]:
    """Return the share of each word in its language's small list of wordfreq; empty for a language without one.

    Reads the package's data without the package, whose import takes a quarter of a second for tables of languages that
    are not needed here. A list's place in the file is its words' frequency in centibels, negated.
    """
    path = _lists() / f"small_{language}.msgpack.gz"
    if not language.isalpha() or not path.is_file():
        return {}
    with gzip.open(path, "rb") as file:
        header, *lists = msgpack.load(file, raw=False)
    if (header["format"], header["version"]) != ("cB", 1):
        raise ValueError(f"{path} is not a word list of a known format.")
    return {word: 10 ** (-place / 100) for place, words in enumerate(lists) for word in words}


@cache
def _lists() -> Path:
    spec = importlib.util.find_spec("wordfreq")
    if spec is None or spec.origin is None:
        raise ImportError("wordfreq is not installed", name="wordfreq")
    return Path(spec.origin).parent / "data"


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
