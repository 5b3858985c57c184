"""Topics and facets of the project's own gold by kind of document and language: `make bench-tags-kinds`.

The topics of 150 documents: the sets `english`, `hindi`, `facets` and `records` of bench/gold. A third, chosen by the
hash of the id, is set aside ("held"): nothing is improved while looking at it. Facets are those of `records` alone, by
language (`make bench-facets` has the others).
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable

from bench.tags import facets, sets, systems
from bench.tags.protocol import Gold, Score
from metatag_tagger.offline.embed import Embedder

NAMES = ("english", "hindi", "facets", "records")
# Gold tags a document: about eight in the first two sets, four or five in the others.
COUNT = {"english": 8, "hindi": 8, "facets": 5, "records": 5}


def documents(part: str) -> list[tuple[str, str, Gold]]:
    """Return (set, kind, document) of a part: "dev", "held" or "all"."""
    found: list[tuple[str, str, Gold]] = []
    for name in NAMES:
        kinds = _kinds(name)
        found += [
            (name, kinds.get(gold.id, "prose"), gold)
            for gold in sets.read(sets.OWN / f"{name}.jsonl")
            if part == "all" or sets.is_set_aside(gold.id) == (part == "held")
        ]
    return found


def _kinds(name: str) -> dict[str, str]:
    rows = map(json.loads, (sets.OWN / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
    return {str(row["id"]): row["kind"] for row in rows if "kind" in row}


def topics(found: Iterable[tuple[str, str, Gold]], embedder: Embedder | None, *, show: bool) -> dict[str, Score]:
    """Return the scores by language ("en") and by kind ("kind order"), each with the number of documents counted."""
    tag = systems.ours(embedder)
    scores: dict[str, Score] = defaultdict(lambda: Score(8))
    for name, kind, gold in found:
        given = tag(gold.text, gold.language, COUNT[name])
        if show:
            print(
                f"{gold.id} {gold.language} {kind}: {'; '.join(given)}  |  {'; '.join(each[0] for each in gold.tags)}"
            )
        group = gold.language if gold.language in ("en", "hi") else "other"
        for part in {group, gold.language, f"kind {kind}", "all"}:
            scores[part].add(given, gold)
    return scores


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", default="dev", choices=["dev", "held", "all"])
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    found = documents(arguments.part)
    print(f"{len(found)} documents ({arguments.part})\n\n| part | documents | topics, micro F1 |\n|---|---|---|")
    scores = topics(found, Embedder.load(), show=arguments.show)
    for part, score in sorted(scores.items(), key=lambda each: (each[0].startswith("kind"), each[0])):
        print(f"| {part} | {len(score.per_document)} | {score.micro:.1f} |")
    names = {gold.id for name, _, gold in found if name == "records"}
    rows = map(json.loads, (sets.OWN / "records.jsonl").read_text(encoding="utf-8").splitlines())
    counts = facets.measure([row for row in rows if row["id"] in names], arguments.show)
    print("\n| facet | language | hits | found | gold |\n|---|---|---|---|---|")
    for kind, part in sorted({(kind, part) for kind, part, _ in counts}):
        numbers = " | ".join(str(counts[kind, part, name]) for name in ("hits", "found", "gold"))
        print(f"| {kind} | {part} | {numbers} |")


if __name__ == "__main__":
    main()
