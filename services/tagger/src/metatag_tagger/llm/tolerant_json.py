"""Find the JSON values of an answer and decode them as models write them, not only as the standard asks.

Accepted beside JSON: what JSON5 adds (comments, single quotes, trailing commas, bare keys), Python's constants,
typographic quotation marks, line ends inside strings, a comma missing between values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pyjson5

# A deeper value is no list of tags, and decoding it costs stack.
MAX_DEPTH = 40
# Values looked at, from the last one backwards.
MAX_VALUES = 20

_TOKEN = re.compile(r'\\.|["{}\[\]]', re.DOTALL)
_BRACKET = re.compile(r"[{}\[\]]")
_PAIRS = {"}": "{", "]": "["}
_CONSTANTS = {"None": "null", "True": "true", "False": "false"}
_CONSTANT = re.compile(r"\b(?:None|True|False)\b")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"'})
_MISSING_COMMA = re.compile(r'(["}\]])\s+(?=["{\[])')
_HASH_COMMENT = re.compile(r"(?m)(^|[\s,\[{])#[^\n\"']*$")


def values(text: str) -> Iterator[Any]:
    """Yield the outermost JSON objects and arrays of a text, the last one first, at most MAX_VALUES.

    A text that is one JSON string is looked into. The time taken grows with the text's length alone.
    """
    if text[:1] == '"' and isinstance(inner := _loads(text), str):
        text = inner
    seen: set[tuple[int, int]] = set()
    for aware in (True, False):
        # A lone quotation mark in prose hides what follows from the first pass; the second ignores strings.
        for start, end in reversed(spans(text, aware)[0][-MAX_VALUES:]):
            if (start, end) in seen:
                continue
            seen.add((start, end))
            if (value := decode(text[start:end])) is not None:
                yield value


def spans(text: str, strings: bool = True) -> tuple[list[tuple[int, int]], int | None]:
    """Return the outermost closed brackets as (start, end), and where the first unclosed one begins.

    Brackets inside double-quoted strings do not count unless `strings` is false.
    """
    closed: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    quoted = False
    for match in (_TOKEN if strings else _BRACKET).finditer(text):
        sign = match.group()
        if sign == '"' and (stack or quoted):
            quoted = not quoted
        elif quoted or sign not in "{}[]":
            continue
        elif sign in "{[":
            stack.append((sign, match.start()))
        elif stack and stack[-1][0] == _PAIRS[sign]:
            start = stack.pop()[1]
            while closed and closed[-1][0] > start:
                closed.pop()
            closed.append((start, match.end()))
    return closed, stack[0][1] if stack else None


def decode(piece: str) -> Any:
    """Return the value of one JSON-like text, None when it cannot be read."""
    for attempt in (_loads, _loads5, lambda text: _loads5(_repaired(text))):
        if (value := attempt(piece)) is not None:
            return value
    return None


def _loads(text: str) -> Any:
    return _quietly(json.loads, text) if _shallow(text) else None


def _loads5(text: str) -> Any:
    return _quietly(lambda raw: pyjson5.decode(raw, maxdepth=MAX_DEPTH), text)


def _quietly(load: Callable[[str], Any], text: str) -> Any:
    try:
        return load(text)
    except (ValueError, RecursionError, pyjson5.Json5Exception):
        return None


def _shallow(text: str) -> bool:
    depth = 0
    for match in _BRACKET.finditer(text):
        depth += 1 if match.group() in "{[" else -1
        if depth > MAX_DEPTH:
            return False
    return True


def _repaired(text: str) -> str:
    text = _MISSING_COMMA.sub(r"\1,\n", text.translate(_QUOTES))
    text = _HASH_COMMENT.sub(r"\1", text)
    text = _CONSTANT.sub(lambda match: _CONSTANTS[match.group()], text)
    return text.replace("\r", " ").replace("\n", " ") if "//" not in text else text
