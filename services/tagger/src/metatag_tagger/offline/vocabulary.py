"""Finds the terms of an allowed list in a text: by stems, by aliases, nearly (92 of 100), with page and quote."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

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
# Narrower terms from which a broader one is meant, and the part of their worth that it gets.
_LEAST_NARROWER, _ROLLED_UP = 2, 0.3
# Worth up to which it is the score itself.
_LINEAR = 0.35


# How many letters longer or shorter a phrase may be than the term that it nearly names.
_FUZZY_REACH = 2
# Folded phrases with the phrases, by first letter and by the lengths of terms that they may name.
_Beginnings = dict[tuple[str, int], list[tuple[str, str]]]


@dataclass(slots=True)
class _Found:
    worth: float
    place: tuple[int, str]


def match(
    terms: Sequence[Term],
    finder: Finder,
    language: str,
    candidates: Mapping[str, float],
    tag_language: str = "",
    *,
    weights: Mapping[str, float] | None = None,
) -> list[Tag]:
    """Give the terms that the text carries, best first; `candidates` are the text's own phrases with their scores.

    A term scores by how often it stands in the text and by the score of the phrase that names it, times the weight, 0
    to 1, of its label.
    """
    by_key: dict[str, float] = {}
    for phrase, score in candidates.items():
        by_key.setdefault(key(phrase, language), score)
    folded = _by_beginning(candidates)
    hits: dict[int, _Found] = {}
    for number, term in enumerate(terms):
        found = _search(term, finder, language, by_key, folded)
        if found is not None:
            found.worth *= weights.get(term.label, 1.0) if weights else 1.0
            hits[number] = found
    _roll_up(terms, hits)
    tags = []
    for number, found in hits.items():
        page, quote = found.place
        label = shown(terms[number], tag_language)
        tags.append(Tag(label, found.worth, "vocabulary", page=page, evidence=quote, grounded=True))
    # Sorted before the score is bounded: a long text carries many terms that are worth more than 1.
    ranked = sorted(tags, key=lambda tag: (-tag.score, tag.text))
    return [replace(tag, score=bounded(tag.score)) for tag in ranked]


def _roll_up(terms: Sequence[Term], hits: dict[int, _Found]) -> None:
    """Give the broader term a part of what its narrower terms are worth, from two of them on.

    A document on wells, hand pumps and pipelines is on water supply, whether or not it says so. The evidence is that of
    the best narrower term where the broader one does not stand in the text.
    """
    numbers: dict[str, int] = {}
    for number, term in enumerate(terms):
        numbers.setdefault(term.label, number)
    narrower: dict[int, list[_Found]] = defaultdict(list)
    for number, found in hits.items():
        broader = numbers.get(terms[number].parent) if terms[number].parent else None
        if broader is not None and broader != number:
            narrower[broader].append(found)
    for broader, below in narrower.items():
        if len(below) < _LEAST_NARROWER:
            continue
        best = max(below, key=lambda found: found.worth)
        gained = _ROLLED_UP * sum(found.worth for found in below)
        own = hits.get(broader)
        hits[broader] = _Found((own.worth if own else 0.0) + gained, own.place if own else best.place)


def bounded(worth: float) -> float:
    """Return a worth from 0 up as a score, 0 to 1, that keeps the order: 0.35 stays, 1 becomes 0.67, 3 becomes 0.95."""
    return worth if worth <= _LINEAR else _LINEAR + (1 - _LINEAR) * (1 - math.exp(-(worth - _LINEAR)))


def shown(term: Term, tag_language: str) -> str:
    """Give the label that is shown: the one in the language asked for if the list has it, else the list's own."""
    return term.labels.get(tag_language, term.label) if tag_language else term.label


def names(term: Term) -> Iterable[str]:
    """Give every name of a term, the label first."""
    return dict.fromkeys((term.label, *term.labels.values(), *term.aliases))


def _search(
    term: Term, finder: Finder, language: str, by_key: Mapping[str, float], folded: _Beginnings
) -> _Found | None:
    worth, place = 0.0, None
    for number, name in enumerate(names(term)):
        stems = key(name, language).split()
        # One word is found by its forms: the stem of "Andes" is that of "and", of "Populism" that of "population".
        times = finder.occurrences(stems, name if len(stems) == 1 else "") if stems else 0
        if times:
            own = 1.0 if number == 0 else _ALIAS_WORTH
            worth += own * (0.35 + 0.15 * math.log2(times) + 0.5 * by_key.get(" ".join(stems), 0.0))
            place = place or finder.find(name)
    if place is None:
        return _nearly(term, finder, folded)
    return _Found(worth, place)


def _by_beginning(candidates: Iterable[str]) -> _Beginnings:
    """Return the phrases that may name a term nearly, by first letter and length: a list of 50,000 is gone through."""
    found: _Beginnings = defaultdict(list)
    for phrase in candidates:
        folded = fold(phrase)
        if len(folded) >= _FUZZY_LENGTH:
            for length in range(len(folded) - _FUZZY_REACH, len(folded) + _FUZZY_REACH + 1):
                found[folded[0], length].append((folded, phrase))
    return found


def _nearly(term: Term, finder: Finder, folded: _Beginnings) -> _Found | None:
    for name in names(term):
        wanted = fold(name)
        near = folded.get((wanted[:1], len(wanted))) if len(wanted) >= _FUZZY_LENGTH else None
        if not near:
            continue
        hit = process.extractOne(wanted, [form for form, _ in near], scorer=fuzz.ratio, score_cutoff=FUZZY)
        if hit is not None:
            place = finder.find(near[hit[2]][1])
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
