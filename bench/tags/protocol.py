"""The protocol of the field: the best k tags against people's tags, stemmed exact match, micro and macro F1.

Lower case, NFKC, hyphen = blank, Porter stems for English and Snowball's for other languages. All gold tags
count, also those that do not stand in the text. micro sums over the set (the form that SIFRank, MDERank and
PromptRank report), macro is the mean over documents.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

import snowballstemmer

_SNOWBALL = {"hi": "hindi", "fr": "french", "pt": "portuguese", "de": "german", "es": "spanish", "ta": "tamil"}


@cache
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(_SNOWBALL.get(language, "porter"))


@lru_cache(maxsize=500_000)
def norm(phrase: str, language: str) -> str:
    """Give the form in which tags are compared. Kept apart from the product's own rules on purpose."""
    text = unicodedata.normalize("NFKC", phrase).lower().replace("-", " ").replace("–", " ").replace("\u093c", "")
    words = [word.strip(".'’`*") for word in re.findall(r"[^\s,;:!?()\[\]\"“”«»|।]+", text)]
    words = [word[:-2] if word.endswith(("'s", "’s")) else word for word in words if word]
    return " ".join(_stemmer(language).stemWords(words))


@dataclass
class Gold:
    """One document of a set: text, language, and tags by people, each with its accepted forms."""

    id: str
    text: str
    tags: list[list[str]]
    language: str = "en"
    subject: str = ""


@dataclass
class Score:
    """Sums over a set at one k."""

    k: int
    correct: int = 0
    given: int = 0
    gold: int = 0
    per_document: list[float] = field(default_factory=list)

    def add(self, tags: Sequence[str], document: Gold) -> None:
        """Count one document."""
        wanted: list[set[str]] = []
        for forms in document.tags:
            found = {norm(form, document.language) for form in forms} - {""}
            if found and not any(found & other for other in wanted):
                wanted.append(found)
        given = list(dict.fromkeys(norm(tag, document.language) for tag in tags))[: self.k]
        used: set[int] = set()
        for tag in given:
            hit = next((n for n, forms in enumerate(wanted) if n not in used and tag in forms), None)
            if hit is not None:
                used.add(hit)
        self.correct += len(used)
        self.given += len(given)
        self.gold += len(wanted)
        self.per_document.append(_f1(len(used), len(given), len(wanted)))

    @property
    def micro(self) -> float:
        """Give the set's F1 in percent."""
        return 100 * _f1(self.correct, self.given, self.gold)

    @property
    def macro(self) -> float:
        """Give the mean F1 of the documents in percent."""
        return 100 * sum(self.per_document) / max(1, len(self.per_document))


def ahead(first: Score, second: Score, times: int = 2_000) -> float:
    """Give how often, in percent, the first tagger leads when the documents are drawn anew with repetition."""
    chance = random.Random(0)
    leads = [one - other for one, other in zip(first.per_document, second.per_document, strict=True)]
    drawn = (sum(chance.choices(leads, k=len(leads))) for _ in range(times))
    return 100 * sum(total > 0 for total in drawn) / times


def _f1(correct: int, given: int, gold: int) -> float:
    return 2 * correct / (given + gold) if given + gold else 0.0
