"""How central a word is: PageRank over words that stand near each other, started from the text's beginning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from metatag_tagger.offline.lists import stop_words
from metatag_tagger.offline.tokens import Token
from metatag_tagger.words import fold, key

# Words at most so far apart are neighbours (the window SingleRank was published with).
WINDOW = 10
# The first words tell a long text's subject; more only costs time.
LIMIT = 12_000
_STEPS = 25
_DAMPING = 0.85


def centrality(tokens: Sequence[Token]) -> dict[str, float]:
    """Give each stem's rank, the highest being 1; empty for a text without content words."""
    places, stems = _content(tokens[:LIMIT])
    if not stems:
        return {}
    names = list(dict.fromkeys(stems))
    index = {name: number for number, name in enumerate(names)}
    ids = np.array([index[name] for name in stems])
    positions = np.array(places)
    rank = _rank(ids, positions, len(names))
    top = float(rank.max()) or 1.0
    return {name: float(rank[number]) / top for name, number in index.items()}


def _content(tokens: Sequence[Token]) -> tuple[list[int], list[str]]:
    places, stems = [], []
    for place, token in enumerate(tokens):
        if not token.is_word or token.text[0].isdigit() or fold(token.text) in stop_words(token.language):
            continue
        if token.language != "en" or token.tag.startswith(("NN", "JJ")):
            places.append(place)
            stems.append(key(token.text, token.language))
    return places, stems


def _rank(ids: np.ndarray, positions: np.ndarray, count: int) -> np.ndarray:
    sources, targets = [], []
    for step in range(1, min(WINDOW, len(ids))):
        near = positions[step:] - positions[:-step] <= WINDOW
        left, right = ids[:-step][near], ids[step:][near]
        differ = left != right
        sources += [left[differ], right[differ]]
        targets += [right[differ], left[differ]]
    start: np.ndarray = np.bincount(ids, 1 / (positions + 5.0), count)
    start = start / start.sum()
    if not sources:
        return start
    source, target = np.concatenate(sources), np.concatenate(targets)
    degree = np.maximum(np.bincount(source, minlength=count), 1)
    rank = np.full(count, 1 / count)
    for _ in range(_STEPS):
        rank = (1 - _DAMPING) * start + _DAMPING * np.bincount(target, (rank / degree)[source], count)
    return rank
