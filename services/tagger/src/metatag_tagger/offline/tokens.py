"""From text to tokens: words with their place, punctuation and line ends that part phrases, English word classes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from metatag_tagger.words import WORD

# Text looked at, in characters: about 70,000 words. Of a longer document blocks are read, evenly spaced.
READ = 420_000
_HEAD = 120_000
_BLOCK = 10_000

# Brackets, quotes, sentence ends and blank lines part phrases. A lone line end is judged by `_parts`.
_TOKEN = re.compile(rf"(?P<word>{WORD.pattern})|(?P<gap>\n\s*\n)|(?P<line>\n)|(?P<mark>[^\w\s])")
BREAK = "."


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its surface, its offset in the body, its English word class ("" elsewhere)."""

    text: str
    offset: int
    tag: str = ""
    is_word: bool = True


def tokenize(body: str, language: str) -> list[Token]:
    """Cut the body into words and breaks; English words carry a Penn Treebank tag."""
    found: list[Token] = []
    typical = _typical_line(body)
    for match in _matches(body):
        kind = match.lastgroup or "word"
        if kind == "line":
            if _parts(body, match.start(), typical):
                found.append(Token(BREAK, match.start(), is_word=False))
        elif kind in ("gap", "mark"):
            text = BREAK if kind == "gap" else match.group()
            found.append(Token(text, match.start(), is_word=False))
        else:
            found.append(Token(match.group(), match.start()))
    return _tagged(found) if language == "en" else found


def _matches(body: str) -> Iterator[re.Match[str]]:
    if len(body) <= READ:
        yield from _TOKEN.finditer(body)
        return
    yield from _TOKEN.finditer(body, 0, _HEAD)
    blocks = (READ - _HEAD) // _BLOCK
    step = (len(body) - _HEAD) / blocks
    for number in range(blocks):
        start = _HEAD + int(number * step)
        yield from _TOKEN.finditer(body, start, min(start + _BLOCK, len(body)))


def _typical_line(body: str) -> int:
    """Give the length that full lines of this text have: the longest of each ten, roughly."""
    lengths = sorted(len(line) for line in body[:200_000].split("\n") if line.strip())
    return lengths[int(len(lengths) * 0.8)] if lengths else 0


def _parts(body: str, end: int, typical: int) -> bool:
    """Tell whether a line end parts phrases: a short line (heading, list item, cell) before a capital or a digit."""
    start = body.rfind("\n", max(0, end - 300), end) + 1
    following = body[end + 1 : end + 40].lstrip()[:1]
    return end - start < 0.7 * typical and not following.islower()


@cache
def _classes() -> Callable[[list[str]], list[list[str]]]:
    # Imported here: it takes a second (NLTK comes with it), and Hindi never needs it.
    with warnings.catch_warnings():
        # The library leaves the files of its word lists to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        from textblob.en import parser

        parser.find_tags(["Word", "lists", "are", "read", "once"])
    find_tags: Callable[[list[str]], list[list[str]]] = parser.find_tags
    return find_tags


def _tagged(tokens: list[Token]) -> list[Token]:
    tags = _classes()([token.text if token.is_word else BREAK for token in tokens])
    return [
        Token(token.text, token.offset, str(tag[1]), token.is_word) for token, tag in zip(tokens, tags, strict=True)
    ]
