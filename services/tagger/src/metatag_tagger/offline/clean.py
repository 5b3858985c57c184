"""From pages as read to one text worth tagging: joined words, no running heads, no list of references."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from metatag_tagger.model import Page
from metatag_tagger.offline.ocr_errors import correct_ocr_errors
from metatag_tagger.offline.prompt_injection import strip_injections
from metatag_tagger.words import normalise

# A line repeated on so many pages, or so many times in one long text, is a running head.
REPEATS = 4
# Lines of a page that has edges; a form with four lines on each page has none.
_FULL = 7
_BREAK = re.compile(r"(\w)[-‐\u00ad]\n\s*([a-z])")
_NUMBER_LINE = re.compile(r"\W*\d*\W*")
_REFERENCES = re.compile(
    r"\n\s*(?:\d+\.?\s*)?(references|bibliography|literature cited|works cited|संदर्भ सूची|संदर्भ ग्रंथ)\s*:?\s*\n",
    re.IGNORECASE,
)
# Where in the text a list of references may begin; an early heading of that name is something else.
_REFERENCES_FROM = 0.4
# One line of more than this is a page without line ends; running heads are not looked for in it.
_LONG_LINE = 400


@dataclass(frozen=True)
class Text:
    """The cleaned text of a whole document, and where each page begins in it."""

    body: str
    starts: tuple[int, ...]
    numbers: tuple[int, ...]
    confidences: tuple[float | None, ...]
    # Whether sentences that give orders to a reader of the machine kind were taken out.
    suspicious: bool = False

    def page_at(self, offset: int) -> int:
        """Give the number of the page that holds a place in the body."""
        return self.numbers[bisect_right(self.starts, offset) - 1] if self.numbers else 0

    def confidence_at(self, offset: int) -> float | None:
        """Give the word confidence (0 to 100) of the page that holds a place, None for a text layer."""
        return self.confidences[bisect_right(self.starts, offset) - 1] if self.numbers else None


def clean(pages: Sequence[Page]) -> Text:
    """Clean and join the pages, in order."""
    texts = [_text(page) for page in pages]
    heads = _running_heads(texts)
    texts = [_without(text, heads) for text in texts]
    starts, offset = [], 0
    for text in texts:
        starts.append(offset)
        offset += len(text) + 2
    body, suspicious = strip_injections(_before_references("\n\n".join(texts)))
    numbers = tuple(page.number for page in pages)
    return Text(body, tuple(starts), numbers, tuple(page.confidence for page in pages), suspicious)


def _text(page: Page) -> str:
    text = _BREAK.sub(r"\1\2", normalise(page.text).replace("\r\n", "\n").replace("\r", "\n"))
    return text if page.confidence is None else correct_ocr_errors(text)


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip().lower())


def _running_heads(texts: Sequence[str]) -> frozenset[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        lines = [line for line in text.split("\n") if line.strip()]
        # On one page of many, only the edges of a full page can be running heads; a lone long text is looked at whole.
        edges = lines if len(texts) == 1 else lines[:2] + lines[-2:] if len(lines) >= _FULL else []
        edges = [line for line in edges if 3 < len(line.strip()) < 90]
        counts.update({_shape(line) for line in edges} if len(texts) > 1 else [_shape(line) for line in edges])
    return frozenset(shape for shape, count in counts.items() if count >= REPEATS)


def _without(text: str, heads: frozenset[str]) -> str:
    if "\n" not in text[:_LONG_LINE] and len(text) > _LONG_LINE and "\n" not in text:
        return text
    kept = [line for line in text.split("\n") if not (_is_head(line, heads) or _is_number(line))]
    return "\n".join(kept)


def _is_head(line: str, heads: frozenset[str]) -> bool:
    return len(line) < 120 and _shape(line) in heads


def _is_number(line: str) -> bool:
    stripped = line.strip()
    return 0 < len(stripped) < 12 and bool(_NUMBER_LINE.fullmatch(stripped))


def _before_references(body: str) -> str:
    for found in _REFERENCES.finditer(body):
        if found.start() > len(body) * _REFERENCES_FROM:
            return body[: found.start()]
    return body
