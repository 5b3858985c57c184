"""Numbers under which a document or its case is kept: file, order, docket, invoice, circular, tender."""

from __future__ import annotations

import re

from metatag_tagger.facets.source import Found, Source

_NO = r"(?:nos?|number|num|#|id)\b\.?"
_NAMED = (
    r"invoice|bill|receipt|order|purchase order|p\.?o|letter|circular|notification|memo(?:randum)?"
    r"|file|f|ref(?:erence)?"
    r"|our ref|case|cause|docket|civil action|criminal case|suit|complaint|appeal|petition|tender|nit|rfp|rfq|bid"
    r"|contract|agreement|policy|licen[cs]e|permit|registration|regn?|register|enrol?ment|roll|certificate|document"
    r"|doc|report|resolution|ordinance|application|claim|fir|advt?|advertisement|proposal|project"
    r"|grant|patent|serial"
)
_VALUE = (
    r"(?:(?:[A-Z]{1,3}|एफ|फा)\.? ?(?=\d))?[A-Za-z0-9\u0904-\u0939]"
    r"[\w\u0900-\u0963./()&:,–‑-]{0,50}(?:\s?[-/]\s?[\w\u0900-\u0963./()–‑-]{1,30})?"
)
_LABELLED = re.compile(
    rf"(?<![\w.])(?P<label>{_NAMED})\.?\s*{_NO}\s*[:.#=-]{{0,3}}\s{{0,3}}(?P<value>{_VALUE}(?:\s+of\s+(?:19"
    rf"|20)\d\d)?)",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?m)(?:^|\(|\[)\s*no\.?\s*[:.-]?\s*(?P<value>{_VALUE})", re.IGNORECASE)
_IN_LINE = re.compile(rf"(?<!\w)No\.\s*(?P<value>{_VALUE})")
_REF = re.compile(rf"(?<![\w.])(?:our |your )?ref(?:erence)?\.?\s*:\s*(?P<value>{_VALUE})", re.IGNORECASE)
_PLAIN_NAMED = re.compile(rf"(?<!\w)(?:purchase order|docket|case)\s*:\s*(?P<value>{_VALUE})", re.IGNORECASE)
_HINDI = re.compile(
    r"(?<![\u0900-\u097f])(?P<label>(?:[\u0900-\u097f]+\s+){0,2}(?:संख्या|क्रमांक|क्रमाँक|पत्रांक"
    r"|पत्रांक|ज्ञापांक|सं\.|फा\.))"
    rf"\s*[:：./=-]{{0,3}}\s{{0,3}}(?P<value>{_VALUE})"
)
_COURT = re.compile(
    r"(?<!\w)(?P<value>(?:(?:writ|special leave|review|civil|criminal|first|second|regular|misc\w*\.?"
    r"|original)\s+){1,2}"
    r"(?:petition|appeal|application|suit|case|revision|reference)\s*(?:\([A-Z]{1,5}\)\s*)?no\.?\s*\d{1,7}"
    r"\s*(?:of|/)\s*(?:19|20)\d\d"
    r"|(?:w\.?\s?p|c\.?w\.?p|s\.?l\.?p|crl\.?\s?a|c\.?\s?a|o\.?\s?a|f\.?a\.?o|r\.?s\.?a"
    r"|cr\.?\s?p)\.?\s?(?:\([A-Za-z]{1,5}\))?"
    r"\s?(?:no\.?\s?)?\d{1,7}\s?(?:of|/)\s?(?:19|20)\d\d)",
    re.IGNORECASE,
)
_DOCKET = re.compile(r"(?<![\w-])(?P<value>\d:\d\d-[a-z]{2}-\d{3,6}(?:-[A-Z]{2,4}){0,2})(?![\w-])")
_GAZETTE = re.compile(
    r"(?<!\w)(?P<value>(?:S\.?\s?O|G\.?\s?S\.?\s?R"
    r"|G\.?\s?O)\.?\s?(?:\([A-Za-z]{1,3}\))?\.?\s?(?:No\.?\s?)?\d{1,5}\s?\([A-Z]\))"
)
_CODE = re.compile(
    r"(?m)^\s*(?P<value>[A-Z][\w.&-]{1,20}(?:\s\([\w .]{1,20}\))?(?:\s?No\.?\s?\d[\w.]*)?"
    r"(?:/[\w.&()-]{1,20}){2,6})(?=\s|$)"
)

# Numbers of other things, by the words before them.
_OTHER = re.compile(
    r"(account|a/c|phone|mobile|tel|fax|section|article|rule|page|table|fig(ure)?|route|plot|house"
    r"|ward|room|flat|khasra"
    r"|survey|s\.|sl\.?|sr\.?|form|division|item|clause|para|annexure|schedule|chapter|gstin?|pan|hsn"
    r"|pin|aadhaa?r|age"
    r"|customer|lot|gate|bus|train|खाता|मोबाइल|फोन|दूरभाष|आधार|मकान|वार्ड|धारा|भूखण्ड|खसरा|पृष्ठ|प्लॉट"
    r"|कमरा|गाटा|जन|कुल"
    r"|हेल्पलाइन|नंबर)\s*$",
    re.IGNORECASE,
)
_WEIGHTS = (
    (_COURT, 0.9), (_DOCKET, 0.95), (_GAZETTE, 0.9), (_LABELLED, 0.85), (_HINDI, 0.85), (_REF, 0.7),
    (_PLAIN_NAMED, 0.7), (_BARE, 0.7), (_CODE, 0.65), (_IN_LINE, 0.6),
)  # fmt: skip
_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d\d)|(?:19|20)\d\d")


def find(source: Source) -> list[Found]:
    """Return the reference numbers, those of the head first."""
    taken: list[tuple[int, int]] = []
    found: list[Found] = []
    for pattern, weight in _WEIGHTS:
        for match in pattern.finditer(source.text):
            start, end = match.span("value")
            value = _trimmed(match["value"])
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            if not _is_number(value, pattern) or _OTHER.search(source.text[max(0, match.start() - 24) : match.start()]):
                continue
            if "label" in match.groupdict() and _OTHER.search(match["label"].rsplit(None, 1)[0] + " "):
                continue
            taken.append((start, end))
            far = start >= source.head
            found.append(Found("reference", value, start, start + len(value), weight - (0.3 if far else 0.0)))
    return found


def _trimmed(value: str) -> str:
    value = re.split(r"\s{2,}|,\s|\n", value.strip())[0]
    value = re.split(r"\s+(?=dated?\b|दिनांक)", value, flags=re.IGNORECASE)[0]
    value = value.replace("–", "-").replace("‑", "-").rstrip(" .,:;-/&")
    for opening, closing in ("()", "[]"):
        if value.count(closing) > value.count(opening):
            value = value[: value.rfind(closing)].rstrip(" .,:;-")
        if value.count(opening) > value.count(closing):
            value = value[: value.rfind(opening)].rstrip(" .,:;-")
    return value


def _is_number(value: str, pattern: re.Pattern[str]) -> bool:
    digits = sum(map(str.isdigit, value))
    if not digits or len(value) < 3 or len(value) > 60 or _DATE.fullmatch(value):
        return False
    if pattern in (_LABELLED, _HINDI, _COURT, _DOCKET, _GAZETTE):
        return digits >= 2 and (len(value) >= 4 or digits >= 3)
    # Without a word that says what it is, a number has parts.
    return (
        digits >= 2
        and len(value) >= 5
        and bool(re.search(r"[/()-]", value))
        and bool(re.search("[A-Za-z\u0900-\u097f/]", value))
    )
