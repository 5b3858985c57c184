"""What counts less than a subject: who acted, where, and pieces of names and sentences that were cut by chance.

Persons, places and bodies are facets. As tags they keep a share of their score, unless the title holds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from metatag_tagger.model import Facet, FacetKind
from metatag_tagger.offline.candidates import Candidate
from metatag_tagger.offline.frequency import zipf
from metatag_tagger.offline.lists import word_list
from metatag_tagger.words import contains, fold, key

# Shares of the score that are kept.
PERSON, PLACE, POST, MEASURE, GOVERNMENT, PIECE, HALF_NAME = 0.5, 0.5, 0.6, 0.6, 0.5, 0.6, 0.1
# Words from which a phrase may be a piece of a sentence.
_LONG, _LONG_OTHER = 5, 4
# Words of a place with its kind, and the frequency from which a word is no place's name.
_PLACE_WORDS, _COMMON_NAME = 2, 3.2
_HONORIFICS = frozenset({"shri", "smt", "mr", "mrs", "ms", "dr", "sri", "km"})


@dataclass(frozen=True)
class Names:
    """Keys of the names that a document's facets hold, and of halves of names of laws and bodies."""

    people: tuple[str, ...]
    places: tuple[str, ...]
    halves: frozenset[str]

    @classmethod
    def of(cls, facets: Sequence[Facet], language: str) -> Names:
        """Return the names of facets."""

        def keys(kind: FacetKind) -> tuple[str, ...]:
            return tuple(key(facet.value, language) for facet in facets if facet.kind is kind)

        halves = {key(half, language) for facet in facets for half in _halves(facet)}
        whole = {*keys(FacetKind.LAW_OR_SCHEME), *keys(FacetKind.ORGANISATION), *keys(FacetKind.PLACE)}
        return cls(keys(FacetKind.PERSON), keys(FacetKind.PLACE), frozenset(halves - whole))


_YEAR = re.compile(r"[,\s]*[(]?\b\d{4}(?:-\d{2,4})?[)]?\s*$")
_AND = frozenset({"and", "&", "एवं", "और", "तथा", "व"})
_OF = frozenset({"of", "to", "for", "का", "के", "की"})


def _halves(facet: Facet) -> Iterator[str]:
    """Yield the pieces of a name that a small word parts and that name nothing by themselves.

    That is "State Bank" of "State Bank of India" and "Information Act" of "Right to Information Act", but not
    "Rural Development" of "Ministry of Rural Development".
    """
    if facet.kind not in (FacetKind.LAW_OR_SCHEME, FacetKind.ORGANISATION):
        return
    words = _YEAR.sub("", facet.value).split()
    for place, word in enumerate(words):
        if word.casefold() in _AND | _OF:
            # "Supreme Court" is a whole name, too.
            if words[place - 1].casefold() not in ("court", "parliament", "न्यायालय"):
                yield " ".join(words[:place])
            if len(words) - place > 2 and (word.casefold() in _AND or facet.kind is FacetKind.LAW_OR_SCHEME):
                yield " ".join(words[place + 1 :])


def shares(candidates: Sequence[Candidate], facets: Sequence[Facet], title_key: str, language: str) -> np.ndarray:
    """Return the share of its score, 0 to 1, that each candidate keeps."""
    names = Names.of(facets, language)
    repeated = frozenset(each.key for each in candidates if len(each.positions) > 1 and len(each.stems) > 1)
    return np.array([_share(each, names, title_key, repeated) for each in candidates])


def _share(candidate: Candidate, names: Names, title_key: str, repeated: frozenset[str]) -> float:
    if candidate.key in names.halves:
        return HALF_NAME
    role = _as_role(candidate)
    if contains(title_key, candidate.key):
        # A letterhead is no title.
        return role if role == GOVERNMENT else 1.0
    kept = _as_name(candidate, names) * role
    return kept * (PIECE if _is_piece(candidate, repeated) else 1.0)


def _as_name(candidate: Candidate, names: Names) -> float:
    bare = " ".join(stem for stem in candidate.stems if stem not in _HONORIFICS)
    if any(contains(person, bare) for person in names.people):
        return PERSON
    words = [fold(word) for word in candidate.form.split()]
    return PLACE if _is_place(words) or any(contains(place, candidate.key) for place in names.places) else 1.0


def _is_place(words: Sequence[str]) -> bool:
    """Return whether two words are a place by what it is and an uncommon name: "ग्राम खातेगाँव", "Sonpur district"."""
    if len(words) != _PLACE_WORDS:
        return False
    kinds = word_list("administrative")
    for kind, name in (words, reversed(words)):
        if kind in kinds and name not in kinds:
            return zipf(name, "en" if name.isascii() else "hi") < _COMMON_NAME
    return False


def _as_role(candidate: Candidate) -> float:
    last = fold(candidate.form.rpartition(" ")[2])
    for name, kept in (("posts", POST), ("governments", GOVERNMENT), ("measures", MEASURE)):
        if last in word_list(name):
            return kept
    return 1.0


def _is_piece(candidate: Candidate, repeated: frozenset[str]) -> bool:
    """Return whether a once-seen phrase may be a piece of a sentence that happened to be cut so.

    In English that is one with a participle ("repaired pump") or of five words without a capital; in other languages,
    one that goes on behind a phrase that comes again ("जैविक खेती | किसानों के लिए").
    """
    if len(candidate.positions) > 1:
        return False
    if candidate.language != "en":
        long = len(candidate.stems) >= _LONG_OTHER
        return long or any(_begins_or_ends(candidate.stems, other) for other in repeated)
    participle = len(candidate.tags) > 1 and candidate.tags[0] in ("VBN", "VBG", "VBD")
    participle |= len(candidate.tags) > 1 and re.match(r"[a-z]{3,}ed ", candidate.form) is not None
    inside = any(tag.startswith("VB") for tag in candidate.tags[1:-1])
    return participle or inside or (len(candidate.tags) >= _LONG and candidate.form.islower())


def _begins_or_ends(stems: tuple[str, ...], other: str) -> bool:
    size = len(stems)
    return any(" ".join(part) == other for part in (stems[: size - 1], stems[1:])) if size > 2 else False
