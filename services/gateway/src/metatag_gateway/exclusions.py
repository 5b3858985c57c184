"""Exclusion lists: terms that no tag may be, from a config, a .txt or a .pdf file."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Iterable

from metatag_gateway.ports import Ocr
from metatag_runtime.errors import InvalidArgument, MetatagError

# Beyond this many terms a list is a mistake, and each term costs time with every document.
MAX_TERMS = 10_000
# A longer piece of text is no term, and would cost time with every tag; the config's own words have the same bound.
MAX_TERM_CHARS = 200
MAX_PDF_PAGES = 20
# Guessing an encoding costs time with length; its head tells as much. Bytes.
GUESS_FROM = 64 * 1024
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def parse(text: str) -> list[str]:
    """Give the terms of a list: by line or comma, `#` skips a line or part, lower case, each once, in order.

    Pieces longer than a term can be are left out.
    """
    found: dict[str, None] = {}
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            continue
        for part in line.split(","):
            # Spaces may stand around and between the words of a term.
            if len(part) > 2 * MAX_TERM_CHARS:
                continue
            term = " ".join(part.split()).lower()
            if term and len(term) <= MAX_TERM_CHARS and not term.startswith("#"):
                found[term] = None
    if len(found) > MAX_TERMS:
        raise InvalidArgument(f"The exclusion list has {len(found)} terms; at most {MAX_TERMS} are allowed.")
    return list(found)


def merge(*lists: Iterable[str]) -> tuple[str, ...]:
    """Give several lists as one, trimmed, lower case, each term once, in order."""
    terms = (" ".join(term.split()).lower() for words in lists for term in words)
    return tuple(dict.fromkeys(term for term in terms if term))


async def read(file_name: str, content: bytes, ocr: Ocr) -> list[str]:
    """Give the terms of an uploaded list; InvalidArgument with the reason when it cannot be read."""
    try:
        return await asyncio.to_thread(parse, await _text(file_name, content, ocr))
    except MetatagError as error:
        raise MetatagError(
            f"Failed to parse exclusion file: {error.message}", code=error.code, retry_after=error.retry_after
        ) from error


async def _text(file_name: str, content: bytes, ocr: Ocr) -> str:
    ending = file_name.rpartition(".")[2].lower()
    if ending == "pdf":
        return await ocr.read_text(content, MAX_PDF_PAGES)
    if ending == "txt":
        return await asyncio.to_thread(decode, content)
    raise InvalidArgument(f"Unsupported file format: {file_name[:100]}. Supported formats: .txt, .pdf")


def decode(content: bytes) -> str:
    """Give the text of bytes in an unknown encoding: by mark, UTF-8, a guess, at last Latin-1, which always fits."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        # Loaded for the list that needs it.
        from charset_normalizer import from_bytes

        guess = from_bytes(content[:GUESS_FROM]).best()
        return content.decode(guess.encoding if guess else "latin-1", errors="replace")
