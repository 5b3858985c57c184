"""The word lists and gazetteers of `data/`, loaded once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from metatag_runtime.text import fold

_DATA = files("metatag_tagger.facets") / "data"


@dataclass(frozen=True, slots=True)
class DocumentType:
    """One type of document: its name, its name in Hindi, and the lines that say it."""

    value: str
    hindi: str
    pattern: re.Pattern[str]
    # Only a whole line, or a cell of one, says it.
    alone: bool = False


def _lines(name: str) -> list[str]:
    text = (_DATA / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


@cache
def document_types() -> tuple[DocumentType, ...]:
    """Return the types in the order in which they are tried."""
    found = []
    for line in _lines("document_types.txt"):
        # A pattern holds "|" too: only the first two part the fields.
        value, hindi, patterns = (part.strip() for part in line.split(" | ", 2))
        either = "|".join(f"(?:{part.strip()})" for part in patterns.split(" ; "))
        found.append(DocumentType(value, hindi, re.compile(either, re.IGNORECASE)))
    for line in _lines("document_types_india.txt"):
        value, pattern = (part.strip() for part in line.split(" | ", 1))
        found.append(DocumentType(value, value, re.compile(pattern), alone=True))
    return tuple(found)


@cache
def word_list(name: str) -> frozenset[str]:
    """Return the words of a file in `data/`, as they are written there."""
    return frozenset(" ".join(_lines(name)).split())


@cache
def places() -> dict[str, str]:
    """Return places by folded name: the name as the gazetteer writes it."""
    found: dict[str, str] = {}
    for name in ("places.tsv", "places_india.tsv"):
        for line in _lines(name):
            latin, _, others = line.partition("\t")
            found[fold(latin)] = latin
            for other in others.split(","):
                if other.strip():
                    found.setdefault(fold(other.strip()), other.strip())
    return found


@cache
def given_names() -> frozenset[str]:
    """Return given names in Latin letters, folded."""
    return frozenset(
        fold(name) for file in ("given_names.txt", "names_india.txt") for name in " ".join(_lines(file)).split()
    )


@cache
def surnames_hindi() -> frozenset[str]:
    """Return family names in Devanagari, folded."""
    return frozenset(map(fold, word_list("surnames_hi.txt")))
