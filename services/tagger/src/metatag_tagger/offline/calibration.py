"""From a ranker's score to the probability that a reader finds the tag good: logistic regression on marks by eye.

A ranker orders the phrases of one document; its score says little across documents. The weights stand in
`data/calibration.json`, made by `bench/tags/calibrate.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from metatag_tagger.offline.features import INDEX

FEATURES = (
    "score", "title", "heading", "one_word", "zipf", "generic", "english", "late", "demoted",
)  # fmt: skip
_LEAST = 1e-3


@dataclass(frozen=True)
class Evidence:
    """What tells a good tag from a bad one: the ranker's score, 0 to 1, the phrase's features, and its language.

    `kept` is the share of the score that was kept (see `demotion`).
    """

    score: float
    row: Sequence[float]
    language: str
    kept: float

    def measures(self) -> list[float]:
        """Return one number for each of FEATURES."""

        def of(name: str) -> float:
            return float(self.row[INDEX[name]])

        score = min(max(self.score, _LEAST), 1 - _LEAST)
        return [
            math.log(score / (1 - score)),
            of("in_title"),
            of("in_heading"),
            of("one_word"),
            of("zipf_mean"),
            of("generic"),
            float(self.language == "en"),
            of("first_log"),
            float(self.kept < 1),
        ]


@dataclass(frozen=True)
class Calibration:
    """A weight for each of FEATURES, and the intercept."""

    weights: tuple[float, ...]
    intercept: float

    @classmethod
    def read(cls, content: Mapping[str, object]) -> Calibration:
        """Read a calibration; ValueError when it was fitted on other features."""
        weights, intercept = content["weights"], content["intercept"]
        if not isinstance(weights, dict) or tuple(weights) != FEATURES or not isinstance(intercept, float):
            raise ValueError("the calibration was fitted on other features")
        return cls(tuple(weights.values()), intercept)

    def probability(self, measures: Sequence[float]) -> float:
        """Return the probability, 0 to 1, that a reader finds the tag good."""
        total = self.intercept + sum(w * x for w, x in zip(self.weights, measures, strict=True))
        return 1 / (1 + math.exp(-total))


@cache
def calibration() -> Calibration:
    """Return the calibration of this version, loaded on first use."""
    file = resources.files("metatag_tagger.offline") / "data" / "calibration.json"
    return Calibration.read(json.loads(file.read_text(encoding="utf-8")))
