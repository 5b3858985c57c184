"""Where in a document a phrase stands: page and quote, by exact words, by stems, or nearly (for misread text)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from metatag_tagger.offline.clean import Text
from metatag_tagger.words import WORD, key, words

# Characters of a quote, and how far it reaches to either side of the phrase.
QUOTE = 160
_BESIDE = 60
# Words looked at; beyond it a phrase counts as not found.
_WORDS = 200_000
# How far apart the words of a phrase may stand and still carry it together, in words.
_WINDOW = 12


class Finder:
    """An index over one text: find phrases in it. Build once per document."""

    def __init__(self, text: Text, language: str) -> None:
        self._text = text
        self._language = language

    @cached_property
    def _index(self) -> tuple[list[str], list[int], dict[str, list[int]]]:
        stems: list[str] = []
        offsets: list[int] = []
        for match in WORD.finditer(self._text.body):
            # A hyphenated word counts as its parts, as in every key.
            for part in key(match.group(), self._language).split():
                stems.append(part)
                offsets.append(match.start())
            if len(stems) > _WORDS:
                break
        places: dict[str, list[int]] = defaultdict(list)
        for number, stem in enumerate(stems):
            places[stem].append(number)
        return stems, offsets, places

    def find(self, phrase: str) -> tuple[int, str] | None:
        """Give (page, quote) for the first place of the phrase's stems, in order or near each other, or None."""
        wanted = key(phrase, self._language).split()
        if not wanted:
            return None
        place = self._in_order(wanted)
        if place is None and len(wanted) > 1:
            place = self._together(wanted)
        if place is None:
            return None
        return self.quote(self._index[1][place], len(phrase))

    def occurrences(self, wanted: Sequence[str], limit: int = 1000) -> int:
        """Count the places where stems stand in order."""
        stems, _, places = self._index
        size = len(wanted)
        starts = places.get(wanted[0], ())[:limit] if wanted else ()
        return sum(stems[start : start + size] == list(wanted) for start in starts)

    def _in_order(self, wanted: list[str]) -> int | None:
        stems, _, places = self._index
        size = len(wanted)
        for start in places.get(wanted[0], ()):
            if stems[start : start + size] == wanted:
                return start
        return None

    def _together(self, wanted: list[str]) -> int | None:
        stems, _, places = self._index
        if any(stem not in places for stem in wanted):
            return None
        rarest = min(wanted, key=lambda stem: len(places[stem]))
        for start in places[rarest]:
            window = set(stems[max(0, start - _WINDOW) : start + _WINDOW])
            if window.issuperset(wanted):
                return start
        return None

    def quote(self, offset: int, length: int) -> tuple[int, str]:
        """Give the page of a place and the words around it, at most QUOTE characters, cut at words."""
        body = self._text.body
        start = max(0, offset - _BESIDE)
        end = min(len(body), offset + length + _BESIDE)
        if start:
            start = min(body.find(" ", start, offset) + 1 or offset, offset)
        if end < len(body):
            end = max(body.rfind(" ", offset + length, end), offset + length)
        return self._text.page_at(offset), " ".join(body[start:end].split())[:QUOTE].strip()


def stems_of(phrase: str, language: str) -> list[str]:
    """Give the stems of a phrase, one a word."""
    return key(phrase, language).split() if words(phrase) else []
