"""The date of a document: the one that its head, a label or its closing names, in ISO 8601; its year or years."""

from __future__ import annotations

import re
from datetime import date

from metatag_tagger.facets.source import Found, Source

_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "jan january जनवरी januar janvier enero gennaio janeiro januari",
            "feb february फरवरी फ़रवरी februar février febrero febbraio fevereiro februari",
            "mar march मार्च märz mars marzo março maart",
            "apr april अप्रैल avril abril aprile",
            "may मई mai mayo maggio maio mei",
            "jun june जून juni juin junio giugno junho",
            "jul july जुलाई juli juillet julio luglio julho",
            "aug august अगस्त août agosto augustus",
            "sep sept september सितम्बर सितंबर septembre septiembre settembre setembro",
            "oct october अक्टूबर अक्तूबर oktober octobre octubre ottobre outubro",
            "nov november नवम्बर नवंबर novembre noviembre novembro",
            "dec december दिसम्बर दिसंबर dezember décembre diciembre dicembre dezembro",
        ],
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?:1[89]|20)\d\d"
_DAY_MONTH = re.compile(
    rf"\b(\d{{1,2}})\s?(?:st|nd|rd"
    rf"|th)?\s?(?:day\s+of\s+)?[-./,]?\s?({_MONTH})\.?,?\s?[-./,]?\s?({_YEAR})(?!\d)",
    re.I,
)
_MONTH_DAY = re.compile(rf"(?<!\w)({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+({_YEAR})(?!\d)", re.I)
_NUMBERS = re.compile(rf"(?<![\d/.-])(\d{{1,2}})([/.-])(\d{{1,2}})\2({_YEAR}|\d\d)(?![\d/])(?!-\w)")
_ISO = re.compile(rf"(?<![\d-])({_YEAR})-(\d\d)-(\d\d)(?!\d)")
_MONTH_YEAR = re.compile(rf"(?<!\w)({_MONTH})\.?,?\s+({_YEAR})(?!\d)", re.I)
_YEARS = re.compile(rf"(?<![\d/.-])({_YEAR})\s?[-–/]\s?(\d\d|{_YEAR})(?![\d/])")
_ONE_YEAR = re.compile(rf"(?<![\d/.,-])({_YEAR})(?![\d/]|[.,-]\d)")

_LABEL = re.compile(
    r"(dated?|issued?( on)?|adopted|effective|day|दिनांक|तिथि|तारीख|date of (issue"
    r"|application))\W{0,12}(the|this)?\W*$",
    re.I,
)
_OTHER = re.compile(
    r"(?:(?:last date|due|deadline|expir|valid|until|till|on or before|\bby|\bto|\bfrom|birth"
    r"|d\.?o\.?b|received|clos|opening"
    r"|retire|with effect|अंतिम|नियत|जन्म|वैध)[^\n]{0,14}"
    r"|(?:refer|reference to|vide|your|our (?:letter|circular)|minutes of|letter no|circular (?:no"
    r"|dated)|in continuation"
    r"|अंतिम तिथि|के पत्र|संदर्भ)[^\n]{0,60})$",
    re.I,
)
_AFTER = re.compile(r"\s*(?:को|तक|से|के)(?![\u0900-\u097f])")
_TITLE_LINES = 6
_TITLE_WORDS = 12
# A date is the document's own from this weight on.
LEAST = 0.38
# So many dates in the head are a table's; none of them is the document's own.
MANY = 8
# The same where the head names no other date or year.
LEAST_ALONE = 0.2


def find(source: Source) -> list[Found]:
    """Return the document's date and its year, at most one of each."""
    dates = _full(source)
    best = max(dates, key=lambda found: (found.weight, -found.start), default=None)
    named = best is not None and best.start < source.head and _period(source) is None
    if best is not None and (best.weight >= LEAST or (named and best.weight >= LEAST_ALONE)):
        year = best.value[:4]
        return [best, Found("year", year, best.start, best.end, best.weight)]
    period = _period(source)
    if period is None:
        return []
    # A month's year is its first part; years like 2023-24 are one period, and both parts are searched for.
    year = period.value if _YEARS.match(source.text, period.start) else period.value[:4]
    return [period, Found("year", year, period.start, period.end, period.weight)]


