"""Word lists: stop words that end a phrase, generic words that make a poor tag."""

from __future__ import annotations

from functools import cache
from importlib import resources

from metatag_tagger.offline.frequency import commonest
from metatag_tagger.words import fold

# Marathi and Nepali share most function words and the script with Hindi, and have no frequency list.
LIKE_HINDI = ("hi", "mr", "ne")


@cache
def stop_words(language: str) -> frozenset[str]:
    """Give the folded stop words of a language: our own list for English and Hindi, else its 150 commonest words."""
    if language in ("en", *LIKE_HINDI):
        own = _read("stop_en" if language == "en" else "stop_hi")
        # English words stand in Hindi documents too.
        return own if language == "en" else own | _read("stop_en")
    return frozenset(fold(word) for word in commonest(language)) | _read("stop_en")


@cache
def generic_words(language: str) -> frozenset[str]:
    """Give the folded words that say nothing about a document in particular."""
    english = _read("generic_en")
    return english | _read("generic_hi") if language in LIKE_HINDI else english


@cache
def _read(name: str) -> frozenset[str]:
    file = resources.files("metatag_tagger.offline") / "data" / f"{name}.txt"
    return frozenset(fold(word) for word in file.read_text(encoding="utf-8").split())
