"""Organisations by the words that begin or end their names, in English and Hindi."""

from __future__ import annotations

import re
from itertools import islice

from metatag_tagger.facets.phrases import walk_back
from metatag_tagger.facets.source import Found, Source

_NAME = r"[A-Z][\w'’&-]*\.?"
_JOIN = r"(?:of|and|&|for|the|on)"
_HEAD = (
    r"(?:Ministry|Department|Directorate|University|Institute|College|School|Bank|Board|Council"
    r"|(?:High |Supreme |District "
    r"|Circuit )?Court|Commission|Committee|Government|Municipality|Society|Association|Federation"
    r"|Union|Academy|Cent(?:re|er)"
    r"|Agency|Authority|Bureau|Comptroller and Auditor General|Chamber|Confederation|Registrar)"
)
_LED = re.compile(
    rf"(?<!\w)((?:{_NAME} ){{0,4}}{_HEAD} of (?:the )?{_NAME}(?:(?:, (?=[\w, ]{{1,60}} and )"
    rf"| {_JOIN} (?:the )?| )(?=[A-Z]){_NAME}){{0,7}})"
)
_COMPANY = (
    r"(?:Pvt\.? Ltd\.?|Private Limited|Ltd\.?|Limited|Inc\.?|LLC|LLP|PLC|Plc|GmbH|Corp\.?|Corporation|Company|Co\.)"
)
_LAST = (
    r"University|College|Institute|School|Hospital|Bank|Board|Commission|Authority|Council|Committee"
    r"|Department|Ministry"
    r"|Trust|Foundation|Society|Association|Federation|Network|Agency|Bureau|Court|Tribunal|Industries"
    r"|Enterprises|Mills"
    r"|Farms|Contractors|Associates|Brothers|Services|Traders|Laboratories|Chemicals|Nigam|Parishad"
    r"|Panchayat|Samiti|Sangh"
    r"|Mandal|Municipality|Communities|Directorate|Ministry|Academy|Group|Partners|Technologies|Systems|Solutions"
    r"|Restaurants|Supplies|Electricals|Publications|Press|Library|Museum|Church|Club|League"
    r"|Institution|Centre|Center"
    r"|Corporation|Company|Vidyalaya|Sangathan|Vibhag|Division"
)
_ENDED = re.compile(rf"(?<!\w)((?:{_NAME}(?: {_JOIN}(?= [A-Z]))? ){{1,7}}(?:{_LAST})(?: {_COMPANY})?)(?!\w)")
_TRADED = re.compile(rf"(?<!\w)((?:{_NAME}(?: (?:of|and|&)(?= [A-Z]))?,? ){{1,6}}{_COMPANY})(?!\w)")
_AMPERSAND = re.compile(rf"(?<!\w)((?:{_NAME} ){{1,4}}and {_NAME})(?=, [A-Z])")
_HINDI = re.compile(
    r"(मंत्रालय|मन्त्रालय|विभाग|निगम|आयोग|विश्वविद्यालय|महाविद्यालय|विद्यालय|परिषद|बोर्ड|समिति|पंचायत"
    r"|न्यायालय|संस्थान|संस्था|बैंक"
    r"|चिकित्सालय|अस्पताल|प्राधिकरण|निदेशालय|लिमिटेड|शासन|सरकार|मंडल|मण्डल|संघ|कालेज|कॉलेज|अकादमी"
    r"|केन्द्र|केंद्र|न्यास|पालिका|संगठन"
    r"|मंडी|फाउंडेशन)(?![\u0900-\u097f])"
)
_COURT_HINDI = re.compile(r"(?:कार्यालय|न्यायालय)\s+([\u0900-\u097f.]{1,20}(?: [\u0900-\u097f.]{1,20}){0,3})")
_NOTHING = frozenset({"center of excellence", "centre of excellence", "board of directors", "board of trustees"})
_MATCHES = 300
_LONGEST = 90
_OFFICER = re.compile(r"\s+(?:अधिकारी|अध्यक्ष|सदस्य|सचिव|भवन|स्तर|परिसर|कर्मी|कार्यकर्ता)")
# Head nouns whose names are of one word ("जल आयोग"); others are said of anything ("ग्राम समिति").
_SURE = frozenset(
    [
        "मंत्रालय",
        "मन्त्रालय",
        "आयोग",
        "विश्वविद्यालय",
        "निगम",
        "बैंक",
        "न्यायालय",
        "संस्थान",
        "शासन",
        "सरकार",
        "विभाग",
        "निदेशालय",
        "प्राधिकरण",
        "लिमिटेड",
    ]
)
_LEADING = re.compile(
    r"^(?:The|A|An|This|That|To|From|By|In|At|On|For|Of|And|Bill|Sold|Ship|Customer|Vendor|Attest"
    r"|Contact|Dear|Before|Sirs?|Our|Your"
    r"|Under|With|All|Each|Every|Any|Such|No|See|Members?|Chairman|Secretary|President|Director"
    r"|Principal|Office|Copyright|Commissioner|Registrar|Manager|Secretary|Officer)\b[\s:,.]*"
)
_CUT = (
    r"\s(?:Authori[sz]ing|Approving|Adopting|Amending|Declaring|Establishing|Providing|Regarding"
    r"|Concerning|Dated?)\b|\.\s"
)
_COMMON = re.compile(
    r"(?:(?:The|This|Our|Your|Any|Each|Local|State|Central|National|Public|Private|High|Higher|Primary"
    r"|Secondary|Executive"
    r"|Said|First Appellate|Appellate|Competent|Concerned|Head|Branch|Joint|New|Sub|Junior|Senior"
    r"|General|Special|Main|Research|Call|Community|Service)\s)*"
    rf"(?:{_LAST}|{_COMPANY})",
    re.IGNORECASE,
)
_GENERIC_HINDI = frozenset(
    [
        "राज्य सरकार",
        "केन्द्र सरकार",
        "केंद्र सरकार",
        "राज्य शासन",
        "उक्त विभाग",
        "स्वास्थ्य उपकेंद्र",
        "जन सेवा केंद्र",
        "सेवा केंद्र",
        "आंगनवाड़ी केंद्र",
    ]
)


