"""The taggers that are measured: ours with and without embeddings, and rivals. Each is f(text, language, k) -> tags."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from metatag_tagger.model import Document, Page
from metatag_tagger.offline.candidates import find
from metatag_tagger.offline.embed import Embedder
from metatag_tagger.offline.regions import Languages
from metatag_tagger.offline.study import study
from metatag_tagger.offline.tokens import tokenize
from metatag_tagger.ports import AnalysisOptions

Tagger = Callable[[str, str, int], list[str]]


def ours(embedder: Embedder | None) -> Tagger:
    """The product's offline tagger, its whole way from text to tags."""

    def tag(text: str, language: str, k: int) -> list[str]:
        found = study(Document((Page(1, text),), language=language), AnalysisOptions(k), embedder)
        return [tag.text for tag in found.tags[:k]]

    return tag


def yake(text: str, language: str, k: int) -> list[str]:
    """YAKE with its defaults (1 to 3 words). LGPL: a rival in a throw-away environment, never a dependency."""
    import yake as library

    return [str(tag) for tag, _ in library.KeywordExtractor(lan=language, top=k).extract_keywords(text)]


def keybert_nouns(embedder: Embedder) -> Tagger:
    """KeyBERT's method on noun phrases: cosine of each to the document, MMR with diversity 0.3, same model as ours."""

    def tag(text: str, language: str, k: int) -> list[str]:
        found = find(tokenize(text, Languages(text, language)))
        phrases = [candidate.form.lower() for candidate in found.values() if candidate.full][:1500]
        if not phrases:
            return []
        vectors = embedder.embed([text, *phrases])
        near, between = vectors[1:] @ vectors[0], vectors[1:] @ vectors[1:].T
        chosen = [int(np.argmax(near))]
        while len(chosen) < min(k, len(phrases)):
            worth = 0.7 * near - 0.3 * between[:, chosen].max(axis=1)
            worth[chosen] = -np.inf
            chosen.append(int(np.argmax(worth)))
        return [phrases[number] for number in chosen]

    return tag


def available() -> dict[str, Tagger]:
    """Give the taggers that can run here, by name; those that need a missing library or model are left out."""
    embedder = Embedder.load()
    found: dict[str, Tagger] = {"ours": ours(None)}
    if embedder is not None:
        found["ours + meaning"] = ours(embedder)
        found["KeyBERT on noun phrases"] = keybert_nouns(embedder)
    try:
        import yake as _  # noqa: F401
    except ImportError:
        return found
    found["YAKE"] = yake
    return found
