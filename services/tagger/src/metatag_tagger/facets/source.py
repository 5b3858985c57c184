"""The text that facets are found in: pages joined, lines kept, capitals lowered, with the way back to a page."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from metatag_tagger.model import Page
from metatag_tagger.words import normalise

# Characters looked at: names and numbers of a document stand early and late, and rules cost time for each character.
MAX_HEAD = 40_000
MAX_TAIL = 10_000
QUOTE = 160

_DIGITS = {ord("०") + n: str(n) for n in range(10)}
_SMALL = frozenset(
    ["of", "and", "the", "in", "for", "at", "on", "by", "to", "from", "with", "under", "or", "an", "a", "v", "vs"]
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'’.]*")
# Two words in capitals and more within a line: a name.
_CAPITALS = re.compile(r"(?<![\w.])[A-Z][A-Z'’]{2,}(?: (?:[A-Z]\. ?)*[A-Z][A-Z'’]{2,}){1,5}(?![\w.])")
_DEVANAGARI = re.compile("[\u0900-\u097f]")


@dataclass(frozen=True, slots=True)
class Found:
    """One place of the text that names something. `value` is its form for readers, `weight` 0 to 1."""

    kind: str
    value: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True)
class Source:
    """A document's text with ASCII digits; `starts` and `numbers` tell where each page begins."""

    text: str
    starts: tuple[int, ...]
    numbers: tuple[int, ...]

    @classmethod
    def of(cls, pages: Sequence[Page]) -> Source:
        """Return the source of the pages: the beginning and the end of a long document."""
        parts: list[str] = []
        starts: list[int] = []
        numbers: list[int] = []
        offset = 0
        for page in _bounded(pages):
            text = normalise(page.text).replace("\r\n", "\n").replace("\r", "\n").translate(_DIGITS)
            starts.append(offset)
            numbers.append(page.number)
            parts.append(text)
            offset += len(text) + 1
        return cls("\n".join(parts), tuple(starts), tuple(numbers))

    @cached_property
    def cased(self) -> str:
        """Return the text with lines in capitals as titles ("High Court of Karnataka"); offsets stay the same."""
        return "\n".join(_CAPITALS.sub(_capitals, _titled(line)) for line in self.text.split("\n"))

    @cached_property
    def lines(self) -> list[tuple[int, str]]:
        """Return the lines that are not blank, each with its offset."""
        found, offset = [], 0
        for line in self.cased.split("\n"):
            if line.strip():
                found.append((offset, line))
            offset += len(line) + 1
        return found

    @cached_property
    def head(self) -> int:
        """Return where the head of the document ends: its first 25 lines."""
        return self.lines[25][0] if len(self.lines) > 25 else len(self.text)

    @cached_property
    def hindi(self) -> bool:
        """Tell whether the text is mainly in Devanagari."""
        sample = self.text[:5_000]
        return 2 * len(_DEVANAGARI.findall(sample)) > sum(map(str.isalpha, sample))

    def page_at(self, offset: int) -> int:
        """Return the number of the page that holds a place."""
        return self.numbers[bisect_right(self.starts, offset) - 1] if self.numbers else 0

    def quote(self, start: int, end: int) -> str:
        """Return the words around a place, at most QUOTE characters, cut at words."""
        page = bisect_right(self.starts, start) - 1
        first = self.starts[page] if page >= 0 else 0
        last = self.starts[page + 1] if page + 1 < len(self.starts) else len(self.text)
        before = max(first, start - 40)
        if before > first:
            before = min(self.text.find(" ", before, start) + 1 or start, start)
        return " ".join(self.text[before : min(last, max(end, before + QUOTE - 10))].split())[:QUOTE].strip()


def _bounded(pages: Sequence[Page]) -> list[Page]:
    size = sum(len(page.text) for page in pages)
    if size <= MAX_HEAD + MAX_TAIL:
        return list(pages)
    kept, room = [], MAX_HEAD
    for page in pages:
        kept.append(Page(page.number, page.text[:room], page.confidence))
        room -= len(page.text)
        if room <= 0:
            break
    last = pages[-1]
    if last.number != kept[-1].number:
        kept.append(Page(last.number, last.text[-MAX_TAIL:], last.confidence))
    return kept


def _titled(line: str) -> str:
    letters = [character for character in line if "A" <= character.upper() <= "Z"]
    if len(letters) < 4 or sum(map(str.isupper, letters)) < 0.7 * len(letters):
        return line
    return _WORD.sub(_title, line)


def _capitals(match: re.Match[str]) -> str:
    return _WORD.sub(_title, match.group())


def _title(match: re.Match[str]) -> str:
    word = match.group()
    if word.lower() in _SMALL:
        return word.lower()
    # Abbreviations stay: "R.K.", "LLP"; so do short words without a vowel.
    if "." in word[:-1] or not re.search("[AEIOUYaeiouy]", word):
        return word
    return word[0] + word[1:].lower()