def find(source: Source) -> list[Found]:
    """Return organisations in the order of the text."""
    found: list[Found] = []
    for offset, line in source.lines:
        for pattern, weight in ((_LED, 0.85), (_TRADED, 0.9), (_ENDED, 0.7)):
            for match in pattern.finditer(line):
                name, start = _named(match[1], offset + match.start(1))
                if name:
                    found.append(Found("organisation", name, start, start + len(name), weight))
        if len(found) < _MATCHES:
            found += _hindi(source.cased, offset, line)
    return found


def _named(name: str, start: int) -> tuple[str, int]:
    while leading := _LEADING.match(name):
        name, start = name[leading.end() :], start + leading.end()
    name = re.split(_CUT, name)[0]
    name = re.sub(rf",?\s+{_JOIN}$", "", name.strip(" ,"))
    if (
        len(name.split()) < 2
        or _COMMON.fullmatch(name)
        or name.lower() in _NOTHING
        or not name[:1].isupper()
        or len(name) > 90
    ):
        return "", start
    return " ".join(name.split()), start


def _hindi(text: str, offset: int, line: str) -> list[Found]:
    found = []
    for match in islice(_HINDI.finditer(line), _MATCHES):
        if _OFFICER.match(line, match.end()):
            continue
        start, words = walk_back(text, offset + match.start(), limit=7, joined=True)
        name = " ".join([*words, match[1]])
        if words and name not in _GENERIC_HINDI and not (len(words) == 1 and len(words[0]) < 3):
            sure = len(words) > 1 or match[1] in _SURE or len(line.split()) <= 8
            found.append(Found("organisation", name, start, offset + match.end(), 0.7 if sure else 0.45))
    office = _COURT_HINDI.match(line.strip())
    if office:
        start = offset + len(line) - len(line.lstrip())
        name = re.sub(r"[ ,]+(?:एवं|और|तथा|व|सह)$", "", office.group(0).split("।")[0].strip(" ,"))
        if len(name.split()) > 1 and not re.search(r"^कार्यालय (?:आदेश|ज्ञाप|समय|पत्र)|(?:आदेश|ज्ञापन?|पत्र|समय)$", name):
            found.append(Found("organisation", name, start, start + len(name), 0.6))
    return found
