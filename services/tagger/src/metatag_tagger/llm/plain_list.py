"""Read tags out of plain text. A list is one only if it looks like a list; prose never is."""

from __future__ import annotations

import re
from collections.abc import Callable

_MAX_LINES = 200
# A list holds short parts; when too many are long, the answer is a sentence about the task and no list.
_WORDS_OF_A_TAG = 5
_SHORT_SHARE = 0.7
# Share of the parts whose words must stand in the document.
_STANDING_SHARE = 0.6
# Parts of a list whose words cannot be looked up, because the document is in another language.
_MARKED = 3

_MARKUP = re.compile(r"```\w*|</?[a-zA-Z][^<>]{0,60}>|\*\*|__|`")
_TAGGED = re.compile(r"<(tag|keyword|topic|label|term)>([^<>]{1,200})</\1>", re.IGNORECASE)
_HASHTAG = re.compile(r"#([^\W\d_][\w\u0900-\u0dff]{1,60})")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_RULE = re.compile(r"\s*\|?[\s:|-]*-{2,}[\s:|-]*\s*")
_BULLET = re.compile(r"^\s*(?:[-*•·▪‣>+]|\(?\d{1,3}[.):]|\(?[a-z][.)])\s+", re.IGNORECASE)
_LABEL = re.compile(
    r"^\W{0,4}(?:[\w']+ ){0,4}(?:tags?|keywords?|topics?|labels?|टैग|विषय)\W{0,4}?[::]\s*", re.IGNORECASE
)
_NOTE = re.compile(r"\s+[–—-]\s+.*|\s*[::]\s+.*|\s*\([^()]*\)\s*$")


def read(text: str, stands: Callable[[str], bool] | None) -> list[str]:
    """Return the entries of a list in plain text; an empty list when it is none.

    `stands` tells whether a phrase's words stand in the document; None where they cannot be looked up.
    """
    tagged = [match.group(2) for match in _TAGGED.finditer(text)]
    if tagged:
        return tagged
    text = _MARKUP.sub("", text)
    if marked_words := hashtags(text):
        return marked_words if _believed(marked_words, len(marked_words), stands) else []
    parts, marked = _parts(text)
    short = [part for part in parts if len(part.split()) <= _WORDS_OF_A_TAG]
    if len(short) < 2 or len(short) < _SHORT_SHARE * len(parts):
        return []
    return short if _believed(short, marked, stands) else []


def hashtags(text: str) -> list[str]:
    """Return the words of a text that is hashtags for the most part, two at least; else nothing."""
    found = [_CAMEL.sub(" ", name) for name in _HASHTAG.findall(text)]
    return found if len(found) >= 2 and len(found) >= len(text.split()) * _SHORT_SHARE else []


def _believed(parts: list[str], marked: int, stands: Callable[[str], bool] | None) -> bool:
    if stands is None:
        return marked >= _MARKED
    return sum(map(stands, parts)) >= _STANDING_SHARE * len(parts)


def _without_table(lines: list[str]) -> list[str]:
    """Return lines with the rows of a Markdown table as bullets of their first cell that holds words."""
    rule = next((at for at, line in enumerate(lines) if at and _RULE.fullmatch(line) and "|" in line), None)
    if rule is None:
        return lines
    rows = [line.strip().strip("|").split("|") for line in lines[rule + 1 :] if line.lstrip().startswith("|")]
    return ["- " + next((cell.strip() for cell in row if re.search(r"[^\W\d_]", cell)), "") for row in rows]


def _parts(text: str) -> tuple[list[str], int]:
    """Return the parts of a list, and how many of them stood behind a bullet or number."""
    parts: list[str] = []
    marked = 0
    for line in _without_table(text.splitlines()[:_MAX_LINES]):
        labelled = _LABEL.sub("", line, count=1).strip()
        if not labelled or labelled.endswith(":"):
            continue
        bare = _BULLET.sub("", labelled)
        if bare != labelled:
            marked += 1
            found = [_NOTE.sub("", bare)] if "," not in bare else bare.split(",")
        else:
            found = re.split(r"[,;|•·،、，；]", labelled)
        parts += [part for piece in found if (part := piece.strip(" \t-*•>\"'“”.।"))]
    return parts, marked
