"""Laws and schemes by the word that ends their names: Act, Rules, Code, Scheme, Mission; अधिनियम, संहिता, योजना."""

from __future__ import annotations

import re
from itertools import islice

from metatag_tagger.facets.phrases import walk_back
from metatag_tagger.facets.source import Found, Source

_SMALL = r"(?:of|and|the|to|for|in|on|&|with)"
_NAME = r"[A-Z][\w'’-]*\.?"
_YEAR = r"(?:,?\s*\(?(?:of\s+)?(?:1[89]|20)\d\d\)?)"
_LAW = re.compile(
    rf"(?<!\w)({_NAME}(?:[ ,]{{1,2}}(?:{_NAME}|{_SMALL}|\([A-Z][\w ,'-]{{2,60}}\))){{0,14}}?\s"
    rf"(?:Act|Rules|Code|Regulations|Ordinance|Bye-?[Ll]aws|Bill)(?:{_YEAR})?)(?!\w)"
)
_SCHEME = re.compile(
    rf"(?<!\w)({_NAME}(?:[ -]{_NAME}|\s{_SMALL}(?=\s[A-Z])){{0,7}}?\s"
    r"(?:Scheme|Yojana|Mission|Abhiyan|Programme|Program|Campaign|Initiative))(?!\w)"
)
_SHORT = re.compile(
    r"(?<!\w)(Constitution of India|MGN?REGA|NREGA|Indian Penal Code|Code of Civil Procedure"
    r"|Code of Criminal Procedure"
    r"|मनरेगा|भारत का संविधान|भारतीय दण्ड संहिता|भारतीय दंड संहिता)(?!\w)"
)
_HINDI = re.compile(
    r"(अधिनियम|नियमावली|संहिता|अध्यादेश|विधेयक|योजना|मिशन|अभियान"
    r"|कार्यक्रम)(?![\u0900-\u097f])(,?\s*(?:1[89]|20)\d\d)?"
)
_MATCHES = 300
_ACTS = frozenset({"अधिनियम", "नियमावली", "संहिता", "अध्यादेश", "विधेयक"})
# Words before a law that are not part of its name, and names that say nothing.
_LEADING = re.compile(
    r"^(?:The|This|That|Under|Of|And|Said|In|For|To|By|With|Section|Rule|Rules|Article|Clause|See|As"
    r"|An?|Any|Such|Our)\b[\s,]*(?:\d+\w*\s*)?"
)
_EMPTY = re.compile(
    r"(?:Said |Principal |Present |Above |Same |State |Central |New )?(?:Act|Rules|Code|Regulations?"
    r"|Bill|Scheme|Mission|Programme|Program|Campaign|Initiative|Ordinance)(?:,? (?:of )?\d{4})?",
    re.I,
)
# "Code" and "Rules" stand in many names; these are laws without a year.
_CODES = re.compile(
    r"(?:Penal|Civil|Criminal|Procedure|Revenue|Building|Tax|Labou?r|Municipal|Bankruptcy|Commercial"
    r"|Education|Government|Safety|States|Insurance|Election|Election Conduct|Of Conduct"
    r"|Federal Regulations|Vehicle|Zoning|Land) Code$|Rules of (?:Civil|Criminal|Court|Evidence"
    r"|Procedure|Business)|(?:Service|Conduct|Leave|Financial|Pension|Factories|Procedure) Rules$",
    re.I,
)
_NEEDS_YEAR = re.compile(r"(?:Code|Rules|Regulations|Bill)$")
_NEEDS_WORDS = re.compile(r"(?:Program|Programme|Campaign|Initiative|Mission)$")
_NOT_LAWS = re.compile(
    r"(?:Dress|Bar|QR|Zip|Pin|Area|HSN|SAC|IFSC|Postal|Source|Project|Hospital|Electricity|Water|Your"
    r"|The|Total|Monthly|Computer|Degree|Training|Space|Postal Index) (?:Code|Bill|Program|Programme"
    r"|Mission|Act)$",
    re.I,
)


def find(source: Source) -> list[Found]:
    """Return laws and schemes in the order of the text."""
    found: list[Found] = []
    text = source.cased
    found += [Found("law_or_scheme", match[1], *match.span(1), 0.85) for match in _SHORT.finditer(text)]
    flat = re.sub(r"\n(?=[^\n])", " ", text)
    for pattern, weight in ((_LAW, 0.85), (_SCHEME, 0.75)):
        for match in pattern.finditer(flat):
            name, start = _named(match[1], match.start(1))
            if name:
                bonus = 0.1 if re.search(r"\d{4}$", name) else 0.0
                found.append(Found("law_or_scheme", name, start, match.end(1), weight + bonus))
    found += _hindi(text)
    return found


def _named(name: str, start: int) -> tuple[str, int]:
    """Return a law's name without what leads to it, empty when nothing of a name is left."""
    while leading := _LEADING.match(name):
        name, start = name[leading.end() :], start + leading.end()
    name = " ".join(name.split())
    name = re.sub(r"\bof ((?:1[89]|20)\d\d)$", r"\1", name)
    words = re.sub(r",?\s*\(?\d{4}\)?$", "", name).split()
    if len(words) < 2 or _EMPTY.fullmatch(name) or _NOT_LAWS.search(name) or not name[:1].isupper():
        return "", start
    if (
        _NEEDS_YEAR.search(name)
        and not _CODES.search(name)
        and not (name.endswith(("Bill", "Rules")) and len(words) > 2)
    ):
        return "", start
    if _NEEDS_WORDS.search(name) and len(words) < 3:
        return "", start
    return name, start


def _hindi(text: str) -> list[Found]:
    found = []
    for match in islice(_HINDI.finditer(text), _MATCHES):
        act = match[1] in _ACTS
        start, words = walk_back(text, match.start(), limit=9 if act else 6, genitive=True, joined=act)
        if len(words) < (1 if act or match[2] else 2):
            continue
        name = " ".join([*words, match[1] + (match[2] or "")])
        found.append(Found("law_or_scheme", name, start, match.end(), 0.85 if act else 0.7))
    return found
