"""Which tags say the same: equal stems, near-equal spelling, an acronym and its long form, a part of a phrase."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz

from metatag_tagger.offline.scripts import UNSPACED, script_of
from metatag_tagger.words import contains, fold, key

# Two spellings this alike (0 to 100, words in any order) are one tag. Below it "x ray" and "gamma ray" would merge.
ALIKE = 92
# Share of the shorter of two strings that they have in common when they are pieces of one.
_SHARED = 0.7
_SHORT = re.compile(r"\(\s*([A-Z][A-Za-z]{1,7})\s*\)")
_PARTS = re.compile(r"[A-Za-z]\w*")
# Characters before the bracket that can hold the long form.
_BEFORE = 90


def acronyms(body: str, language: str) -> dict[str, str]:
    """Find "discrete Hartley transform (DHT)" and give the acronym's key -> the long form's key."""
    found: dict[str, str] = {}
    for match in _SHORT.finditer(body[:400_000]):
        words = _PARTS.findall(body[max(0, match.start() - _BEFORE) : match.start()])[-8:]
        long = _long_form(words, match.group(1).removesuffix("s").lower())
        if long:
            found[key(match.group(1), language)] = key(long, language)
    return found


def _long_form(words: Sequence[str], short: str) -> str:
    """Give the words before the bracket whose first letters make the short form, small words left out or not."""
    for size in range(min(len(words), len(short) + 2), 1, -1):
        tail = words[-size:]
        initials = "".join(word[0] for word in tail).lower()
        significant = "".join(word[0] for word in tail if word.lower() not in _SMALL).lower()
        if short in (initials, significant) and tail[0].lower() not in _SMALL:
            return " ".join(tail)
    return ""


_SMALL = frozenset({"of", "the", "and", "for", "in", "on", "to", "a", "an", "with", "by"})


def same(first: str, second: str, first_key: str, second_key: str) -> bool:
    """Tell whether two tags say the same, by the same stems in any order or by near-equal spelling."""
    one, two = set(first_key.split()), set(second_key.split())
    if one == two or fold(first).replace(" ", "") == fold(second).replace(" ", ""):
        return True
    # Numbers and short words carry the difference: "level 1" is not "level 2", "ph" is not "pb".
    if any(word.isdigit() for word in one ^ two) or min(len(first), len(second)) < 6 or len(one) != len(two):
        return False
    return fuzz.ratio(fold(first), fold(second)) >= ALIKE


Ranked = tuple[str, str, float]


def distinct(
    ranked: Iterable[Ranked], count: int, pairs: dict[str, str], part_ratio: float = 0.0, family: int = 0
) -> list[int]:
    """Choose from (form, key, score), best first, the numbers of up to `count` tags that differ from each other.

    An acronym is dropped beside its long form. A part of a chosen phrase must reach `part_ratio` of its score. Of
    phrases that share two words in a row ("biometric attendance", "biometric attendance report") the best `family` are
    kept, 0 keeps all.
    """
    chosen: list[int] = []
    kept: list[Ranked] = []
    for number, row in enumerate(ranked):
        if any(_repeats(row, other, pairs, part_ratio) for other in kept):
            continue
        if family and sum(bool(_pairs(row[1]) & _pairs(other[1])) for other in kept) >= family:
            continue
        chosen.append(number)
        kept.append(row)
        if len(chosen) >= count:
            break
    return chosen


@lru_cache(maxsize=4_096)
def _pairs(key: str) -> frozenset[tuple[str, str]]:
    return frozenset(pairwise(key.split()))


def _repeats(row: Ranked, other: Ranked, pairs: dict[str, str], ratio: float) -> bool:
    if same(row[0], other[0], row[1], other[1]):
        return True
    if ratio > 0 and _overlap(row[0], other[0]):
        return True
    if pairs.get(row[1]) == other[1] or pairs.get(other[1]) == row[1]:
        return True
    if ratio > 0 and _same_head(row[1], other[1]):
        return True
    if other[1].startswith(f"{row[1]} of "):
        return ratio > 0
    return ratio > 0 and contains(other[1], row[1]) and row[2] < ratio * other[2]


def _overlap(first: str, second: str) -> bool:
    """Tell whether two tags without blanks, in a script that writes none, share most of the shorter one."""
    if " " in first + second or script_of(first) not in UNSPACED or script_of(second) not in UNSPACED:
        return False
    shorter = min(len(first), len(second))
    common = SequenceMatcher(None, first, second, autojunk=False).find_longest_match()
    return common.size > _SHARED * shorter


def _same_head(first: str, second: str) -> bool:
    """Tell whether one of two phrases ends the other: "carbon block", "activated carbon block"."""
    shorter, longer = sorted((first.split(), second.split()), key=len)
    return len(shorter) > 1 and longer[-len(shorter) :] == shorter


def without_repeats(forms: Sequence[str], language: str) -> list[int]:
    """Give the numbers of the tags that remain when repeats are dropped, in order."""
    return distinct(((form, key(form, language), 1.0) for form in forms), len(forms), {})
