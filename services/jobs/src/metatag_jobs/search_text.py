"""Words for the search index, the same for both databases, also for scripts with vowel signs.

A word is a run of letters, digits and marks. Devanagari vowel signs are marks; the databases' own splitters cut there.
`C++`, `C#` and `.NET` are words too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from metatag_runtime import text as texts

# Distinct words of one document; a tsvector holds at most 1 MB.
MAX_WORDS = 20_000
MAX_WORD_CHARS = 64

# Scripts whose words hold marks that the pattern below does not know.
_OTHER = re.compile(r"[\u0483-\u0489\u0590-\u08ff\u0980-\u1fff\u2de0-\u2dff\ua66f-\uabff]")
_SPLIT = re.compile(r"[\w\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0300-\u036f\ue001-\ue003]+")
# A letter with what belongs to its name: C++ (also before digits, as in C++11), A+, C#, .NET.
_SIGNED = re.compile(
    r"(?<![\w.])(?:[^\W\d_]\w{0,30}(?:\+\+(?=\d)|\+{1,2}(?![\w+])|#(?![\w#]))|\.[^\W\d_]\w{1,30}(?!\w))"
)
# The databases' tokenizers take private characters for letters.
_SIGNS = str.maketrans({"+": "\ue001", "#": "\ue002", ".": "\ue003"})


def fold(text: str) -> str:
    """Return text in the form in which it is compared: NFKC, folded as everywhere in metatag, single blanks."""
    compatible = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return " ".join(texts.fold(compatible).split())


def words(text: str) -> list[str]:
    """Return the words of a query in order, folded, each cut at MAX_WORD_CHARS."""
    return _cut(_SIGNED.sub(lambda found: found[0].translate(_SIGNS), fold(text)))


def _cut(folded: str) -> list[str]:
    found = _SPLIT.findall(folded) if _simple(folded) else _by_category(folded)
    return [word[:MAX_WORD_CHARS] for word in found]


def _indexed(text: str) -> list[str]:
    """Return the words by which a text is found: `C++` by itself, and by `c`."""
    folded = fold(text)
    return [*(word.translate(_SIGNS) for word in _SIGNED.findall(folded)), *_cut(folded)]


def index_words(texts: Iterable[str]) -> list[str]:
    """Give the distinct words of a document, at most MAX_WORDS."""
    found: dict[str, None] = {}
    for text in texts:
        for word in _indexed(text):
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
    signs = "_\ue001\ue002\ue003"
    kept = (char if unicodedata.category(char)[0] in "LNM" or char in signs else " " for char in text)
    return "".join(kept).split()
