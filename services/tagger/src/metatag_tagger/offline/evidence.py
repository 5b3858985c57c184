"""Where in a document a phrase stands: page and quote, by exact words, by stems, or nearly (for misread text)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from metatag_tagger.offline.clean import Text
from metatag_tagger.offline.lists import stop_words
from metatag_tagger.words import WORD, fold, key, words

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
        self._forms: list[str] = []
        for match in WORD.finditer(self._text.body):
            # A hyphenated word counts as its parts, as in every key.
            for part in key(match.group(), self._language).split():
                stems.append(part)
                offsets.append(match.start())
                self._forms.append(match.group())
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
        place = self._in_order(wanted, phrase)
        if place is None and len(wanted) > 1:
            place = self._together(wanted)
        if place is None:
            return None
        return self.quote(self._index[1][place], len(phrase))

    def occurrences(self, wanted: Sequence[str], form: str = "", limit: int = 1000) -> int:
        """Return in how many places stems stand in order; given a `form`, those where a form of that word stands."""
        stems, _, places = self._index
        size = len(wanted)
        starts = places.get(wanted[0], ())[:limit] if wanted else ()
        return sum(
            stems[start : start + size] == list(wanted) and (not form or _is_form(self._forms[start], form))
            for start in starts
        )

    def _in_order(self, wanted: list[str], phrase: str) -> int | None:
        stems, _, places = self._index
        size = len(wanted)
        for start in places.get(wanted[0], ()):
            if stems[start : start + size] == wanted and (size > 1 or _is_form(self._forms[start], phrase)):
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


def _is_form(word: str, other: str) -> bool:
    """Return whether two words of one stem are forms of one word: alike but for an ending of inflection.

    A stemmer cuts "Andes" to "and" and "populism" to "popul": such stems join words that have nothing in common.
    """
    # A hyphenated word stands for each of its parts.
    if "-" in word:
        return True
    first, second = fold(word), fold(other)
    if not first.isascii() or not second.isascii() or first == second:
        return True
    short, long = sorted((first, second), key=len)
    if short in _FUNCTION_WORDS or long in _FUNCTION_WORDS:
        return False
    return any(_stripped(first, one) == _stripped(second, two) for one in _ENDINGS for two in _ENDINGS)


def _stripped(word: str, ending: str) -> str:
    kept = word.removesuffix(ending) if len(word) > len(ending) + 2 else word
    # "policy" and "policies", "run" and "running".
    return kept[:-1] if ending and len(kept) > 3 and kept[-1] == kept[-2] else kept


# Endings of English inflection: number, tense, possession, and the noun of an action or a doer.
_ENDINGS = (
    "",
    "s",
    "es",
    "'s",
    "y",
    "ies",
    "ied",
    "ed",
    "d",
    "e",
    "ing",
    "er",
    "ers",
    "ion",
    "ions",
    "ment",
    "ments",
    "al",
)
_FUNCTION_WORDS = stop_words("en")


def stems_of(phrase: str, language: str) -> list[str]:
    """Give the stems of a phrase, one a word."""
    return key(phrase, language).split() if words(phrase) else []
