"""Fits the offline rankers and writes them as JSON into the tagger: `make fit-tags DATA=<folder>`.

The linear model is an L2-regularised logistic regression, fitted here by Newton's method; the trees are scikit-learn's
histogram gradient boosting, exported node by node. Both see the same rows: the candidates of each document, labelled by
whether people chose them, weighted so that every document counts about the same. The public sets are abstracts and
papers; two thirds of the project's own gold sets stand for office papers and for Hindi and weigh more. The last third
(`sets.is_set_aside`) is never fitted on; its score, like those of held-out public parts, is written into the file.
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
# What a document of the project's own sets weighs beside one of the public sets, chosen on those that are fitted.
OWN_WEIGHT = {"en": 10.0, "hi": 20.0}
# A document with few hits must not weigh more than one with this many.
LEAST_HITS = 4
PUBLIC_K, OWN_K = 10, 8
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
    weights = np.concatenate([np.full(len(document.labels), _weight(document)) for document in kept])
    return features, labels, weights


def _weight(document: Dumped) -> float:
    own = OWN_WEIGHT.get(document.gold.id[:2], 1.0) if document.gold.id.startswith(sets.OWN_IDS) else 1.0
    return own / max(LEAST_HITS, int(document.labels.sum()))


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
    if kind.startswith("ranker_any") and feature in ENGLISH_ONLY:
        return False
    return kind.endswith("_embed") or not feature.startswith("similar_")


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
    if not kind.startswith("ranker_any"):
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
    """Return micro F1 on documents by models that did not see them: @10 on public sets, @8 on the own ones."""

    def of(unseen: str, k: int) -> float:
        seen = [document for name, part in parts.items() if name != unseen for document in part if not _aside(document)]
        ranker = read({"name": "", **fit(seen, kind)})
        assert ranker is not None
        documents = [document for document in parts[unseen] if k == PUBLIC_K or _aside(document)]
        return round(micro(documents, ranker, k), 2)

    found = {name: of(name, PUBLIC_K) for name in parts if name in PARTS}
    return found | {f"own {name}, a third set aside": of(name, OWN_K) for name in parts if name not in PARTS}


def _aside(document: Dumped) -> bool:
    return document.gold.id.startswith(sets.OWN_IDS) and sets.is_set_aside(document.gold.id)


_TEXTS = {
    "ranker_en": "English text",
    "ranker_en_embed": "English text, with similarity",
    "ranker_any": "text in other languages",
    "ranker_any_embed": "text in other languages, with similarity",
}


def write(name: str, parts: dict[str, list[Dumped]], say: Callable[[str], None]) -> None:
    """Fit on everything but what is set aside, measure held-out parts, write the file."""
    scores = held_out(parts, name)
    say(f"{name}: {json.dumps(scores)}")
    seen = {part: [document for document in documents if not _aside(document)] for part, documents in parts.items()}
    content = {
        "name": name,
        "about": f"Ranks candidate phrases of {_TEXTS[name]}. Made by bench/tags/fit.py; do not edit by hand.",
        "fitted_on": {part: len(documents) for part, documents in seen.items()},
        "fitted": date.today().isoformat(),
        "held_out_micro_f1": scores,
        "settings": {"ridge": RIDGE, "trees": TREES, "leaves": LEAVES, "rate": RATE, "own_weight": OWN_WEIGHT},
        **fit([document for documents in seen.values() for document in documents], name),
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
    """Read the sets, measure them, fit with and (given the model) without similarity."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=0, help="documents of a public set at most; 0 takes all")
    arguments = parser.parse_args()
    embedder = Embedder.load()
    parts = {name: sets.read(arguments.data / f"{name}.jsonl")[: arguments.limit or None] for name in PARTS}
    write_all(
        {name: dump(documents, embedder) for name, documents in parts.items()}, own(embedder), embedder is not None
    )


def own(embedder: Embedder | None) -> dict[str, list[Dumped]]:
    """Measure the project's own sets."""
    return {name: dump(sets.read(file), embedder) for name, file in sets.find(sets.OWN).items()}


def write_all(public: dict[str, list[Dumped]], gold: dict[str, list[Dumped]], embedded: bool) -> None:
    """Write every ranker; without the model the similarity columns are left out of the fit."""
    for ending in ("", "_embed") if embedded else ("",):
        write(f"ranker_en{ending}", public | {"english": gold["english"]}, print)
        # Abstracts teach what is true of any text; the weight of the Hindi documents is what they alone know.
        write(f"ranker_any{ending}", public | {"hindi": gold["hindi"]}, print)


if __name__ == "__main__":
    main()
