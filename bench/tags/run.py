"""Measures all taggers in one run on the same documents: `make bench-tags DATA=<folder>`.

Without a folder only the project's own gold sets are measured. Prints a table in Markdown, and JSON with `--json FILE`.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.tags import sets
from bench.tags.protocol import Gold, Score, ahead
from bench.tags.systems import Tagger, available

# The own sets name about eight tags a document, the public ones are reported at ten.
OWN_K, PUBLIC_K = 8, 10
_SHORT = 400


@dataclass
class Row:
    """One tagger on one set; times are in milliseconds a document."""

    set: str
    documents: int
    tagger: str
    k: int
    micro_f1: float
    macro_f1: float
    p50_ms: float
    p95_ms: float
    failures: int


def measure(name: str, documents: list[Gold], label: str, tagger: Tagger, k: int) -> tuple[Row, Score]:
    """Tag every document once."""
    score, times, failures = Score(k), [], 0
    for document in documents:
        begun = time.perf_counter()
        try:
            tags = tagger(document.text, document.language, k)
        except Exception as error:
            failures += 1
            tags = []
            print(f"{label} failed on {document.id}: {error!r}")
        times.append(1000 * (time.perf_counter() - begun))
        score.add(tags, document)
    times.sort()
    row = Row(
        name,
        len(documents),
        label,
        k,
        round(score.micro, 1),
        round(score.macro, 1),
        round(times[len(times) // 2], 1),
        round(times[int(len(times) * 0.95)], 1),
        failures,
    )
    return row, score


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of *.jsonl sets")
    parser.add_argument("--limit", type=int, default=_SHORT, help="documents a set at most")
    parser.add_argument("--only", default="", help="measure only sets whose name holds this")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    taggers = available()
    files = {f"own {name}": (file, OWN_K) for name, file in sets.find(sets.OWN).items()}
    if arguments.data is not None:
        files |= {name: (file, PUBLIC_K) for name, file in sets.find(arguments.data).items()}
    rows = []
    leads: list[str] = []
    print("| set | documents | tagger | micro F1 | macro F1 | p50 ms | p95 ms | failures |")
    print("|---|---|---|---|---|---|---|---|")
    for name, (file, k) in files.items():
        if arguments.only not in name:
            continue
        documents = sets.read(file)[: arguments.limit]
        scores: dict[str, Score] = {}
        for label, tagger in taggers.items():
            tagger(documents[0].text, documents[0].language, k)  # loads what is loaded once
            row, scores[label] = measure(name, documents, label, tagger, k)
            rows.append(row)
            print(
                f"| {row.set} @{k} | {row.documents} | {row.tagger} | {row.micro_f1} | {row.macro_f1} | {row.p50_ms} "
                f"| {row.p95_ms} | {row.failures} |",
                flush=True,
            )
        leads += [
            f"{name}: {label} leads {rival} in {ahead(score, other):.0f} % of redrawn sets."
            for label, score in scores.items()
            for rival, other in scores.items()
            if label.startswith("ours") and not rival.startswith("ours")
        ]
    print("", *leads, sep="\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"\nPeak memory of the run, all taggers in one process: {peak} MB.")
    if arguments.json is not None:
        arguments.json.write_text(json.dumps([asdict(row) for row in rows], indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
