"""Scores candidates: fitted weights for English and for the other languages, formulas where no fitted file is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from metatag_tagger.offline.features import COMMON, INDEX, NAMES, with_scores_within
from metatag_tagger.offline.trees import Trees


@dataclass(frozen=True)
class Ranker:
    """A logistic model (one weight per feature and per feature-within-the-document), averaged with small trees."""

    name: str
    weights: np.ndarray
    intercept: float
    trees: Trees | None = None

    def probabilities(self, matrix: np.ndarray) -> np.ndarray:
        """Give each row's probability of being a tag, 0 to 1."""
        rows = with_scores_within(matrix)
        linear: np.ndarray = sigmoid(rows @ self.weights + self.intercept)
        return linear if self.trees is None else (linear + sigmoid(self.trees.sums(rows))) / 2


def sigmoid(values: np.ndarray) -> np.ndarray:
    """Give 1 / (1 + e^-x), safe for large values."""
    result: np.ndarray = 1.0 / (1.0 + np.exp(-np.clip(values, -30, 30)))
    return result


@cache
def fitted(name: str) -> Ranker | None:
    """Load a ranker from `data/<name>.json`; None when it is not there or was fitted on other features."""
    file = resources.files("metatag_tagger.offline") / "data" / f"{name}.json"
    if not file.is_file():
        return None
    return read(json.loads(file.read_text(encoding="utf-8")))


def columns() -> list[str]:
    """Give the names of a ranker's columns: each feature, then each feature within the document."""
    return [*NAMES, *(f"{feature}:within" for feature in NAMES)]


def read(content: dict[str, Any]) -> Ranker | None:
    """Read a ranker; None when it names other features than this code measures."""
    names = columns()
    weights = content["weights"]
    if not set(weights) <= set(names):
        return None
    # A feature that was left out of the fit (similarity, without the model for it) has no weight.
    ordered = np.array([weights.get(feature, 0.0) for feature in names])
    forest = content.get("trees")
    trees = Trees.read(forest["trees"], names, forest["start"]) if forest else None
    return Ranker(content["name"], ordered, float(content["intercept"]), trees)


def score(matrix: np.ndarray, language: str, embedded: bool) -> np.ndarray:
    """Give each candidate's score, 0 to 1, by the best ranker there is for the language."""
    if not len(matrix):
        return np.zeros(0)
    name = "ranker_en" if language == "en" else "ranker_any"
    ranker = fitted(f"{name}_embed" if embedded else name)
    if ranker is not None:
        return ranker.probabilities(matrix)
    return _squash(_english(matrix) if language == "en" else _other(matrix))


def _column(matrix: np.ndarray, name: str) -> np.ndarray:
    column: np.ndarray = matrix[:, INDEX[name]]
    return column


def _english(matrix: np.ndarray) -> np.ndarray:
    """The fallback without fitted weights, from the project's research: rarity x frequency, position, completeness."""
    rarity = np.maximum(COMMON - _column(matrix, "zipf_mean"), 0.2)
    words = _column(matrix, "words")
    return (  # type: ignore[no-any-return]
        np.log(_column(matrix, "tf") * rarity)
        + np.exp(-6 * _column(matrix, "first"))
        + 0.6 * _column(matrix, "in_title")
        + 1.2 * _column(matrix, "complete")
        + 0.35 * ((words >= 2) & (words <= 3))
        - 0.5 * (words >= 5)
        - 0.6 * (_column(matrix, "generic") > 0)
        + 0.25 * _column(matrix, "acronym")
        + 0.5 * _column(matrix, "proper")
    )


def _other(matrix: np.ndarray) -> np.ndarray:
    """Languages without word classes: frequency and position count more, completeness little, long runs are suspect."""
    rarity = np.maximum(COMMON - _column(matrix, "zipf_mean"), 0.2)
    words = _column(matrix, "words")
    score: np.ndarray = (
        1.6 * np.log(_column(matrix, "tf"))
        + 0.5 * np.log(rarity)
        + np.exp(-6 * _column(matrix, "first"))
        + 0.6 * _column(matrix, "in_title")
        + 0.2 * _column(matrix, "complete")
        - 0.25 * (words - 1)
        - 0.4 * (words >= 4)
        - 0.9 * _column(matrix, "generic")
    )
    return score


def _squash(values: np.ndarray) -> np.ndarray:
    """Turn open-ended worth into 0 to 1, the middle of the pool at about 0.3."""
    middle, width = float(np.median(values)), float(values.std()) or 1.0
    return sigmoid((values - middle) / width - 0.85)
