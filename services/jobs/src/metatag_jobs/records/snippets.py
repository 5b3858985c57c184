"""Pieces of a text around the words of a query, with their places marked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from metatag_jobs.records.finding import Snippet
from metatag_jobs.search_text import words

# Characters before and behind a hit, and snippets of a document.
AROUND = 90
MAX_SNIPPETS = 3

_RUN = re.compile(r"\S+")
_EDGES = re.compile(r"^\W+|\W+$")


def snippets(text: str, query: str) -> list[Snippet]:
    """Return the first pieces of a text, pages parted by form feeds, that hold words that begin as the query's do."""
    asked = tuple(words(query))
    if not asked:
        return []
    found: list[Snippet] = []
    known: dict[str, bool] = {}
    for number, page in enumerate(text.split("\f"), 1):
        hits = [place for run in _RUN.finditer(page) if (place := _hit(run, asked, known))]
        while hits and len(found) < MAX_SNIPPETS:
            piece, hits = _piece(number, page, hits)
            found.append(piece)
        if len(found) >= MAX_SNIPPETS:
            break
    return found


def _hit(run: re.Match[str], asked: Sequence[str], known: dict[str, bool]) -> tuple[int, int] | None:
    word = run[0]
    if word not in known:
        known[word] = any(part.startswith(tuple(asked)) for part in words(word))
    if not known[word]:
        return None
    bare = _EDGES.sub("", word) or word
    start = run.start() + word.index(bare)
    return start, start + len(bare)


def _piece(number: int, page: str, hits: Sequence[tuple[int, int]]) -> tuple[Snippet, list[tuple[int, int]]]:
    """Return the snippet around the first hit, and the hits that it leaves."""
    first = hits[0]
    start, end = max(0, first[0] - AROUND), min(len(page), first[1] + AROUND)
    # Whole words at both ends, where a blank is near.
    start = page.rfind(" ", 0, start) + 1 if start and start - page.rfind(" ", 0, start) < 30 else start
    behind = page.find(" ", end)
    end = behind if 0 <= behind - end < 30 else end
    inside = [(a, b) for a, b in hits if b <= end]
    left = [hit for hit in hits if hit[1] > end]
    # Line ends become blanks, so that places stay.
    shown = re.sub(r"\s", " ", page[start:end])
    return Snippet(number, shown, [(a - start, b - start) for a, b in inside]), left
