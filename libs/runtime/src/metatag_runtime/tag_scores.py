"""How well tags agree with those of a person: F1 at a rank, precision by rank, NDCG."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

RANKS = 10


@dataclass
class Scores:
    """Agreement over documents. Counts of hits are micro-averaged; NDCG is the mean over documents.

    `form` gives the form in which tags are compared; empty: no tag.
    """

    form: Callable[[str], str]
    documents: int = 0
    hits: list[int] = field(default_factory=lambda: [0] * RANKS)
    given: list[int] = field(default_factory=lambda: [0] * RANKS)
    gold: int = 0
    gains: float = 0.0

    def add(self, found: Sequence[str], wanted: Iterable[str]) -> None:
        """Add one document: tags as given, best first, and those of the person."""
        gold = {self.form(tag) for tag in wanted} - {""}
        ranked = list(dict.fromkeys(name for tag in found if (name := self.form(tag))))[:RANKS]
        self.documents += 1
        self.gold += len(gold)
        gain = 0.0
        for rank, name in enumerate(ranked):
            self.given[rank] += 1
            if name in gold:
                self.hits[rank] += 1
                gain += 1 / math.log2(rank + 2)
        ideal = sum(1 / math.log2(rank + 2) for rank in range(min(len(gold), RANKS)))
        self.gains += gain / ideal if ideal else 0.0

    def f1(self, rank: int) -> float:
        """Return the F1 of the first `rank` tags, 0 to 1."""
        hits, given = sum(self.hits[:rank]), sum(self.given[:rank])
        return 2 * hits / (given + self.gold) if given + self.gold else 0.0

    def precision(self, rank: int) -> float:
        """Return the share of tags at a rank (from 1) that the person gave too."""
        return self.hits[rank - 1] / self.given[rank - 1] if self.given[rank - 1] else 0.0

    @property
    def ndcg(self) -> float:
        """Return the mean normalised discounted cumulative gain of the first RANKS tags, 0 to 1."""
        return self.gains / self.documents if self.documents else 0.0
