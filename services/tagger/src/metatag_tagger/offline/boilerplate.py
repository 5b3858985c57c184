"""What stands in a text and says nothing about its subject: addresses, labels, salutations, formulae, signatures.

None of it is taken out (an excerpt or a quote still shows it); tokens in it part phrases instead of joining them.
The patterns stand in `data/boilerplate.txt` (whole lines), `data/formulae.txt` (anywhere) and `data/labels.txt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

from metatag_tagger.offline.lists import word_list

Span = tuple[int, int]

_LINK = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
# A list of those who get a copy ends an office paper; what follows the words is names of offices.
_COPIES = re.compile(
    r"^[ \t]*(?:copy (?:to|forwarded to)|c\.c\.|प्रतिलिपि)(?=[\s:.\-–]|$)", re.IGNORECASE | re.MULTILINE
)
_COPIES_FROM = 0.5
_COPIES_LONGEST = 2_000
# Whom a letter is for: from "To" alone in its line to the subject or the salutation, so many lines at most.
_ADDRESSEE = re.compile(r"^[ \t]*(?:to|सेवा में|प्रति|प्रेषिती)[ \t]*[,:]?[ \t]*$", re.IGNORECASE | re.MULTILINE)
_LETTER_BEGINS = re.compile(
    r"^[ \t]*(?:subject|sub|re|regarding|ref(?:erence)?|dear|respected|sir|madam|"
    r"विषय|संदर्भ|सन्दर्भ|महोदय|महोदया|मान्यवर|श्रीमान)\b",
    re.IGNORECASE,
)
_ADDRESSEE_LINES = 7
# Who signed: the short lines behind the closing words, so many at most.
_CLOSING = re.compile(
    r"^[ \t]*(?:yours?[ \t]+(?:faithfully|sincerely|truly|obediently|respectfully)|sincerely|"
    r"(?:with )?(?:best |kind |warm )?regards|sd/-|s/d|\(?sd\.?\)|"
    r"भवदीय|भवदीया|आपका आज्ञाकारी|आपकी आज्ञाकारी|प्रार्थी|निवेदक|ह(?:०|0|\.)/?-?)[ \t]*[,:.]?[^\n]{0,40}$",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNED_LINES, _SIGNED_LENGTH = 5, 70
# Postal addresses: a PIN or ZIP code, or a street with a number, in a line that is no sentence.
_POSTAL = re.compile(
    r"^(?=[^\n]{0,140}$)[^\n]*?(?:\b[1-9]\d{2} ?\d{3}\b(?=[ \t.,;)]*(?:$|\(|india|भारत))"
    r"|[-–] ?[1-9]\d{5}\b|\b[A-Z]{2}[ \t]+\d{5}(?:-\d{4})?\b"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|\bp\.? ?o\.? box\b|\bpin(?:[ -]?code)?\b[ \t:.-]*\d"
    r"|\b\d+[A-Za-z]?(?:/\d+)?,?[ \t]+(?:[\w.']+[ \t]+){1,3}(?:street|st\.|road|rd\.?|avenue|ave\.?|"
    r"lane|drive|blvd|boulevard|marg|nagar|"
    r"colony|square|court|place|floor)\b(?=[ \t]*(?:,|$))"
    r"|\b(?:plot|flat|house|door|shop|h\.?|khasra|मकान|प्लॉट)[ \t]*(?:no\.?|number|नं\.?|संख्या)[ \t:.]*\d"
    r"|^[ \t]*(?:plot|flat|house|door|shop)[ \t]+\d{1,4}[ -]?[A-Z]?,)[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
_STREET = re.compile(
    r"\b(?:road|street|lane|marg|nagar|colony|avenue|bhawan|bhavan|chowk|bazar|mohalla|sector|phase|post|p\.?o\.?|dist(?:t|rict)?|"
    r"tehsil|taluka?|village|near|opp(?:osite)?|floor|building|lines|complex|enclave|residency|apartments?|towers?|"
    r"chambers|plaza|मार्ग|नगर|कॉलोनी|भवन|चौक|मोहल्ला|ग्राम|पोस्ट|तहसील|जिला|थाना)\b",
    re.IGNORECASE,
)
_STREETS = 2


@cache
def _rules(name: str) -> str:
    """Return the rules of a file as one alternative: one regular expression a line, `#` begins a remark."""
    file = resources.files("metatag_tagger.offline") / "data" / f"{name}.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    return "|".join(line for line in lines if line and not line.startswith("#"))


@cache
def _lines() -> re.Pattern[str]:
    """Return the pattern of whole lines that are boilerplate."""
    return re.compile(rf"^[ \t]*(?:{_rules('boilerplate')})[^\n]{{0,100}}$", re.IGNORECASE | re.MULTILINE)


@cache
def _formulae() -> re.Pattern[str]:
    """Return the pattern of phrases that are boilerplate wherever they stand."""
    return re.compile(rf"(?<!\w)(?:{_rules('formulae')})(?!\w)", re.IGNORECASE)


@cache
def _labels() -> re.Pattern[str]:
    """Return the pattern of a field's label: at the beginning of a line or cell, before a colon, a gap or nothing."""
    # Blanks are not consumed from the middle: a run of 200,000 would be gone through from each of its characters.
    begins = (
        r"(?:^[ \t]*|(?<=\t)|(?<=  )|(?<=[|/])[ \t]?|(?<=[;,] )|(?<=[;,]))(?=\S)"
        r"(?:[\d(]{1,3}[.)][ \t]*|[(]?[a-zA-Z][.)][ \t]+|[•*-][ \t]*)?"
    )
    ends = r"(?=[ \t]*(?:[:：=]|[-–—] |\.{3}|_{2}|\t|  |/|\||$))"
    return re.compile(
        rf"{begins}((?:{_rules('labels')})(?:\(s\)|[ \t]*\([^()\n]{{0,20}}\))?){ends}", re.IGNORECASE | re.MULTILINE
    )


