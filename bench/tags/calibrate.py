"""Fits the calibration of scores on the marks of `bench/gold/by_eye.tsv`: `make fit-calibration`.

Each row of that file is a tag of a document with a reader's mark (g good, a acceptable, b bad) and the measures of
`metatag_tagger.offline.calibration`. What is reported is cross-validated: documents, not tags, are parted, and a tag is
judged by weights that saw no tag of its document.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from metatag_tagger.offline.calibration import FEATURES
from metatag_tagger.postprocessing import FLOOR, LEAST

_ROOT = Path(__file__).parents[2]
TARGET = _ROOT / "services" / "tagger" / "src" / "metatag_tagger" / "offline" / "data" / "calibration.json"
MARKS = Path(__file__).parent.parent / "gold" / "by_eye.tsv"
RIDGE, FOLDS, MOST = 3.0, 10, 8


@dataclass(frozen=True)
class Marked:
    """One tag: its document, its mark, and the measures that the calibration sees."""

    document: str
    mark: str
    measures: tuple[float, ...]


def read(file: Path = MARKS) -> list[Marked]:
    """Read the marks that have measures; those of earlier versions of the tagger have none."""
    with file.open(encoding="utf-8") as lines:
        rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
        return [
            Marked(row["document"], row["mark"], tuple(float(row[name]) for name in FEATURES))
            for row in rows
            if row["score"]
        ]


def logistic(features: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, float]:
    """Return weights and intercept of an L2-regularised logistic regression, by Newton's method."""
    mean, spread = features.mean(0), features.std(0) + 1e-9
    design = np.hstack([(features - mean) / spread, np.ones((len(features), 1))])
    ridge = np.full(design.shape[1], RIDGE)
    ridge[-1] = 0.0
    found = np.zeros(design.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-design @ found))
        gradient = design.T @ (labels - chance) - ridge * found
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(ridge + 1e-9)
        found += np.linalg.solve(curve, gradient)
    own = found[:-1] / spread
    return own, float(found[-1] - own @ mean)


def fit(marked: list[Marked]) -> dict[str, Any]:
    """Return weights and intercept fitted on all marks."""
    features = np.array([each.measures for each in marked])
    own, intercept = logistic(features, np.array([each.mark == "g" for each in marked], float))
    weights = {name: round(float(weight), 6) for name, weight in zip(FEATURES, own, strict=True)}
    return {"weights": weights, "intercept": round(intercept, 6)}


def cross_validated(marked: list[Marked]) -> np.ndarray:
    """Return each tag's probability by weights that were fitted on other documents, shape (n,)."""
    features = np.array([each.measures for each in marked])
    good = np.array([each.mark == "g" for each in marked], float)
    documents = sorted({each.document for each in marked})
    folds = dict(zip(documents, np.random.default_rng(0).integers(0, FOLDS, len(documents)), strict=True))
    fold = np.array([folds[each.document] for each in marked])
    found = np.zeros(len(marked))
    for number in range(FOLDS):
        own, intercept = logistic(features[fold != number], good[fold != number])
        found[fold == number] = 1 / (1 + np.exp(-(features[fold == number] @ own + intercept)))
    return found


def reliability(marked: list[Marked], chances: np.ndarray) -> Iterator[dict[str, float]]:
    """Yield, for each tenth of probability, how many tags it holds, their mean probability and the share of good."""
    good = np.array([each.mark == "g" for each in marked], float)
    for tenth in range(10):
        inside = (chances >= tenth / 10) & (chances < (tenth + 1) / 10)
        if inside.any():
            yield {
                "tags": int(inside.sum()),
                "probability": round(float(chances[inside].mean()), 3),
                "good": round(float(good[inside].mean()), 3),
            }


def shown(marked: list[Marked], chances: np.ndarray) -> list[str]:
    """Return the marks of what would be shown: per document the likeliest MOST, above the floor or among the first."""
    marks = []
    for document in {each.document for each in marked}:
        own = sorted(
            (number for number, each in enumerate(marked) if each.document == document),
            key=lambda number: -chances[number],
        )
        marks += [
            marked[number].mark for place, number in enumerate(own[:MOST]) if chances[number] >= FLOOR or place < LEAST
        ]
    return marks


def main() -> None:
    """Report the calibration by other documents, fit on all, write the file."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    marked = read()
    chances = cross_validated(marked)
    table = list(reliability(marked, chances))
    for row in table:
        print(f"{row['tags']:4} tags  probability {row['probability']:.2f}  good {row['good']:.2f}")
    marks = shown(marked, chances)
    good, bad = marks.count("g") / len(marks), marks.count("b") / len(marks)
    documents = len({each.document for each in marked})
    print(f"{documents} documents, {len(marks)} tags: good {good:.1%}, good or acceptable {1 - bad:.1%}")
    content = {
        "about": "P(a reader finds a tag good). Made by bench/tags/calibrate.py; do not edit by hand.",
        "fitted": date.today().isoformat(),
        "fitted_on": {"documents": documents, "tags": len(marked)},
        "reliability_of_other_documents": table,
        **fit(marked),
    }
    TARGET.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
