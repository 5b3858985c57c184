"""What kind of document it is: a line near its head names the kind, else the marks of letters and papers."""

from __future__ import annotations

import re

from metatag_tagger.facets.lists import DocumentType, document_types
from metatag_tagger.facets.source import Found, Source

# Lines in which the name of a type may stand, and those of the title.
_LINES = 30
# A longer line names no type; and patterns take more than linear time on it.
_LINE = 250
_TITLE = 4
# Lines in which a word of every day may name the document as a heading does.
_HEADING_LINES = 12
_LAWS = frozenset({"act", "rules"})
_APPLIED = re.compile(
    r"\b(?:under|as per|per|of the|to the|violation|provisions?|section|in terms)\b|अंतर्गत|अन्तर्गत|तहत", re.I
)
_EDGES = " \t.:;,-–—_*#=|()[]।\"'“”"
_SALUTATION = re.compile(
    r"(?m)^\s*(dear\s+\w+|sir|madam|madam ?/ ?sir|respected sir|महोदय|महोदया|प्रिय \S+|श्रीमान)\W{0,4}", re.I
)
_CLOSING = re.compile(r"(yours (faithfully|sincerely|truly)|very truly yours|sincerely|भवदीय|प्रार्थी|सादर)", re.I)
_APPLICANT = re.compile(r"प्रार्थी|प्रार्थना[- ]?पत्र|your obedient|i (beg|request) ", re.I)
_PAPER = re.compile(r"(?m)^\s*(abstract|सारांश|शोध सार)\b", re.I)
_PAPER_BODY = re.compile(r"(?m)^\s*(\d\.?\s*)?(introduction|references|keywords|परिचय|प्रस्तावना|संदर्भ)\b", re.I)
_COURT = re.compile(r"(petitioner|respondent|plaintiff|defendant|appellant|वादी|प्रतिवादी|याचिकाकर्ता)", re.I)
_IN_PROSE = re.compile(r"\b(?:is|are|was|were|has|have|been|shall|will|be)\b|है|हैं|जाता|गया", re.I)
_CARRIERS = frozenset({"gazette", "form"})
# Names that are words of every day: only a line of their own, or the end of the title, says them.
_WEAK = frozenset(
    [
        "order",
        "notice",
        "letter",
        "form",
        "bill",
        "report",
        "policy",
        "act",
        "rules",
        "statement",
        "manual",
        "agreement",
        "application",
        "certificate",
        "budget",
        "memorandum",
        "judgment",
    ]
)


def find(source: Source) -> list[Found]:
    """Return the document's type, one at most, with the words that say it."""
    best: Found | None = None
    for number, (offset, line) in enumerate(source.lines[:_LINES]):
        if len(line) > _LINE:
            continue
        for found in _of_line(offset, line, number, source.hindi):
            if best is None or found.weight > best.weight:
                best = found
    marks = _by_marks(source)
    if marks is not None and (best is None or marks.weight > best.weight):
        best = marks
    return [best] if best is not None else []


def _of_line(offset: int, line: str, number: int, hindi: bool) -> list[Found]:
    start = offset + len(line) - len(line.lstrip(_EDGES))
    bare = line.strip(_EDGES)
    cells = [cell.strip(_EDGES) for cell in re.split(r"\s{3,}|\t|\||[:：]\s", bare)]
    found = []
    for kind in document_types():
        weight = 0.0
        for cell in cells:
            if kind.pattern.fullmatch(cell) and not _names_another(kind, cell, number):
                # A gazette, or a form's number, is what carries the document.
                sure = 0.75 if kind.value in _CARRIERS else 0.95
                # "Treasurer's report" far down is an item of the document.
                sure -= 0.25 if kind.value in _WEAK and number >= _HEADING_LINES else 0.0
                weight = max(weight, sure - 0.01 * number)
        if number < _TITLE and not weight and len(cells) > 1 and (ends := _inside(kind, cells[0], number)):
            weight = ends
        if not weight and len(bare.split()) <= 16 and not _IN_PROSE.search(bare):
            weight = _inside(kind, bare, number)
        if weight:
            end = start + len(bare)
            found.append(
                Found("document_type", kind.hindi if hindi and _spoken(kind, bare) else kind.value, start, end, weight)
            )
            break
    return found


def _names_another(kind: DocumentType, cell: str, number: int) -> bool:
    """Tell whether the words of a type name something else: a law applied, a patient's examination."""
    if kind.value in _LAWS:
        return bool(_APPLIED.search(cell)) or number >= _HEADING_LINES
    return kind.value == "question paper" and number >= _HEADING_LINES and "paper" not in cell.lower()


def _spoken(kind: DocumentType, line: str) -> bool:
    """Tell whether the line says the type in Hindi rather than in English."""
    match = kind.pattern.search(line)
    return match is not None and any("\u0900" <= sign <= "\u097f" for sign in match.group())


def _inside(kind: DocumentType, line: str, number: int) -> float:
    """Weigh a type named within a line: at the beginning or end of the title, or before a number or a date."""
    if kind.alone:
        return 0.0
    match = kind.pattern.match(line)
    if match and re.match(
        r"\W*(no\b|number|of|on|for|under|from|dated|दिनांक|संख्या|क्रमांक|का|की|के|हेतु|\d|:|–|-|\()",
        line[match.end() :],
        re.I,
    ):
        return (0.85 if number < _TITLE else 0.6) - 0.01 * number
    ends = [found for found in kind.pattern.finditer(line) if found.end() == len(line)]
    if ends and number < _TITLE:
        return 0.8 - 0.01 * number
    if (
        number < _TITLE
        and kind.value not in _WEAK
        and re.search(rf"(?<!\w)(?:{kind.pattern.pattern})(?!\w)", line, re.I)
    ):
        return 0.6 - 0.01 * number
    return 0.0


def _by_marks(source: Source) -> Found | None:
    text = source.text[:20_000]
    opening, closing = _SALUTATION.search(text), _CLOSING.search(source.text[-3_000:])
    if opening and closing:
        value = ("प्रार्थना पत्र" if source.hindi else "letter") if _APPLICANT.search(text) and source.hindi else None
        return Found("document_type", value or ("पत्र" if source.hindi else "letter"), *opening.span(), 0.55)
    abstract, body = _PAPER.search(text), _PAPER_BODY.search(text)
    if abstract and body:
        return Found("document_type", "शोध पत्र" if source.hindi else "research paper", *abstract.span(), 0.8)
    return None
