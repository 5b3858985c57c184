"""Word lists: stop words that end a phrase, generic words that make a poor tag."""

from __future__ import annotations

from functools import cache
from importlib import resources

import stopwordsiso

from metatag_tagger.offline.frequency import commonest
from metatag_tagger.words import fold

# Languages of India whose lists stand in `data/stop`: spaCy's and stopwords-iso's, with the words of office papers.
_OWN = frozenset({"bn", "gu", "kn", "ml", "mr", "ne", "or", "pa", "ta", "te", "ur"})


@cache
def stop_words(language: str) -> frozenset[str]:
    """Return the folded stop words of a language, with the English ones: English stands in papers of any language."""
    english = _read("stop_en")
    return english if language == "en" else function_words(language) | english


@cache
def function_words(language: str) -> frozenset[str]:
    """Return a language's own folded stop words; empty for a language that nothing is known of."""
    if language in ("en", "hi"):
        return _read(f"stop_{language}")
    if language in _OWN:
        return _read(f"stop/{language}")
    if stopwordsiso.has_lang(language):
        return frozenset(fold(word) for word in stopwordsiso.stopwords(language))
    return frozenset(fold(word) for word in commonest(language))


@cache
def generic_words(language: str) -> frozenset[str]:
    """Return the folded words that say nothing about a document in particular."""
    english = _read("generic_en")
    return english | _read("generic_hi") if language in ("hi", "mr", "ne") else english


@cache
def poor_alone(language: str) -> frozenset[str]:
    """Return the folded words that say too little by themselves, and much within a phrase ("table", "water table")."""
    english = generic_words(language) | _read("alone_en")
    return english | _read("alone_hi") if language in ("hi", "mr", "ne") else english


@cache
def word_list(name: str) -> frozenset[str]:
    """Return the folded words of the file `data/<name>.txt`."""
    return _read(name)


@cache
def _read(name: str) -> frozenset[str]:
    file = resources.files("metatag_tagger.offline") / "data" / f"{name}.txt"
    return frozenset(fold(word) for word in file.read_text(encoding="utf-8").split())
