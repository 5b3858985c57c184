"""Places of a gazetteer, and what a word before or after says to be one (district, town of, जनपद)."""

from __future__ import annotations

import re

from metatag_runtime.text import fold
from metatag_tagger.facets.lists import given_names, places, word_list
from metatag_tagger.facets.people import NOT_NAMES
from metatag_tagger.facets.source import Found, Source

_MAX_WORDS = 4
_TOKEN = re.compile(r"[A-Z][\w'’-]+|[a-z]+|[\u0900-\u0963\u0970-\u097f]+(?:\.[\u0900-\u097f]\.?)?")
_NAME = r"[A-Z][a-z'’]+(?:[ -][A-Z][a-z]+){0,2}"
_AFTER = re.compile(
    rf"(?<!\w)(?:[Dd]istricts?|[Tt]ehsil|[Tt]aluka?|[Mm]andal|[Vv]illages?|[Bb]locks?"
    rf"|Sub-Division) (?:of )?({_NAME})((?:,| and) {_NAME})?"
)
_BEFORE = re.compile(
    rf"(?<!\w)({_NAME})( and {_NAME})? (?:District|Districts|district|districts|County|Tehsil|Taluka)(?!\w)"
)
_OF = re.compile(rf"(?<!\w)(?:Town|City|Village|County|State|Borough) of ({_NAME})")
_SEAT = re.compile(rf"(?m),\s({_NAME})\s*(?:[-–]\s?\d{{6}}|\d{{6}})?\s*$")
_NEAR = re.compile(rf"(?<!\w)(?:near|at|plant in|sent from|camps in) ({_NAME})(?= and| on|[.,;]|$)")
_HINDI = re.compile(
    r"(?:जनपद|जिला|जिले|तहसील|ग्राम(?! पंचायत| सभा| प्रधान)|ग्राम पंचायत|शाखा|विकासखण्ड"
    r"|विकासखंड)\s+([\u0900-\u0963\u0970-\u097f]{3,})"
)
_HINDI_SEAT = re.compile(
    r"(?m),\s*([\u0900-\u0963\u0970-\u097f]{3,}(?:[ ][\u0900-\u0963\u0970-\u097f]{2,})?)\s*(?=$|,|को"
    r"|में|द्वारा|की|के|\()"
)
# What a district, block or village has: "District Collectors", "Block Development Officers".
_ROLE = re.compile(
    r"(?:Officers?|Collectors?|Magistrates?|Judges?|Courts?|Education|Development|Agency|Health|Hospitals?|Council|Committee"
    r"|Level|Redressal|Administration|Headquarters?|Panchayat|Engineers?|Authority|Offices?|Commissioners?)$"
)
_HINDI_NOT = word_list("not_places_hi.txt")
_STREETS = re.compile(r"\s(?:Street|Road|Avenue|Lane|Marg|Highway|Boulevard|Drive|Gate|University|College|Act|Rules)\b")


def find(source: Source) -> list[Found]:
    """Return places in the order of the text."""
    text = source.cased
    found = _of_gazetteer(text)
    for pattern, weight in ((_AFTER, 0.7), (_BEFORE, 0.75), (_OF, 0.8)):
        for match in pattern.finditer(text):
            for name in filter(None, match.groups()):
                bare = re.sub(r"^(?:,|\s*and)\s", "", name).strip()
                if any(part.lower() in NOT_NAMES for part in bare.split()) or _ROLE.search(bare):
                    continue
                start = text.index(bare, match.start())
                found.append(Found("place", bare, start, start + len(bare), weight))
    for match in _HINDI.finditer(text):
        if match[1] not in _HINDI_NOT:
            found.append(Found("place", match[1], *match.span(1), 0.7))
    return found


def _of_gazetteer(text: str) -> list[Found]:
    known = places()
    tokens = list(_TOKEN.finditer(text))
    found: list[Found] = []
    number = 0
    while number < len(tokens):
        size, value = _longest(text, tokens, number, known)
        if not size:
            number += 1
            continue
        start, end = tokens[number].start(), tokens[number + size - 1].end()
        weight = 0.35 if _ROLE.search(value) else 0.6
        if size == 1 and fold(value) in given_names():
            # "Austin" is a city after "in", a person before a family name.
            weight = 0.55 if re.search(r"(?:\b(?:in|at|near|from)|,)\s$", text[max(0, start - 8) : start]) else 0.35
        if fold(value) in _COUNTRY and re.search(r"\bof (the )?$|\sका\s$", text[max(0, start - 8) : start]):
            # The country's bank or government says where a thing is to nobody.
            weight = 0.3
        if value[0] > "\u0900" and len(value) <= _SHORT and not _placed(text, start, end):
            # "गुना" is a town and a word for "times": only where a place is said.
            weight = 0.4
        if _STREETS.match(text, end):
            weight = 0.3
        found.append(Found("place", text[start:end], start, end, weight))
        number += size
    return found


def _placed(text: str, start: int, end: int) -> bool:
    return bool(_PLACED_AFTER.match(text, end)) or text[max(0, start - 2) : start] in (", ", " -")


def _longest(text: str, tokens: list[re.Match[str]], number: int, known: dict[str, str]) -> tuple[int, str]:
    """Return how many words from here name a place of the gazetteer, 0 for none."""
    first = tokens[number].group()
    if first[0].islower() and first[0].isascii():
        return 0, ""
    for size in range(min(_MAX_WORDS, len(tokens) - number), 0, -1):
        start, end = tokens[number].start(), tokens[number + size - 1].end()
        words = text[start:end]
        if end - start > 50 or "\n" in words or "," in words:
            continue
        name = fold(words)
        if name in known:
            return size, words
    return 0, ""


_SHORT = 4
_PLACED_AFTER = re.compile(r"\s*(?:में(?![\u0900-\u097f])|[,:।\n]|-\s?\d|\Z|दिनांक|जिला|जनपद)")
_COUNTRY = frozenset({"india", "भारत"})
