"""A file's own title, where it has one: not a file's name, a path, an address, or a program's default."""

from __future__ import annotations

import re
from collections.abc import Iterable

_BLANKS = re.compile(r"\s+")
_MAX_TITLE = 300
# Endings of the names of files that programs put where a title belongs.
_ENDINGS = (
    "ai|bmp|book|cdr|csv|dgn|djvu|docm|docx?|dotx?|dvi|dwg|dxf|emf|eps|epub|fm|gif|html?|idml|indd|jpe?g|key|max|mdi"
    "|mht|msg|numbers|odg|odp|ods|odt|ott|oxps|p65|pages|pdf|pmd|png|pptm?|pptx|prn|psd?|pub|qxd|qxp|rtf|sam|sldprt|svg|sxw"
    "|tex|tiff?|tmp|txt|vsdx?|webp|wpd|wps|xlsm?|xlsx|xml|xps|zip"
)
_FILE = re.compile(rf".*\.(?:{_ENDINGS})", re.IGNORECASE)
_PLACE = re.compile(r"[a-z]:[\\/]|\\\\|/\w+/|~/|(?:file|https?|ftps?|about|blob|data|chrome):|www\.", re.IGNORECASE)
# What programs write by themselves, and what they count: "Slide 1", "Book2", "Untitled-1".
_DEFAULT = re.compile(
    r"(?:anonymous|blank document|company name|default|document title|enter title here|exported document|file|form"
    r"|imprimir|full page (?:fax print|photo)|jfif|model|pdfcreator"
    r"|new microsoft \w+ (?:document|worksheet|presentation)|index|new document|new page|no title"
    r"|none|null|output|pdf document|portfolio"
    r"|print|print (?:document|job|preview)|powerpoint[ -](?:presentation|präsentation)|presentation title|report"
    r"|report title"
    r"|présentation powerpoint|(?:documento? )?(?:sans titre|sin título|sem título|senza titolo)|standard|table|temp"
    r"|test|the title|title of document|title page|title|titel"
    r"|type the document title|unknown|unnamed|unbenannt|webpage|your title"
    r"|पीडीएफ|शीर्षक|(?:शीर्षकहीन|नया|बिना शीर्षक)(?: (?:दस्तावेज़|प्रस्तुति))?)"
    r"|(?:bild|binder|blank page|blank|book|brochure|diagram|doc|document|documento|dokument|draft|drawing|folie|image"
    r"|layout"
    r"|mappe|page|pdf|photo|presentation|präsentation|scan|scanned document|scanned image|sheet|slide|untitled"
    r"|untitled (?:document|spreadsheet|presentation|form|design)|दस्तावेज़|प्रस्तुति)[\s_#(-]*\d*\)?",
    re.IGNORECASE,
)
_PROGRAMS = re.compile(
    r"(?:microsoft|ms) (?:word|excel|powerpoint|publisher|visio|outlook|access|project|onenote)\b"
    r"|(?:crystal reports|autocad|coreldraw|quarkxpress|pagemaker|adobe (?:photoshop|indesign|illustrator|acrobat)"
    r"|libreoffice|openoffice|google docs|scansnap|camscanner|epson|hp(?: \w+)?|kyocera|xerox|canon|ricoh)"
    r"\b(?:[\s\d._:/()-]|scan(?:ned)?|document|image|photo|pdf|[ap]m\b)*$"
    r"|whatsapp (?:image|document|scan)\b|(?:new )?doc(?:ument)? \d[\d .:/-]*(?:[a-z]{3} \d{4})?[\d .:/-]*$"
    r"|page \d+ of \d+$",
    re.IGNORECASE,
)
# What web offices put behind a name, and what copies get before it.
_AFTER, _BEFORE = re.compile(r" - google (?:docs|sheets|slides|forms)$", re.IGNORECASE), re.compile("copy of ", re.I)
_TEMPORARY = re.compile(r"te?mp\w*\d\w*", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_FRAME = re.compile(r"^[(<\[{]+(.*?)[)>\]}]+$")


def clean_title(title: str | None) -> str:
    """Return a title with single blanks; an empty string when it is blank or nobody gave it."""
    plain = _plain(title)
    return plain[:_MAX_TITLE] if plain and not _is_default(plain) else ""


def outline_title(entries: Iterable[str | None]) -> str:
    """Return the first outline entry of 10 to 100 characters that may be a title; an empty string without one."""
    return next((plain for plain in map(clean_title, entries) if 10 <= len(plain) <= 100), "")


def _is_default(plain: str) -> bool:
    framed = _FRAME.match(plain)
    inner = (framed[1] if framed else plain).strip(" .-_*")
    inner = inner[len("copy of ") :] if _BEFORE.match(inner) else inner
    if not any(map(str.isalpha, inner)) or "\ufffd" in plain or _DEFAULT.fullmatch(inner):
        return True
    return bool(_FILE.fullmatch(inner) or _PLACE.match(inner) or _PROGRAMS.match(inner)) or _is_code(inner)


def _is_code(plain: str) -> bool:
    """Tell whether a title is one word that looks like a file's name without its ending, or like a number."""
    if " " in plain:
        return False
    letters, digits = sum(map(str.isalpha, plain)), sum(map(str.isdigit, plain))
    if "_" in plain or digits > letters or "\\" in plain:
        return True
    return bool(_UUID.fullmatch(plain) or _TEMPORARY.fullmatch(plain))


def _plain(text: str | None) -> str:
    printable = "".join(char if char.isprintable() else " " for char in text or "")
    return _AFTER.sub("", _BLANKS.sub(" ", printable).strip())
