"""Facets against their gold: precision, recall and F1 by kind and language.

    python -m bench.tags.facets [dev|held|all] [--show]

A third of the documents, chosen by digest of the id, is set aside ("held").
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from metatag_runtime.text import fold
from metatag_tagger.facets.find import find
from metatag_tagger.model import Page

GOLD = Path(__file__).parents[1] / "gold" / "facets.jsonl"
# Names may differ by a letter or a sign; numbers, dates and types may not.
NEAR = {"organisation", "person", "place", "law_or_scheme"}
SAME = 90.0

Counts = Counter[tuple[str, str, str]]


def documents(part: str) -> list[dict[str, Any]]:
    """Return the gold documents of a part."""
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if part == "all" or is_held(row["id"]) == (part == "held")]


def is_held(name: str) -> bool:
    """Tell whether a document is set aside."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 3 == 0


def plain(kind: str, value: str) -> str:
    """Return the form by which a value is compared."""
    if kind == "reference":
        return "".join(filter(str.isalnum, fold(value)))
    return " ".join("".join(" " if sign in ",.-" else sign for sign in fold(value)).split())


def compare(kind: str, found: Sequence[str], gold: Sequence[Sequence[str]]) -> tuple[int, list[str], list[str]]:
    """Return the number of hits, what was wrong and what was missed."""
    left = {number: [plain(kind, form) for form in forms] for number, forms in enumerate(gold)}
    wrong = []
    for value in found:
        here = plain(kind, value)
        hit = next((number for number, forms in left.items() if any(_same(kind, here, form) for form in forms)), None)
        if hit is None:
            wrong.append(value)
        else:
            del left[hit]
    return len(gold) - len(left), wrong, [gold[number][0] for number in left]


def _same(kind: str, one: str, two: str) -> bool:
    return one == two or (kind in NEAR and fuzz.ratio(one, two) >= SAME)


def measure(rows: Iterable[Mapping[str, Any]], show: bool = False) -> Counts:
    """Count hits, answers and gold by kind and language."""
    counts: Counts = Counter()
    for row in rows:
        facets = find([Page(1, row["text"])])
        for kind, gold in row["facets"].items():
            found = [facet.value for facet in facets if facet.kind == kind]
            hits, wrong, missed = compare(kind, found, gold)
            if show and (wrong or missed):
                print(f"{row['id']} {kind}: wrong {wrong}, missed {missed}")
            for part in (row["lang"], "all"):
                counts[kind, part, "hits"] += hits
                counts[kind, part, "found"] += len(found)
                counts[kind, part, "gold"] += len(gold)
    return counts


def f1(counts: Counts, kind: str, part: str = "all") -> float:
    """Return the harmonic mean of precision and recall, 1 where there is nothing to find and nothing was found."""
    both = counts[kind, part, "found"] + counts[kind, part, "gold"]
    return 2 * counts[kind, part, "hits"] / both if both else 1.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", default="dev", choices=["dev", "held", "all"])
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    rows = documents(arguments.part)
    counts = measure(rows, arguments.show)
    print(f"{len(rows)} documents ({arguments.part})\n{'kind':16}{'part':6}{'P':>6}{'R':>6}{'F1':>7}")
    for kind, part in sorted({(kind, part) for kind, part, _ in counts}):
        hits, found, gold = (counts[kind, part, name] for name in ("hits", "found", "gold"))
        values = f"{hits / max(1, found):6.2f}{hits / max(1, gold):6.2f}{f1(counts, kind, part):7.3f}"
        print(f"{kind:16}{part:6}{values}  ({hits}/{found}/{gold})")


if __name__ == "__main__":
    main()
