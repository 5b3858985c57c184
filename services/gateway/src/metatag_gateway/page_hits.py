"""Where a tag, its evidence or the words of a search stand on a page."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from metatag_gateway.model.words import Box, Word
from metatag_runtime.text import fold

# Hits of one page that are told.
MAX_HITS = 500
# Characters by which a word of a text may be longer or shorter than that of a tag (an ending), and from how many on;
# words of other scripts have fewer characters.
_ENDING, _STEM, _SHORT_STEM = 3, 4, 3
# Letters from which one word of a tag says enough to be shown alone.
_TELLING = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """A place on a page: a box for each line that it touches. `kind` is tag, evidence, word or search."""

    kind: str
    text: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    word: int


def tag_hits(words: Sequence[Word], tag: str, evidence: str) -> list[Hit]:
    """Return where a tag stands, and the words of the document that carry it.

    Where its words do not follow each other, each of them by itself.
    """
    page, wanted = _tokens(words), _split(tag)
    found = [_hit("tag", words, run) for run in _runs(page, wanted, _alike)]
    quoted = _quoted(page, _split(evidence))
    if quoted:
        found.insert(0, _hit("evidence", words, quoted))
    if not any(hit.kind == "tag" for hit in found):
        single = [text for text in wanted if len(text) >= _TELLING]
        found += [
            _hit("word", words, [token.word]) for token in page if any(_alike(token.text, text) for text in single)
        ]
    return found[:MAX_HITS]


def search_hits(words: Sequence[Word], query: str) -> list[Hit]:
    """Return the words that begin as one of the query's does, as a search finds them."""
    wanted = tuple(_split(query))
    starts = {token.word: None for token in _tokens(words) if wanted and token.text.startswith(wanted)}
    return [_hit("search", words, [word]) for word in starts][:MAX_HITS]


def _tokens(words: Sequence[Word]) -> list[_Token]:
    return [_Token(text, at) for at, word in enumerate(words) for text in _split(word.text)]


@lru_cache(maxsize=20_000)
def _split(text: str) -> list[str]:
    """Return the words of a text in the form in which they are compared."""
    folded = fold(unicodedata.normalize("NFKC", text))
    kept = (char if unicodedata.category(char)[0] in "LNM" else " " for char in folded)
    return "".join(kept).split()


def _alike(one: str, other: str) -> bool:
    """Tell whether two words are one, but for an ending."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    stem = _STEM if short.isascii() else _SHORT_STEM
    return len(short) >= stem and len(long) - len(short) <= _ENDING and long.startswith(short)


def _runs(page: Sequence[_Token], wanted: Sequence[str], same: Callable[[str, str], bool]) -> Iterator[list[int]]:
    """Return the words that follow each other as those wanted do, each run once."""
    at = 0
    while wanted and at + len(wanted) <= len(page):
        part = page[at : at + len(wanted)]
        if all(same(token.text, text) for token, text in zip(part, wanted, strict=True)):
            yield list(dict.fromkeys(token.word for token in part))
            at += len(wanted)
        else:
            at += 1


def _quoted(page: Sequence[_Token], wanted: Sequence[str]) -> list[int]:
    """Return the words of a quotation, which may begin and end within a word."""
    for part in (wanted, wanted[1:-1]):
        if len(part) > 1 or part is wanted:
            found = next(_runs(page, part, str.__eq__), None)
            if found:
                return found
    return []


def _hit(kind: str, words: Sequence[Word], at: Sequence[int]) -> Hit:
    lines: dict[int, list[Word]] = {}
    for index in at:
        lines.setdefault(words[index].line, []).append(words[index])
    return Hit(kind, " ".join(words[index].text for index in at), tuple(map(_around, lines.values())))


def _around(words: Sequence[Word]) -> Box:
    lefts, tops, rights, bottoms = zip(*(word.box for word in words), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
