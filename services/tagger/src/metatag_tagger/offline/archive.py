"""What a user's archive says about tags: common words of its documents, and tags kept, removed and added in it.

The summary comes with the request (`model.Archive`); nothing is kept here. A tag that people judged has as chance the
share of its own judgements, shrunk towards that of all tags; of another tag, half of what its words say counts.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from metatag_tagger.model import Archive, Tag, Term
from metatag_tagger.words import fold, key, words

# Statistics of fewer documents say little.
LEAST_DOCUMENTS = 20
# A tag removed so often, and more often than kept or added, is not offered again.
REFUSED = 3
# Judgements that the mean of all tags is worth beside a tag's own, a word's own, and those on tags of one length.
_TAG_PRIOR, _WORD_PRIOR, _LENGTH_PRIOR = 1.0, 4.0, 20.0
# Of a tag that people chose: its chance where its words stand before anything is known of it, and what that is worth.
_CHANCE, _CHANCE_PRIOR = 0.1, 2.0
# Of all tags: so many kept and removed are assumed before any judgement.
_MEAN_PRIOR = 3.0
# What words say of a tag that has no judgement of its own.
_WORDS_SHARE = 0.5
# How much the rarity of its words weighs for a term of a list.
_RARITY = 0.5
# Lengths from here on are one.
_LONG = 4


@dataclass
class _Count:
    good: float = 0.0
    bad: float = 0.0

    def add(self, good: float, bad: float) -> None:
        self.good += good
        self.bad += bad

    def share(self, mean: float, prior: float) -> float:
        return (self.good + prior * mean) / (self.good + self.bad + prior)


@dataclass
class Judgements:
    """The judgements of one archive, by the keys of tags in one language."""

    language: str
    archive: Archive
    mean: float = 0.5
    _tags: dict[str, _Count] = field(default_factory=lambda: defaultdict(_Count))
    _words: dict[str, _Count] = field(default_factory=lambda: defaultdict(_Count))
    _lengths: dict[int, _Count] = field(default_factory=lambda: defaultdict(_Count))
    # Tags that people added or kept, by key, as they wrote them.
    _wanted: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, archive: Archive, language: str) -> Judgements:
        """Return the judgements on an archive's tags, compared as tags of a language are."""
        made = cls(language, archive)
        total = _Count(_MEAN_PRIOR, _MEAN_PRIOR)
        for each in archive.tags:
            found = key(each.tag, language)
            if not found:
                continue
            good, bad = each.kept + each.added, each.removed
            made._tags[found].add(good, bad)
            for word in set(found.split()):
                made._words[word].add(good, bad)
            # What people add says nothing about how long the machine's tags should be: it had not offered them.
            made._lengths[_length(found)].add(each.kept, bad)
            total.add(each.kept, bad)
            if good > bad:
                made._wanted.setdefault(found, each.tag)
        made.mean = total.good / (total.good + total.bad)
        return made

    def shift(self, found: str) -> float:
        """Return by how much the log-odds of a tag's key are to be raised, below 0 to be lowered."""
        own = self._tags.get(found)
        length = self._lengths.get(_length(found), _Count()).share(self.mean, _LENGTH_PRIOR)
        if own is not None:
            return _logit(own.share(length, _TAG_PRIOR)) - _logit(self.mean)
        shares = [
            _logit(self._words[word].share(length, _WORD_PRIOR)) if word in self._words else _logit(length)
            for word in found.split()
        ]
        if not shares:
            return 0.0
        by_words = sum(shares) / len(shares)
        return _WORDS_SHARE * (by_words - _logit(length)) + _logit(length) - _logit(self.mean)

    def refuses(self, found: str) -> bool:
        """Return whether people removed the tag of a key so often that it is not to be offered."""
        own = self._tags.get(found)
        return own is not None and own.bad >= REFUSED and own.bad > own.good

    def chance(self, found: str) -> float:
        """Return the chance that a wanted tag is right where its words stand.

        People chose it in some of the corrected documents in which its words stand, of which the number is not known:
        as many, in proportion, as the archive's documents that hold the rarest of its words.
        """
        own = self._tags.get(found) or _Count()
        good, seen = own.good + _CHANCE * _CHANCE_PRIOR, max(own.good, self._expected(found)) + own.bad
        return good / (seen + _CHANCE_PRIOR)

    def _expected(self, found: str) -> float:
        if not self.archive.documents:
            return 0.0
        counts = [self.archive.words.get(fold(word), 1) for word in words(self._wanted.get(found, found))]
        return self.archive.corrected * min(counts, default=0) / self.archive.documents

    def wanted(self) -> tuple[Term, ...]:
        """Return the tags that people chose more often than they removed them, as terms to look for."""
        return tuple(Term(tag) for tag in self._wanted.values())


def adjusted(tags: Iterable[Tag], found: Iterable[Tag], judgements: Judgements) -> list[Tag]:
    """Return offline tags, best first, with what was learnt: refused ones left out, wanted ones that stand put in.

    `tags` bear probabilities; `found` are the wanted tags of which the words stand in the text.
    """
    language = judgements.language
    chosen: dict[str, Tag] = {}
    for tag in tags:
        own = key(tag.text, language)
        if not judgements.refuses(own):
            chosen[own] = replace(tag, score=round(_shifted(tag.score, judgements.shift(own)), 4))
    for tag in found:
        own = key(tag.text, language)
        chance = round(judgements.chance(own), 4)
        before = chosen.get(own)
        # Spelt as people spell it.
        score = chance if before is None else max(chance, before.score)
        chosen[own] = replace(tag, score=score, source="local")
    return sorted(chosen.values(), key=lambda tag: -tag.score)


def judged(matches: Iterable[Tag], judgements: Judgements) -> list[Tag]:
    """Return terms of a list, best first, without refused ones; those that people kept before stand higher."""
    left = [
        replace(tag, score=round(_shifted(tag.score, judgements.shift(own)), 4))
        for tag in matches
        if not judgements.refuses(own := key(tag.text, judgements.language))
    ]
    return sorted(left, key=lambda tag: -tag.score)


def rarity(archive: Archive | None, names: Iterable[str]) -> Mapping[str, float]:
    """Return for each name how rare its words are in the archive, 0 to 1: the mean inverse document frequency, damped.

    Without statistics of LEAST_DOCUMENTS documents everything is as rare as can be.
    """
    if archive is None or archive.documents < LEAST_DOCUMENTS:
        return dict.fromkeys(names, 1.0)
    return {name: _rarity(archive, name) for name in names}


def _rarity(archive: Archive, name: str) -> float:
    most = math.log(archive.documents + 1)
    found = [most - math.log(archive.words.get(fold(word), 0) + 1) for word in words(name)]
    return float(max(0.0, sum(found) / len(found) / most) ** _RARITY) if found else 1.0


def _length(found: str) -> int:
    return min(_LONG, len(found.split()))


def _logit(share: float) -> float:
    return math.log(share / (1 - share))


def _shifted(probability: float, shift: float) -> float:
    bounded = min(max(probability, 1e-4), 1 - 1e-4)
    return 1 / (1 + math.exp(-(_logit(bounded) + shift)))
