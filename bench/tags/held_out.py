"""Ours and the rivals on documents that our rankers did not see, in one run: `make bench-tags-held-out DATA=<folder>`.

Inspec's dev part for a model of its training part and of SemEval-2010; every fifth SemEval-2010 paper for a model of
the other four fifths and of Inspec's training part. The shipped rankers have seen all of these; they are not used.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from bench.tags import sets
from bench.tags.dump import Dumped, dump
from bench.tags.fit import choose, fit
from bench.tags.protocol import Gold, Score, ahead
from bench.tags.systems import available
from metatag_tagger.offline.embed import Embedder
from metatag_tagger.offline.ranker import read

K = 10
FIFTH = 5
OURS = {"ours": "ranker_en", "ours + meaning": "ranker_en_embed"}


def scored(unseen: Sequence[Dumped], seen: Sequence[Dumped], kind: str) -> Score:
    """Score a ranker fitted on `seen` on documents it did not see."""
    ranker = read({"name": "", **fit(seen, kind)})
    assert ranker is not None
    score = Score(K)
    for document in unseen:
        score.add(choose(document, ranker.probabilities(document.matrix.astype(float)), K), document.gold)
    return score


def rivals(documents: Sequence[Gold]) -> dict[str, Score]:
    """Score the rivals on the same documents."""
    found = {}
    for name, tagger in available().items():
        if name in OURS:
            continue
        found[name] = Score(K)
        for document in documents:
            found[name].add(tagger(document.text, document.language, K), document)
    return found


def report(name: str, unseen: Sequence[Dumped], seen: Sequence[Dumped]) -> None:
    """Print one set's rows: F1 of everybody, and how surely ours leads."""
    ours = {label: scored(unseen, seen, kind) for label, kind in OURS.items()}
    others = rivals([document.gold for document in unseen])
    for label, score in {**ours, **others}.items():
        leads = " ".join(f"{ahead(score, other):.0f} % over {rival};" for rival, other in others.items())
        print(f"| {name}, {len(unseen)} | {label} | {score.micro:.1f} | {leads if label in ours else ''} |", flush=True)


def main() -> None:
    """Measure the features once, then fit and score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    embedder = Embedder.load()
    names = ("inspec_train", "inspec_dev", "semeval2010_train")
    train, dev, papers = (dump(sets.read(arguments.data / f"{name}.jsonl"), embedder) for name in names)
    print("| documents | tagger | micro F1@10 | leads in redrawn sets |\n|---|---|---|---|", flush=True)
    report("Inspec dev", dev, [*train, *papers])
    kept = [paper for number, paper in enumerate(papers) if number % FIFTH]
    report("SemEval-2010 train", papers[::FIFTH], [*train, *kept])


if __name__ == "__main__":
    main()
