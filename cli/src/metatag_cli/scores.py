"""The form in which `metatag evaluate` compares tags: stems, without case."""

from __future__ import annotations

import re
import unicodedata

from snowballstemmer import stemmer

_WORD = re.compile(r"[^\W_](?:[\w\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963]|['’](?=\w))*")
_DEVANAGARI = re.compile("[\u0900-\u097f]")
_STEMMERS = {"en": stemmer("porter"), "hi": stemmer("hindi")}


def form(tag: str) -> str:
    """Return the stems of a tag: tags of one form are one."""
    folded = unicodedata.normalize("NFKC", tag).casefold()
    words = _WORD.findall(folded.replace("-", " "))
    return " ".join(_STEMMERS["hi" if _DEVANAGARI.search(word) else "en"].stemWord(word) for word in words)
