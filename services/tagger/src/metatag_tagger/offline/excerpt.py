"""The part of a document that an LLM gets to see: first pages, headings, samples, within a token budget."""

from __future__ import annotations

import re

from metatag_tagger.model import Document
from metatag_tagger.offline.clean import Text
from metatag_tagger.words import normalise

# Characters of one token, by script, on the careful side (English text has about 4, Devanagari 1.5 to 2).
_LATIN_CHARACTERS = 3.6
_OTHER_CHARACTERS = 1.6
# A page between the first and the last is shown by its beginning.
_GLIMPSE = 600
# When there are many pages each is shown by less, but no less than this: two sentences.
_LEAST = 200
_HEADING = re.compile(r"^(?:\d+(?:\.\d+)*\.?\s+)?[^\W\d_][^\n.;]{3,70}$", re.MULTILINE)
_HEADINGS = 40


def tokens(text: str) -> int:
    """Estimate a text's length in tokens, rather too high than too low."""
    other = len(re.findall(r"[^\x00-\u024f]", text))
    return int((len(text) - other) / _LATIN_CHARACTERS + other / _OTHER_CHARACTERS) + 1


def cut(text: str, budget: int) -> str:
    """Give the beginning of a text that fits a budget of tokens, cut at a word."""
    if tokens(text) <= budget:
        return text
    end = int(len(text) * budget / tokens(text))
    while end > 0 and tokens(text[:end]) > budget:
        end = int(end * 0.9)
    space = text.rfind(" ", 0, end)
    return text[: space if space > 0 else end]


def sample(document: Document, text: Text, budget: int) -> tuple[str, int]:
    """Give the excerpt and its length in tokens: whole if it fits, else samples of all pages."""
    whole = text.body.strip()
    if tokens(whole) <= budget:
        return whole, tokens(whole)
    pages = _pages(text)
    parts = [cut(normalise(pages[0]), budget // 3)]
    if len(pages) > 1:
        parts.append(cut(pages[1], budget // 6))
    parts.append(cut(_headings(text.body), budget // 10))
    if len(pages) > 2:
        parts.append(cut(pages[-1], budget // 10))
    left = budget - sum(tokens(part) for part in parts)
    parts[2:2] = _glimpses(pages[2:-1] if len(pages) > 3 else _blocks(text.body, len(parts[0])), left)
    excerpt = cut("\n\n".join(part.strip() for part in parts if part.strip()), budget)
    return excerpt, tokens(excerpt)


def _pages(text: Text) -> list[str]:
    ends = [*text.starts[1:], len(text.body)]
    pages = [text.body[start:end].strip() for start, end in zip(text.starts, ends, strict=True)]
    return [page for page in pages if page] or [""]


def _headings(body: str) -> str:
    lines = (match.group().strip() for match in _HEADING.finditer(body[:400_000]))
    return "\n".join(
        list(dict.fromkeys(line for line in lines if line[:1].isupper() or not line.isascii()))[:_HEADINGS]
    )


def _blocks(body: str, start: int) -> list[str]:
    """Cut what follows a long first page into blocks, for documents of one page."""
    rest = body[start:]
    step = max(2_000, len(rest) // 50)
    return [rest[place : place + step] for place in range(0, len(rest), step)]


def _glimpses(pages: list[str], budget: int) -> list[str]:
    if not pages or budget <= 0:
        return []
    size = tokens(pages[0][:_LEAST]) or 1
    count = max(1, min(len(pages), budget // size))
    step = len(pages) / count
    return [cut(pages[int(number * step)][:_GLIMPSE], max(1, budget // count)) for number in range(count)]
