"""From text to tokens: words with their place, punctuation and line ends that part phrases, English word classes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from metatag_tagger.offline import boilerplate
from metatag_tagger.words import WORD

# Text looked at, in characters: about 70,000 words. Of a longer document blocks are read, evenly spaced.
READ = 420_000
_HEAD = 120_000
_BLOCK = 10_000

# Brackets, quotes, sentence ends, columns and blank lines part phrases. A lone line end is judged by `_parts`.
_TOKEN = re.compile(rf"(?P<word>{WORD.pattern})|(?P<gap>\n\s*\n|\t| {{3,}})|(?P<line>\n)|(?P<mark>[^\w\s])")
# What begins a new item whatever the line before: "Name:", "3.", "(b)", "-".
_ITEM = re.compile(
    r"[ \t]*(?:[A-Z\u0900-\u097f][^\n.:;]{1,30}:|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)][ \t]|[-•*–·][ \t])"
)
# How much of the usual width may stay empty where a word did not fit: letters differ in width.
_SLACK = 0.9
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
    texts: list[str] = []
    offsets: list[int] = []
    width = _width(body)
    spans = boilerplate.spans(body)
    covered = 0
    for match in _matches(body):
        kind, start = match.lastgroup, match.start()
        while spans and spans[0][0] <= start:
            covered = max(covered, spans.pop(0)[1])
        if kind == "word":
            # A number that begins a line counts something or numbers a heading.
            number = match.group()[0].isdigit() and body[start - 1 : start] in ("\n", "")
            texts.append(BREAK if start < covered or number else match.group())
        elif kind == "mark":
            texts.append(match.group())
        elif kind == "line" and not _parts(body, start, width):
            continue
        else:
            texts.append(BREAK)
        offsets.append(start)
    for place in list(boilerplate.figures(texts)):
        texts[place] = BREAK
    tags = _classes()(texts) if language == "en" else None
    return [
        Token(text, offset, str(tags[place][1]) if tags else "", text[0].isalnum())
        for place, (text, offset) in enumerate(zip(texts, offsets, strict=True))
    ]


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


def _width(body: str) -> int:
    """Give the width to which this text is set: half of its characters stand in lines of at least that length."""
    lengths = sorted(len(line) for line in body[:200_000].split("\n"))
    half, count = sum(lengths) / 2, 0
    for length in lengths:
        count += length
        if count >= half:
            return length
    return 0


def _parts(body: str, end: int, width: int) -> bool:
    """Tell whether a line end parts phrases: the next word, a capital or a digit, would have fitted into the line."""
    start = body.rfind("\n", max(0, end - 300), end) + 1
    following = body[end + 1 : end + 60]
    word = following.split(None, 1)[0] if following.strip() else ""
    if not word or word[0].islower():
        return not word
    return end - start + 1 + len(word) <= _SLACK * width or _ITEM.match(following) is not None


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
