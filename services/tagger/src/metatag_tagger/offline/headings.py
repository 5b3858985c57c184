"""The title and the headings of a document: what its author says it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metatag_tagger.offline.frequency import UNKNOWN, zipf
from metatag_tagger.offline.legible import is_strange, is_torn
from metatag_tagger.offline.lists import stop_words
from metatag_tagger.words import fold, words

# Words of the text's first lines that count as its title when none is known.
TITLE_WORDS = 25
# Lines of a letterhead at most.
_HEAD_LINES = 4
# Characters of a heading, and how many are looked at.
_LONGEST, _MOST = 90, 60
# What programs write into the title of a file, and what a file without a title is called.
_NO_TITLE = re.compile(
    r"^(?:untitled|document|doc|title|no title|noname|new document|scan(?:ned)?(?: document)?|image|page|slide|book|"
    r"sheet|"
    r"presentation|print|output|test|microsoft word|powerpoint presentation|adobe \w+ pdf|acrobat|unknown|none|null)"
    r"[\s\d_.()-]*$|^(?:layout|format|slide|page|scan|img|dsc)[ _-]?\d+",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"\.(?:pdf|docx?|exe|indd|pmd|qxd|qxp|html?|txt|rtf|xlsx?|pptx?|tiff?|jpe?g|png|p65|wpd|dvi|ps|eps|tex|odt|ods|cdr|ai)\b",
    re.IGNORECASE,
)
# A file's name without its ending: "annual-report-2021_final", "AcroFormsTest".
_STEM = re.compile(r"[^\W_]*(?:[-_]+[^\W_]+)+(?:\.[^\W_]+)?|[A-Z][a-z]+(?:[A-Z][a-z]+)+[^\W_]*")
_MADE_BY = re.compile(r"^(?:microsoft (?:office )?(?:word|powerpoint|excel)|adobe \w+)\s*[-–:]\s*", re.IGNORECASE)
_NUMBER = re.compile(
    r"^(?:(?:chapter|section|part|annex(?:ure)?|appendix|अध्याय|भाग|परिशिष्ट)\s+)?[\divxIVX]{0,4}(?:\.\d+)*[.):]?\s+"
)


# The first line of an office's paper names the office, not the subject.
_LETTERHEAD = re.compile(
    r"(?:the )?(?:government|govt\.?|office|ministry|department|directorate|commissionerate|municipal corporation)"
    r" of(?: the)? [^\n.:;–]{3,60}|[^\n:;–।]{2,40} (?:सरकार|शासन|मंत्रालय|विभाग|निदेशालय|संचालनालय)"
    r"|कार्यालय[ ,][^\n:।]{3,90}",
    re.IGNORECASE,
)
_NO_LETTERHEAD = re.compile(
    r"\b(?:report|act|rules|policy|order|circular|notification|notice|guidelines?|manual|scheme|budget|minutes)\b"
    r"|आदेश|ज्ञापन",
    re.IGNORECASE,
)


def is_letterhead(line: str) -> bool:
    """Return whether a line names an office as papers begin: "Government of Sonpur", "भारत सरकार"."""
    return _LETTERHEAD.fullmatch(line.strip()) is not None and _NO_LETTERHEAD.search(line) is None


def usable_title(title: str, body: str) -> str:
    """Return a title that says something about the document; "" for names of files and programs, and nonsense."""
    title = " ".join(_MADE_BY.sub("", title.strip()).split())
    if not title or is_letterhead(title) or _NO_TITLE.match(title) or _FILE.search(title) or _STEM.fullmatch(title):
        return ""
    found = words(title)
    letters = [word for word in found if word[0].isalpha()]
    if not letters or any(is_torn(word) for word in letters):
        return ""
    strange = sum(is_strange(word) for word in letters)
    if 3 * strange > len(letters):
        return ""
    known = {fold(word) for word in words(body[:200_000])}
    # Whoever wrote the title used a word or two of the text, or its words are words at least.
    content = [word for word in letters if fold(word) not in stop_words("en")]
    in_text = sum(fold(word) in known for word in content)
    if content and not in_text and not all(zipf(word.lower(), "en") > UNKNOWN for word in content):
        return ""
    return title if len(letters) > 1 or in_text else ""


# The line that says what a letter, an order or a tender is about.
_SUBJECT = re.compile(
    r"^[ \t]*(?:\d{1,2}\.[ \t]*)?(?:subject|sub|re|in re|name of (?:the )?(?:work|scheme|project)"
    r"|title|topic|paper|theme"
    r"|विषय|कार्य का नाम|योजना का नाम|शीर्षक)[ \t]*(?:[:：\t]|[-–—][ \t:])[-–—: \t]*([^\n]{4,200})(?:\n([^\n]{3,120}))?",
    re.IGNORECASE | re.MULTILINE,
)
_SUBJECTS, _SUBJECT_WITHIN = 3, 6_000


def subjects(body: str) -> Iterator[str]:
    """Yield what the lines "Subject:", "विषय:" and their like name, with the line behind a full one."""
    for number, match in enumerate(_SUBJECT.finditer(body, 0, _SUBJECT_WITHIN)):
        if number >= _SUBJECTS:
            return
        first, second = match.group(1).strip(), (match.group(2) or "").strip()
        # A subject ends with a stop or in its line, unless that is as long as lines get.
        more = second if len(first) > _FULL_LINE and not first.endswith((".", "।")) and second else ""
        yield f"{first} {more}".strip()


# A line of so many characters may go on in the next.
_FULL_LINE = 60


def headings(body: str) -> Iterator[str]:
    """Yield the lines that look like headings: short, alone or in capitals, with a capital first and no stop."""
    lines = body[:300_000].split("\n")
    count = 0
    for number, line in enumerate(lines):
        text = line.strip()
        if not 4 <= len(text) <= _LONGEST or count >= _MOST or not _looks_like_heading(text):
            continue
        before = lines[number - 1].strip() if number else ""
        after = lines[number + 1].strip() if number + 1 < len(lines) else ""
        if not before or text.isupper() or (not after and len(before) < len(text)):
            count += 1
            yield _NUMBER.sub("", text)


def _looks_like_heading(text: str) -> bool:
    if text[-1] in ".,;।" or "\t" in text or not any(character.isalpha() for character in text):
        return False
    found = [word for word in words(text) if word[0].isalpha()]
    if not 1 <= len(found) <= 12:
        return False
    first = found[0][0]
    return not first.islower()


def first_lines(body: str) -> str:
    """Return the beginning of the text that stands for its title when none is known."""
    beginning = [line for line in body.lstrip()[:600].split("\n") if line.strip()]
    first = next((line for line in beginning[:_HEAD_LINES] if not is_letterhead(line)), "")
    return " ".join(first.split()[:TITLE_WORDS])
