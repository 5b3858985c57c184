"""People by what stands around their names: a title, a label, a signature, a post; given names of a gazetteer."""

from __future__ import annotations

import re

from metatag_runtime.text import fold
from metatag_tagger.facets.lists import given_names, surnames_hindi, word_list
from metatag_tagger.facets.source import Found, Source

_PART = r"(?:[A-Z][a-z'’]+(?:-[A-Z][a-z]+)?|[A-Z]\.(?:\s?[A-Z]\.)*|[A-Z])"
_FULL = rf"{_PART}(?:[ ]{_PART}){{0,4}}"
_TITLE = (
    r"(?:Shri|Sri|Sh\.|Smt\.?|Km\.|Kumari|Mr\.?|Mrs\.?|Ms\.?|Miss|Dr\.?|Prof\.?|Professor|Er\.|Adv\."
    r"|Capt\.|Col\.|Justice|Judge|Hon'?ble|Rev\.)"
)
_TITLED = re.compile(rf"(?<!\w)(?:{_TITLE}\s)+({_FULL})")
_POST = re.compile(
    r"(?<!\w)(?:Chairman|Chairperson|Chairwoman|Chair|Vice-Chair|President|Mayor|Secretary|Clerk"
    r"|Senator|Governor|Commissioner"
    rf"|Councill?or|Member|Alderman|Supervisor|Treasurer|Director|Author|Minister)\s({_PART}(?:[ ]{_PART}){{1,3}})"
)
_LABEL = re.compile(
    r"(?im)^\W{0,4}(?:\d+[.)]\s*)?(?:name(?: of (?:the )?(?:applicant|student|candidate|employee"
    r"|patient|owner|author|consumer|officer|complainant|father|mother|insured|account holder))?"
    r"|author|prepared by|submitted by|applicant|contact|attest|signed"
    rf"|reported by|attention|attn|cc)\s*:\s*((?-i:{_FULL}))"
)
_SIGNED = re.compile(rf"(?m)^\s*\(\s*({_FULL})\s*\)\s*$")
_BEFORE_POST = re.compile(
    rf"(?m)^\s*({_PART}(?:[ ]{_PART}){{1,3}}),\s+(?:Director|Secretary|Under Secretary|Joint Secretary"
    rf"|Deputy|Commissioner|Chairman|Chief|Clerk|Manager|President|Registrar|Engineer|Officer|Attorney"
    rf"|Judge|Mayor|Plaintiff)"
)
_CERTIFIED = re.compile(
    rf"(?:certify that|between|residing|S/o|D/o|W/o|late)\s(?:{_TITLE}\s)?({_PART}(?:[ ]{_PART}){{1,3}})"
)
_PARTY = re.compile(rf"(?m)^\s*(?:\d+\.\s*)?({_PART}(?:[ ]{_PART}){{1,3}}),(?:\s+aged\b|\s*\)|\s*$|\s{{3,}})")
_ALONE = re.compile(rf"(?m)^\s*({_PART}(?:[ ]{_PART}){{1,3}})\s*$")
_PAIR = re.compile(rf"(?<![\w.])({_PART}(?:[ ]{_PART}){{1,3}})(?!\w)")
_AND = re.compile(rf"(?m)^\s*({_PART}(?:[ ]{_PART}){{1,3}})(?:,| and) ({_PART}(?:[ ]{_PART}){{1,3}})\s*$")
NOT_NAMES = word_list("not_names.txt")
_HINDI_TITLE = r"(?:श्री|श्रीमती|सुश्री|कुमारी|कु\.|डॉ\.?|डा\.?|प्रो\.|न्यायमूर्ति|मा\.|अधिवक्ता)"
_HINDI_NAME = r"[\u0900-\u0963\u0970-\u097f.]{2,20}"
_HINDI_FULL = rf"{_HINDI_NAME}(?:[ ]{_HINDI_NAME}){{0,3}}"
_HINDI_TITLED = re.compile(rf"(?<![\u0900-\u097f])(?:{_HINDI_TITLE}\s)+({_HINDI_FULL})")
_HINDI_SIGNED = re.compile(rf"(?m)^\s*\(\s*({_HINDI_FULL})\s*\)\s*$")
_HINDI_LABEL = re.compile(rf"(?m)^\W{{0,4}}(?:\S+ (?:का|के) )?नाम\s*[:：-]\s*({_HINDI_FULL})")
_HINDI_PARTY = re.compile(rf"(?m)^\s*({_HINDI_NAME}(?:[ ]{_HINDI_NAME}){{0,2}}) \.{{3,}}")
_HINDI_POST = re.compile(rf"(?m)^\s*({_HINDI_NAME}(?:[ ]{_HINDI_NAME}){{1,3}}),\s")
_HINDI_STOPS = word_list("not_names_hi.txt")


def find(source: Source) -> list[Found]:
    """Return people in the order of the text."""
    found: list[Found] = []
    for pattern, weight in (
        (_TITLED, 0.85), (_POST, 0.8), (_LABEL, 0.85), (_SIGNED, 0.9), (_BEFORE_POST, 0.75),
        (_CERTIFIED, 0.7), (_PARTY, 0.6),
    ):  # fmt: skip
        for match in pattern.finditer(source.cased):
            found += _latin(match[1], match.start(1), weight)
    known = given_names()
    for pattern, weight in ((_ALONE, 0.6), (_AND, 0.65), (_PAIR, 0.55)):
        for match in pattern.finditer(source.cased):
            for group, name in enumerate(match.groups(), 1):
                if fold(name.split()[0]) in known and not NOT_NAMES & set(name.lower().split()):
                    found += _latin(name, match.start(group), weight)
    found += _hindi(source.cased)
    return found


def _latin(name: str, start: int, weight: float) -> list[Found]:
    parts = name.split()
    while parts and parts[-1].lower().strip(".") in NOT_NAMES:
        parts.pop()
    if len(parts) < 2 or not any(len(part.strip(".")) > 2 for part in parts):
        # A single name says little unless a title led to it; and then it is mostly said in full elsewhere.
        return []
    if parts[0].lower() in NOT_NAMES:
        return []
    value = " ".join(parts)
    return [Found("person", value, start, start + len(value), weight)]


def _hindi(text: str) -> list[Found]:
    found = []
    for pattern, weight in ((_HINDI_TITLED, 0.8), (_HINDI_SIGNED, 0.85), (_HINDI_LABEL, 0.85), (_HINDI_PARTY, 0.7)):
        for match in pattern.finditer(text):
            name = _hindi_name(match[1].split(), sure=pattern is not _HINDI_TITLED)
            if name:
                found.append(Found("person", name, match.start(1), match.start(1) + len(name), weight))
    for match in _HINDI_POST.finditer(text):
        parts = match[1].split()
        if fold(parts[-1]) in surnames_hindi():
            name = " ".join(parts)
            found.append(Found("person", name, match.start(1), match.start(1) + len(name), 0.6))
    return found


def _hindi_name(parts: list[str], *, sure: bool) -> str:
    """Return the parts that are a name: up to a postposition, or, after a title, up to a family name."""
    kept: list[str] = []
    for part in parts:
        if part.strip(".,") in _HINDI_STOPS:
            break
        kept.append(part.strip(","))
        if not sure and len(kept) >= 2 and fold(kept[-1]) in surnames_hindi() and fold(kept[-1]) not in _MIDDLE:
            break
    return " ".join(kept) if 2 <= len(kept) <= 4 else ""


_MIDDLE = frozenset(fold(name) for name in ["कुमार", "सिंह", "प्रसाद", "राम", "लाल", "चन्द्र", "कुमारी", "मोहन"])
