"""Small fitted decision trees, scored all at once with numpy; read from the ranker's JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Trees:
    """Trees as flat arrays of nodes. A leaf points to itself, so that all trees take the same steps."""

    feature: np.ndarray
    threshold: np.ndarray
    low: np.ndarray
    high: np.ndarray
    value: np.ndarray
    roots: np.ndarray
    depth: int
    start: float

    @classmethod
    def read(cls, trees: Sequence[Sequence[Sequence[Any]]], names: Sequence[str], start: float) -> Trees:
        """Read trees: lists of nodes [feature, threshold, low, high] or [value], the root first.

        `low` and `high` are places in the tree's own list: where a row goes whose feature is at most the threshold, or
        above it.
        """
        index = {name: number for number, name in enumerate(names)}
        rows: list[tuple[int, float, int, int, float]] = []
        roots = []
        for tree in trees:
            base = len(rows)
            roots.append(base)
            for place, node in enumerate(tree):
                own = base + place
                if len(node) == 1:
                    rows.append((0, 0.0, own, own, float(node[0])))
                else:
                    rows.append((index[node[0]], float(node[1]), base + node[2], base + node[3], 0.0))
        feature, threshold, low, high, value = (np.array(column) for column in zip(*rows, strict=True))
        depth = max(_depth(tree, 0) for tree in trees)
        return cls(feature, threshold, low, high, value, np.array(roots), depth, start)

    def sums(self, matrix: np.ndarray) -> np.ndarray:
        """Give each row's sum over all trees, the start value included."""
        at = np.tile(self.roots, (len(matrix), 1))
        rows = np.arange(len(matrix))[:, None]
        for _ in range(self.depth):
            at = np.where(matrix[rows, self.feature[at]] <= self.threshold[at], self.low[at], self.high[at])
        total: np.ndarray = self.start + self.value[at].sum(axis=1)
        return total


def _depth(tree: Sequence[Sequence[Any]], place: int) -> int:
    node = tree[place]
    return 0 if len(node) == 1 else 1 + max(_depth(tree, node[2]), _depth(tree, node[3]))
