"""Words for the search index, the same for both databases, also for scripts with vowel signs.

A word is a run of letters, digits and marks. Devanagari vowel signs are marks; the databases' own splitters cut there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Distinct words of one document; a tsvector holds at most 1 MB.
MAX_WORDS = 20_000
MAX_WORD_CHARS = 64

# ZWJ and ZWNJ stand inside Indic words.
_JOINERS = dict.fromkeys((0x200C, 0x200D))
_OTHER = re.compile(r"[\u0980-\u1fff]")
_SPLIT = re.compile(r"[\w\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0300-\u036f]+")


def fold(text: str) -> str:
    """Give text in the form in which it is compared: NFKC, without case and joiners, single blanks."""
    # Plain letters are folded by their case alone.
    ascii_only = text.isascii()
    plain = text.lower() if ascii_only else unicodedata.normalize("NFKC", text).casefold().translate(_JOINERS)
    return " ".join(plain.split())


def words(text: str) -> list[str]:
    """Give the words of a text in order, folded, each cut at MAX_WORD_CHARS."""
    folded = fold(text)
    found = _SPLIT.findall(folded) if _simple(folded) else _by_category(folded)
    return [word[:MAX_WORD_CHARS] for word in found]


def index_words(texts: Iterable[str]) -> list[str]:
    """Give the distinct words of a document, at most MAX_WORDS."""
    found: dict[str, None] = {}
    for text in texts:
        for word in words(text):
            found[word] = None
            if len(found) >= MAX_WORDS:
                return list(found)
    return list(found)


def like_pattern(query: str) -> str:
    """Give the LIKE pattern that finds the folded query anywhere, its own wildcards taken literally (escape: !)."""
    escaped = fold(query).replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{escaped}%"


def _simple(text: str) -> bool:
    """Whether Latin and Devanagari rules are enough; other scripts go the slow way."""
    return _OTHER.search(text) is None


def _by_category(text: str) -> list[str]:
    kept = (char if unicodedata.category(char)[0] in "LNM" or char == "_" else " " for char in text)
    return "".join(kept).split()
