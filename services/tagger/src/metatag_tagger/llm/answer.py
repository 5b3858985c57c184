"""Reads a model's answer: JSON if there is any, else a list in plain text. What it gives is bounded, not trusted."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from metatag_tagger.ports import LlmTag

# Bounds of what is looked at: a model may answer megabytes.
MAX_ANSWER = 200_000
MAX_TAGS = 100
MAX_TAG = 200

_FENCE = re.compile(r"```[a-zA-Z]*\n?|```")
_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_KINDS = ("topic", "entity", "type")
_NAMES = ("tag", "name", "label", "keyword", "term", "text")
# Groups of the original's answers, in their order of worth, then the names other models choose.
_GROUPS = ("tags", "names", "subjects", "actions", "context", "keywords", "topics", "labels", "results", "data")
_PAIR = re.compile(r'"tag"\s*:\s*"((?:[^"\\]|\\.){1,200})"')
_LEAD_IN = re.compile(r":\s*$|^(?:sure|here|okay|certainly|the tags|tags)\b.*:", re.IGNORECASE)
_NUMBERING = re.compile(r"^\(?\d{1,3}[.):]\s+")
# A list holds short parts; when too many are long, the answer is a sentence about the task and no list.
_WORDS_OF_A_TAG = 5
_LIST_SHARE = 0.7


def parse(content: str) -> list[LlmTag]:
    """Give the tags of an answer, in its order; an empty list when it holds none."""
    text = _FENCE.sub("", _THINKING.sub("", content[:MAX_ANSWER])).strip().lstrip("\ufeff")
    if _cut_off(text):
        return _scored(_whole_parts(text))
    for value in _json_values(text):
        found = list(_tags(value))
        if found:
            return _scored(found)
    if text[:1] in "{[":
        return _scored(_whole_parts(text))
    return _scored([(line, None, "") for line in _lines(text)])


_Raw = tuple[str, float | None, str]


def _cut_off(text: str) -> bool:
    """Tell whether the answer is JSON that ends in the middle: then its inner objects are not the answer."""
    if text[:1] not in "{[" or '"tags"' not in text:
        return False
    try:
        json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return True
    return False


def _whole_parts(text: str) -> list[_Raw]:
    """Give what is whole of a cut or damaged answer; names of entities are no tags."""
    return [(_unescape(match), None, "") for match in _PAIR.findall(text)]


def _json_values(text: str) -> Iterator[Any]:
    """Give every JSON object or array that starts in the text, outermost first, at most ten tries."""
    decoder = json.JSONDecoder()
    start, tries = 0, 0
    while tries < 10 and (match := re.compile(r"[{\[]").search(text, start)):
        tries += 1
        try:
            value, start = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            start = match.start() + 1
            continue
        yield value


def _tags(value: Any) -> Iterator[_Raw]:
    if isinstance(value, dict):
        groups = [value[name] for name in _GROUPS if isinstance(value.get(name), list | dict)]
        for group in groups:
            yield from _tags(group)
        if not groups and any(isinstance(value.get(name), str) for name in _NAMES):
            yield from _item(value)
    elif isinstance(value, list):
        for item in value[:MAX_TAGS]:
            yield from _item(item)


def _item(item: Any) -> Iterator[_Raw]:
    if isinstance(item, str):
        yield item, None, ""
    elif isinstance(item, dict):
        text = next((item[name] for name in _NAMES if isinstance(item.get(name), str)), None)
        if text is not None:
            yield text, _number(item.get("score", item.get("confidence"))), str(item.get("kind", ""))


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return min(1.0, max(0.0, float(value)))


def _scored(found: list[_Raw]) -> list[LlmTag]:
    tags = []
    for number, (text, score, kind) in enumerate(found[:MAX_TAGS]):
        # Without a score of its own a tag's place speaks: models write the best first.
        value = score if score is not None else max(0.3, 0.9 - 0.03 * number)
        tags.append(LlmTag(text[:MAX_TAG], value, kind if kind in _KINDS else ""))
    return [tag for tag in tags if tag.text.strip()]


def _unescape(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text


def _lines(text: str) -> list[str]:
    lines = [line for line in text.splitlines()[: MAX_TAGS * 2] if not _LEAD_IN.search(line)]
    parts = [part.strip(" \t-*•>\"'`.") for line in lines for part in re.split(r"[,;]", line)]
    named = [_NUMBERING.sub("", part) for part in parts if part]
    short = [part for part in named if len(part.split()) <= _WORDS_OF_A_TAG]
    return short if len(short) >= _LIST_SHARE * len(named) else []
