"""Fits the offline ranker and writes it, with its provenance, as JSON into the tagger: `make fit-tags DATA=<folder>`.

The linear model is an L2-regularised logistic regression, fitted here by Newton's method; the trees are scikit-learn's
histogram gradient boosting, exported node by node. Both see the same rows: the candidates of each document, labelled by
whether people chose them, weighted so that every document counts about the same. Scores of held-out parts are written
into the file: Inspec's dev part for a model of the other parts, SemEval-2010's halves for models of the other half, and
each collection for a model that never saw it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from bench.tags import sets
from bench.tags.dump import Dumped, dump
from bench.tags.protocol import Score
from metatag_tagger.offline.duplicates import distinct
from metatag_tagger.offline.embed import Embedder
from metatag_tagger.offline.features import with_scores_within
from metatag_tagger.offline.ranker import Ranker, columns, read
from metatag_tagger.offline.study import FAMILY, PART_RATIO

TARGET = Path(__file__).parents[2] / "services" / "tagger" / "src" / "metatag_tagger" / "offline" / "data"
PARTS = ("inspec_train", "inspec_dev", "semeval2010_train")
# A document with few hits must not weigh more than one with this many.
LEAST_HITS = 4
RIDGE = 20.0
# What another language's text does not have or does not share with English: word classes, capitals, the scale of word
# frequencies, the length of words. The ranker for other languages knows the rest only and has no trees.
ENGLISH_ONLY = frozenset(
    {
        "proper", "adjective_first", "participle", "plural", "all_nouns", "capitals", "acronym", "generic", "hyphen",
        "short", "unknown_word", "zipf_mean", "zipf_min", "zipf_max", "zipf_last",
    }
)  # fmt: skip
TREES, LEAVES, RATE, LEAF_ROWS, SHRINK = 100, 8, 0.08, 60, 5.0

Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


def rows(documents: Sequence[Dumped], used: Sequence[int]) -> Rows:
    """Give features, labels and weights of all candidates."""
    kept = [document for document in documents if len(document.matrix)]
    features = np.vstack([with_scores_within(document.matrix.astype(float))[:, used] for document in kept])
    labels = np.concatenate([document.labels for document in kept]).astype(float)
    weights = np.concatenate(
        [np.full(len(document.labels), 1 / max(LEAST_HITS, int(document.labels.sum()))) for document in kept]
    )
    return features, labels, weights


def logistic(features: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, float]:
    """Fit weights and intercept on the features as they are (standardised inside, for an even ridge)."""
    mean, spread = features.mean(0), features.std(0) + 1e-9
    design = np.hstack([(features - mean) / spread, np.ones((len(features), 1))])
    ridge = np.full(design.shape[1], RIDGE)
    ridge[-1] = 0.0
    found = np.zeros(design.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-design @ found))
        gradient = design.T @ (weights * (labels - chance)) - ridge * found
        curve = (design * (weights * chance * (1 - chance))[:, None]).T @ design + np.diag(ridge + 1e-9)
        step = np.linalg.solve(curve, gradient)
        found += step
        if np.abs(step).max() < 1e-6:
            break
    own = found[:-1] / spread
    return own, float(found[-1] - own @ mean)


def forest(features: np.ndarray, labels: np.ndarray, weights: np.ndarray, names: Sequence[str]) -> dict[str, Any]:
    """Fit the trees and give them as lists of nodes."""
    model = HistGradientBoostingClassifier(
        max_iter=TREES,
        learning_rate=RATE,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAF_ROWS,
        l2_regularization=SHRINK,
        early_stopping=False,
        random_state=0,
    ).fit(features, labels, sample_weight=weights)
    trees = [[_node(node, names) for node in tree.nodes] for (tree,) in model._predictors]
    return {"start": float(model._baseline_prediction[0, 0]), "trees": trees}


def _node(node: Any, names: Sequence[str]) -> list[Any]:
    if node["is_leaf"]:
        return [round(float(node["value"]), 5)]
    # Rounded upwards would move rows; 9 digits keep a float32 apart from its neighbours.
    threshold = float(f"{float(node['num_threshold']):.9g}")
    return [names[node["feature_idx"]], threshold, int(node["left"]), int(node["right"])]


def _used(kind: str, column: str) -> bool:
    feature = column.partition(":")[0]
    if kind == "ranker_any":
        return feature not in ENGLISH_ONLY and not feature.startswith("similar_")
    return kind == "ranker_en_embed" or not feature.startswith("similar_")


def fit(documents: Sequence[Dumped], kind: str) -> dict[str, Any]:
    """Fit a ranker; give the content of its file without its provenance."""
    every = columns()
    used = [number for number, name in enumerate(every) if _used(kind, name)]
    names = [every[number] for number in used]
    data = rows(documents, used)
    weights, intercept = logistic(*data)
    found: dict[str, Any] = {
        "weights": {name: round(float(weight), 6) for name, weight in zip(names, weights, strict=True)},
        "intercept": round(intercept, 6),
    }
    if kind != "ranker_any":
        found["trees"] = forest(*data, names)
    return found


def micro(documents: Sequence[Dumped], ranker: Ranker, k: int = 10) -> float:
    """Give micro F1@k of a ranker on measured documents."""
    score = Score(k)
    for document in documents:
        score.add(choose(document, ranker.probabilities(document.matrix.astype(float)), k), document.gold)
    return score.micro


def choose(document: Dumped, scores: np.ndarray, k: int) -> list[str]:
    """Choose tags as the product does."""
    order = np.argsort(-scores, kind="stable")
    ranked = [(document.forms[n], document.keys[n], float(scores[n])) for n in order if document.forms[n]]
    return [ranked[number][0] for number in distinct(ranked, k, {}, PART_RATIO, FAMILY)]


def held_out(parts: dict[str, list[Dumped]], kind: str) -> dict[str, float]:
    """Score documents by models that did not see them."""
    train, dev, papers = (parts[name] for name in PARTS)

    def of(documents: Sequence[Dumped], *seen: Sequence[Dumped]) -> float:
        ranker = read({"name": "", **fit([document for part in seen for document in part], kind)})
        assert ranker is not None
        return micro(documents, ranker)

    halves = (of(papers[::2], train, papers[1::2]) + of(papers[1::2], train, papers[::2])) / 2
    return {
        "inspec_dev, fitted on the other parts": round(of(dev, train, papers), 2),
        "semeval2010_train halves, fitted on the other half and inspec_train": round(halves, 2),
        "semeval2010_train, fitted on inspec only": round(of(papers, train, dev), 2),
        "inspec_dev, fitted on semeval2010 only": round(of(dev, papers), 2),
    }


_TEXTS = {
    "ranker_en": "English text",
    "ranker_en_embed": "English text, with similarity",
    "ranker_any": "text in other languages",
}


def write(name: str, parts: dict[str, list[Dumped]], say: Callable[[str], None]) -> None:
    """Fit on everything, measure held-out parts, write the file."""
    scores = held_out(parts, name)
    say(f"{name}: {json.dumps(scores)}")
    content = {
        "name": name,
        "about": f"Ranks candidate phrases of {_TEXTS[name]}. Made by bench/tags/fit.py; do not edit by hand.",
        "fitted_on": {part: len(documents) for part, documents in parts.items()},
        "fitted": date.today().isoformat(),
        "held_out_micro_f1_at_10": scores,
        "settings": {"ridge": RIDGE, "trees": TREES, "leaves": LEAVES, "rate": RATE},
        **fit([document for documents in parts.values() for document in documents], name),
    }
    (TARGET / f"{name}.json").write_text(_dumps(content), encoding="utf-8")


def _dumps(content: dict[str, Any]) -> str:
    """Give JSON a person can read: one weight a line, one tree a line."""
    if "trees" not in content:
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    trees = content["trees"].pop("trees")
    text = json.dumps(content, indent=1, ensure_ascii=False)
    lines = ",\n".join("   " + json.dumps(tree) for tree in trees)
    head, _, tail = text.rpartition('"start": ' + json.dumps(content["trees"]["start"]))
    return f'{head}"start": {content["trees"]["start"]},\n  "trees": [\n{lines}\n  ]{tail}\n'


def main() -> None:
    """Read the sets, measure them, fit with and (given the model) without embeddings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--embed", type=Path)
    arguments = parser.parse_args()
    embedder = Embedder.load(arguments.embed)
    parts = {name: dump(sets.read(arguments.data / f"{name}.jsonl"), embedder) for name in PARTS}
    # One measuring serves both: without the model the similarity columns are left out of the fit.
    write("ranker_any", parts, print)
    write("ranker_en", parts, print)
    if embedder is not None:
        write("ranker_en_embed", parts, print)


if __name__ == "__main__":
    main()