def _full(source: Source) -> list[Found]:
    text = source.text
    month_first = _month_first(text)
    found = [_named_day(match[3], match[2], match[1], match) for match in _DAY_MONTH.finditer(text)]
    found += [_named_day(match[3], match[1], match[2], match) for match in _MONTH_DAY.finditer(text)]
    found += [(_date(match[1], match[2], match[3]), *match.span()) for match in _ISO.finditer(text)]
    found += [_numbers(match, month_first) for match in _NUMBERS.finditer(text)]
    table = sum(start < source.head for day, start, _ in found if day) >= MANY
    return [
        Found("date", day.isoformat(), start, end, _weight(source, start, end) - (0.5 if table else 0.0))
        for day, start, end in found
        if day
    ]


def _named_day(year: str, month: str, day: str, match: re.Match[str]) -> tuple[date | None, int, int]:
    return _date(year, _MONTHS[month.lower()], day), *match.span()


def _numbers(match: re.Match[str], month_first: bool) -> tuple[date | None, int, int]:
    first, second = (match[3], match[1]) if month_first else (match[1], match[3])
    if int(second) > 12:
        first, second = second, first
    year = match[4] if len(match[4]) == 4 else ("20" if int(match[4]) < 50 else "19") + match[4]
    return _date(year, second, first), *match.span()


def _date(year: str, month: str | int, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _month_first(text: str) -> bool:
    """Tell whether numbers are written month first: as an unambiguous date shows, else by signs of the USA."""
    first = second = 0
    for match in _NUMBERS.finditer(text):
        first += int(match[1]) > 12
        second += int(match[3]) > 12
    if first != second:
        return second > first
    return bool(re.search(r"\b[A-Z]{2} \d{5}\b|\bCounty\b|\ba\.m\.|U\.S\.", text)) and "₹" not in text


def _weight(source: Source, start: int, end: int) -> float:
    line = max(source.text.rfind("\n", max(0, start - 80), start) + 1, start - 80, 0)
    before = source.text[line:start]
    if _LABEL.search(before):
        weight = 0.75
    else:
        weight = 0.5 if start < source.head else 0.3
        alone = len(source.text[line : end + 60].split("\n", 1)[0].split()) <= 8
        weight += 0.12 if alone else -0.1
    if _OTHER.search(before) or _AFTER.match(source.text, end):
        weight -= 0.4
    # The earlier of two that speak alike.
    return weight + 0.15 * (1 - min(1.0, start / max(1, source.head)))


def _period(source: Source) -> Found | None:
    """Return the period or year that the first lines name."""
    lines = source.lines[:_TITLE_LINES]
    end = lines[-1][0] + len(lines[-1][1]) if lines else 0
    head = source.text[:end]
    for match in _MONTH_YEAR.finditer(head):
        if re.search(r"\d\s*$", head[: match.start()]):
            continue
        return Found("date", f"{match[2]}-{_MONTHS[match[1].lower()]:02d}", *match.span(), 0.6)
    for match in _YEARS.finditer(head):
        second = match[2][-2:]
        if (int(match[1]) + 1) % 100 == int(second):
            return Found("date", f"{match[1]}-{second}", *match.span(), 0.6)
    for match in _ONE_YEAR.finditer(head):
        line = head[head.rfind("\n", 0, match.start()) + 1 :].split("\n", 1)[0]
        if len(line.split()) > _TITLE_WORDS:
            continue
        before = head[max(0, match.start() - 30) : match.start()]
        # The year of a law is not the document's.
        if not re.search(r"(act|rules|code|अधिनियम|नियम|संहिता|of|no\.?)\W*$|सन्\s*$|/$", before, re.I):
            return Found("date", match[1], *match.span(), 0.5)
    return None
