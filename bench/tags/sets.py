"""Reads sets of tagged documents: one JSON object a line with id, lang, text and keys (a list of lists of forms)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from bench.tags.protocol import Gold

OWN = Path(__file__).parent.parent / "gold"
# How the ids of the project's own documents begin.
OWN_IDS = ("en", "hi")
_PARTS = 3


def is_set_aside(name: str) -> bool:
    """Return whether an own document belongs to the third that nothing is fitted on or tried with: by its id's hash."""
    return hashlib.sha256(name.encode()).digest()[0] % _PARTS == 0


def read(file: Path) -> list[Gold]:
    """Read one set."""
    return list(_lines(file))


def find(folder: Path) -> dict[str, Path]:
    """Give the sets of a folder by name."""
    return {file.stem: file for file in sorted(folder.glob("*.jsonl"))}


def _lines(file: Path) -> Iterator[Gold]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                raw = json.loads(line)
                if "keys" not in raw:
                    # Of facets alone; its topics stand in another set.
                    continue
                yield Gold(str(raw["id"]), raw["text"], raw["keys"], raw.get("lang", "en"), raw.get("subject", ""))
