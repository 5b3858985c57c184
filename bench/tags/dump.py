"""Candidates of a set with their features and whether people chose them: what the ranker is fitted on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.tags.protocol import Gold, norm
from metatag_tagger.model import Document, Page
from metatag_tagger.normal import public
from metatag_tagger.offline.embed import Embedder
from metatag_tagger.offline.regions import Languages, Region
from metatag_tagger.offline.study import rank


@dataclass
class Dumped:
    """One document: its candidates' public forms and keys, features, labels, and the number of its gold tags."""

    gold: Gold
    forms: list[str]
    keys: list[str]
    matrix: np.ndarray
    labels: np.ndarray


class Unknown(Languages):
    """A text as one of a language that nothing is known of but its stop words: no word classes, no frequencies.

    English texts read so teach the ranker of the other languages, for which no set with tags by people is at hand.
    """

    LANGUAGE = "xx"

    def of_script(self, script: str) -> str:
        """Return the language that is unknown."""
        return self.LANGUAGE

    @property
    def main(self) -> str:  # type: ignore[override]
        """Return the language that is unknown."""
        return self.LANGUAGE

    @property
    def regions(self) -> list[Region]:  # type: ignore[override]
        """Return the whole text as one region."""
        return [Region(0, len(self._body), self.LANGUAGE)]


def dump(documents: list[Gold], embedder: Embedder | None, unknown: bool = False) -> list[Dumped]:
    """Measure every document once; fitting and scoring then need no text."""
    return [_one(document, embedder, Unknown if unknown else Languages) for document in documents]


def _one(document: Gold, embedder: Embedder | None, languages_of: type[Languages]) -> Dumped:
    ranked = rank(Document((Page(1, document.text),), language=document.language), embedder, languages_of)
    wanted = {norm(form, document.language) for forms in document.tags for form in forms}
    forms = [public(form) for form in ranked.pool.forms]
    labels = np.array([norm(form, document.language) in wanted for form in forms], bool)
    keys = [candidate.key for candidate in ranked.pool.candidates]
    return Dumped(document, forms, keys, ranked.pool.matrix.astype(np.float32), labels)