@cache
def _filler() -> re.Pattern[str]:
    """Return the pattern of filler text in the words of "Lorem ipsum", four or more in a row."""
    words = "|".join(sorted(word_list("filler"), key=len, reverse=True))
    return re.compile(rf"\b(?:(?:{words})\b\W{{0,3}}){{4,}}", re.IGNORECASE)


def spans(body: str) -> list[Span]:
    """Return the places (start, end) of a text's boilerplate, in order; they may overlap."""
    found = [match.span() for match in _lines().finditer(body)]
    found += [match.span() for match in _formulae().finditer(body)]
    found += [match.span(1) for match in _labels().finditer(body)]
    if "@" in body or "www." in body or "://" in body:
        found += [match.span() for match in _LINK.finditer(body)]
    if "ipsum" in body or "dolor" in body:
        found += [match.span() for match in _filler().finditer(body)]
    found += _postal(body)
    found += _addressees(body)
    found += _signatures(body)
    for match in _COPIES.finditer(body):
        if match.start() > len(body) * _COPIES_FROM and len(body) - match.start() < _COPIES_LONGEST:
            found.append((match.start(), len(body)))
            break
    return sorted(found)


def _postal(body: str) -> Iterator[Span]:
    for match in _POSTAL.finditer(body):
        # A sentence may name a street; an address has commas and no verb to end it.
        if not match.group().rstrip().endswith((".", "।")) or match.group().count(",") > 1:
            yield match.span()
    place = 0
    for line in body.split("\n"):
        streets = len(_STREET.findall(line)) if len(line) < 110 else 0
        if streets >= _STREETS and "," in line and not line.rstrip().endswith((".", "।")):
            yield place, place + len(line)
        place += len(line) + 1


def _addressees(body: str) -> Iterator[Span]:
    for match in _ADDRESSEE.finditer(body):
        end = match.end()
        for _ in range(_ADDRESSEE_LINES):
            stop = body.find("\n", end + 1)
            line = body[end + 1 : stop if stop >= 0 else len(body)]
            if _LETTER_BEGINS.match(line):
                yield match.start(), end
                break
            if stop < 0:
                break
            end = stop


def _signatures(body: str) -> Iterator[Span]:
    for match in _CLOSING.finditer(body):
        end = match.end()
        for _ in range(_SIGNED_LINES):
            stop = body.find("\n", end + 1)
            line = body[end + 1 : stop if stop >= 0 else len(body)]
            if len(line) > _SIGNED_LENGTH or _ADDRESSEE.match(line) or line.rstrip().endswith((".", "।")):
                break
            end = stop if stop >= 0 else len(body)
            if stop < 0:
                break
        yield match.start(), end
