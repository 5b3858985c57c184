"""Finds the terms of an allowed list in a text: by stems, by aliases, nearly (92 of 100), with page and quote."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from metatag_tagger.model import Tag, Term
from metatag_tagger.offline.evidence import Finder
from metatag_tagger.words import fold, key

# Likeness (0 to 100) from which a candidate phrase counts as a misspelt or misread term.
FUZZY = 92
# Shorter words are too easily alike.
_FUZZY_LENGTH = 6
# What one occurrence by another name is worth beside one by the label's own.
_ALIAS_WORTH = 0.9
_FUZZY_WORTH = 0.8


@dataclass(slots=True)
class _Found:
    worth: float
    place: tuple[int, str]


def match(
    terms: Sequence[Term], finder: Finder, language: str, candidates: Mapping[str, float], tag_language: str = ""
) -> list[Tag]:
    """Give the terms that the text carries, best first; `candidates` are the text's own phrases with their scores.

    A term scores by how often it stands in the text and by the score of the phrase that names it.
    """
    by_key: dict[str, float] = {}
    for phrase, score in candidates.items():
        by_key.setdefault(key(phrase, language), score)
    folded = {fold(phrase): phrase for phrase in candidates if len(phrase) >= _FUZZY_LENGTH}
    tags = []
    for term in terms:
        found = _search(term, finder, language, by_key, folded)
        if found is not None:
            score = min(1.0, found.worth)
            page, quote = found.place
            tags.append(Tag(shown(term, tag_language), score, "vocabulary", page=page, evidence=quote, grounded=True))
    return sorted(tags, key=lambda tag: (-tag.score, tag.text))


def shown(term: Term, tag_language: str) -> str:
    """Give the label that is shown: the one in the language asked for if the list has it, else the list's own."""
    return term.labels.get(tag_language, term.label) if tag_language else term.label


def names(term: Term) -> Iterable[str]:
    """Give every name of a term, the label first."""
    return dict.fromkeys((term.label, *term.labels.values(), *term.aliases))


def _search(
    term: Term, finder: Finder, language: str, by_key: Mapping[str, float], folded: Mapping[str, str]
) -> _Found | None:
    worth, place = 0.0, None
    for number, name in enumerate(names(term)):
        stems = key(name, language).split()
        times = finder.occurrences(stems) if stems else 0
        if times:
            own = 1.0 if number == 0 else _ALIAS_WORTH
            worth += own * (0.35 + 0.15 * math.log2(times) + 0.5 * by_key.get(" ".join(stems), 0.0))
            place = place or finder.find(name)
    if place is None:
        return _nearly(term, finder, folded)
    return _Found(worth, place)


def _nearly(term: Term, finder: Finder, folded: Mapping[str, str]) -> _Found | None:
    for name in names(term):
        if len(name) < _FUZZY_LENGTH or not folded:
            continue
        hit = process.extractOne(fold(name), folded.keys(), scorer=fuzz.ratio, score_cutoff=FUZZY)
        if hit is not None:
            place = finder.find(folded[hit[0]])
            if place is not None:
                return _Found(_FUZZY_WORTH * 0.4 * hit[1] / 100, place)
    return None


class Labels:
    """Maps what a model wrote back to the terms of a list; gives None for anything that is not one of them."""

    def __init__(self, terms: Sequence[Term], language: str, tag_language: str = "") -> None:
        self._language = language
        self._shown: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        counts: dict[str, set[str]] = defaultdict(set)
        for term in terms:
            label = shown(term, tag_language)
            for name in names(term):
                self._shown.setdefault(fold(name.strip()), label)
                found = key(name, language)
                self._keys.setdefault(found, label)
                counts[found].add(label)
        # Two terms with one stem: the stem says nothing.
        self._keys = {found: label for found, label in self._keys.items() if found and len(counts[found]) == 1}
        self._long = [name for name in self._shown if len(name) >= _FUZZY_LENGTH]

    def find(self, text: str) -> str | None:
        """Give the label a text means: by its name, by its stems, or nearly (FUZZY of 100)."""
        folded = fold(text.strip())
        exact = self._shown.get(folded) or self._keys.get(key(text, self._language))
        if exact is not None or len(folded) < _FUZZY_LENGTH:
            return exact
        hit = process.extractOne(folded, self._long, scorer=fuzz.ratio, score_cutoff=FUZZY)
        return self._shown[hit[0]] if hit else None
