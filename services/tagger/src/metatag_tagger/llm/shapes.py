"""Take tags and named things out of a decoded answer, whatever shape the model gave it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from metatag_tagger.llm import plain_list, tolerant_json

# Bounds of one answer.
MAX_TAGS = 100
MAX_ENTITIES = 40
_MAX_DEPTH = 6

# Names under which models put the list, in their order of worth; compared without case, blanks and signs.
_MAIN = ("tags", "tag", "taglist", "searchtags", "टैग", "टैग्स", "keywords", "keyword", "keyphrases")
_GROUPS = (
    "names", "subjects", "actions", "context", "topics", "labels", "terms", "concepts", "themes", "categories",
    "results", "result", "data", "output", "answer", "response", "final", "items", "list", "विषय",
)  # fmt: skip
_NAMES = ("tag", "name", "label", "keyword", "term", "text", "value", "phrase", "topic", "title")
_SCORES = ("score", "confidence", "relevance", "weight", "probability")
_KINDS = ("topic", "entity", "type")
_ENTITIES = ("entities", "facets", "namedentities")
# What stands beside the tags and is none.
_BESIDE = frozenset(
    [
        *_ENTITIES, "language", "lang", "reasoning", "reason", "thought", "thoughts", "thinking", "analysis", "notes",
        "note", "explanation", "comment", "comments", "message", "error", "errors", "status", "refusal", "summary",
        "description", "document", "instructions", "rules", "schema", "properties", "required", "type", "id", "model",
        "usage", "excluded", "exclusions", "rejected", "examples", "success", "count", "total",
    ]
)  # fmt: skip
_COMMA = re.compile(r"\s*[,;|\n،、，；]\s*")
_NUMBER_KEY = re.compile(r"(?:tag|keyword|topic|label|item)?\d{1,3}")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*(%?)")


@dataclass(frozen=True, slots=True)
class RawTag:
    """One entry as the model wrote it; `score` is None where it gave none."""

    text: str
    score: float | None = None
    kind: str = ""


def tags_of(value: Any) -> list[RawTag]:
    """Return the entries of a decoded answer in its order, at most MAX_TAGS."""
    found = []
    for entry in _collect(value, 0):
        found.append(entry)
        if len(found) >= MAX_TAGS:
            break
    return found


def has_tag_list(value: Any) -> bool:
    """Tell whether a value names its list of tags, empty or not."""
    if not isinstance(value, dict):
        return False
    return any(folded(name) in _MAIN and not isinstance(inner, str) for name, inner in value.items())


def is_entry(value: Any) -> bool:
    """Tell whether a value is one tag by itself, as of an answer with one object a line."""
    return isinstance(value, dict) and not has_tag_list(value) and len(tags_of(value)) == 1


def entities_of(value: Any) -> list[tuple[str, str]]:
    """Return named things as (category, name): a list of objects, or a map from a category to names."""
    if not isinstance(value, dict):
        return []
    for name, inner in value.items():
        if folded(name) in _ENTITIES:
            return list(_entities(inner))[:MAX_ENTITIES]
    return []


def folded(name: Any) -> str:
    """Return a key in the form by which keys are compared: no case, blanks, hyphens or underscores."""
    return re.sub(r"[\s_-]+", "", str(name)).casefold()


def _collect(value: Any, depth: int) -> Iterator[RawTag]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        yield from _of_object(value, depth)
    elif isinstance(value, list):
        for entry in value[: 2 * MAX_TAGS]:
            yield from _of_entry(entry, depth, alone=len(value) == 1)


def _of_object(value: Mapping[Any, Any], depth: int) -> Iterator[RawTag]:
    named = {folded(name): inner for name, inner in value.items()}
    if "properties" in named and "type" in named:
        # The schema itself, given back; some models write their answer into it.
        filled = named["properties"]
        for name, inner in filled.items() if isinstance(filled, dict) else ():
            if folded(name) in _MAIN and isinstance(inner, list):
                yield from _of_list(inner, depth + 1)
        return
    main = [named[name] for name in _MAIN if name in named and not _is_entry(named)]
    lists = [name for name, inner in named.items() if name not in _BESIDE and isinstance(inner, list | dict)]
    if not main and not lists and _is_entry(named):
        yield from _of_entry(value, depth, alone=False)
        return
    if not main and (inside := _inside(value, depth)) is not None:
        yield from _of_object(inside, depth + 1)
        return
    known = [name for name in _GROUPS if name in lists]
    groups = main[:1] or [named[name] for name in dict.fromkeys([*known, *lists])]
    for group in groups:
        yield from _of_list(group, depth + 1)
    if not groups and (depth or all(map(_NUMBER_KEY.fullmatch, named)) or _are_scores(named)):
        yield from _of_map(value)


def _inside(value: Mapping[Any, Any], depth: int) -> Mapping[Any, Any] | None:
    """Return the first object within that names its list of tags, under whatever names it is wrapped."""
    if depth > _MAX_DEPTH:
        return None
    for inner in value.values():
        if isinstance(inner, dict):
            found = inner if has_tag_list(inner) else _inside(inner, depth + 1)
            if found is not None:
                return found
    return None


def _are_scores(named: Mapping[str, Any]) -> bool:
    """Tell whether an object leads from tags to their scores."""
    beside = {*_BESIDE, *_SCORES, *_NAMES}
    return len(named) > 1 and not beside & named.keys() and all(_number(inner) is not None for inner in named.values())


def _is_entry(named: Mapping[str, Any]) -> bool:
    """Tell whether an object is one tag ({"tag": "...", "score": 1}) rather than the answer around the list."""
    if not any(isinstance(named.get(name), str) for name in _NAMES):
        return False
    return "tag" not in named or any(name in named for name in (*_SCORES, "kind", "category", "type"))


def _of_list(group: Any, depth: int) -> Iterator[RawTag]:
    """Yield what stands under the name of a list: a list, a string with commas, a map, JSON inside a string."""
    if isinstance(group, str):
        inner = tolerant_json.decode(group) if group.strip()[:1] in tuple('{["') else None
        if isinstance(inner, dict | list):
            yield from _collect(inner, depth)
        else:
            parts = plain_list.hashtags(group) or _COMMA.split(group)
            yield from (RawTag(part) for part in parts if part)
    elif isinstance(group, dict):
        yield from _of_map(group) or _of_object(group, depth)
    else:
        yield from _collect(group, depth)


def _of_map(group: Mapping[Any, Any]) -> list[RawTag]:
    """Return the tags of a flat map: numbers to tags, tags to scores, tags to kinds or notes."""
    if not group or _is_entry({folded(name): inner for name, inner in group.items()}):
        return []
    entries = list(group.items())[:MAX_TAGS]
    if all(isinstance(inner, int | float) or inner is None for _, inner in entries):
        return [RawTag(str(name), _number(inner)) for name, inner in entries if inner is not False]
    if not all(isinstance(inner, str) for _, inner in entries):
        return []
    texts = [str(inner) for _, inner in entries]
    if not all(_NUMBER_KEY.fullmatch(folded(name)) for name, _ in entries):
        notes = all(text.casefold() in _KINDS for text in texts) or sum(len(t.split()) for t in texts) > 6 * len(texts)
        if notes:
            return [RawTag(str(name), None, text if text in _KINDS else "") for name, text in entries]
        entries = [(name, text) for name, text in entries if folded(name) not in _BESIDE]
    return [RawTag(part) for _, text in entries for part in _COMMA.split(text) if part]


def _of_entry(entry: Any, depth: int, *, alone: bool) -> Iterator[RawTag]:
    if isinstance(entry, str):
        if alone:
            yield from _of_list(entry, depth + 1)
        else:
            yield RawTag(entry)
    elif isinstance(entry, list):
        if len(entry) == 2 and isinstance(entry[0], str) and _number(entry[1]) is not None:
            yield RawTag(entry[0], _number(entry[1]))
        else:
            yield from _collect(entry, depth + 1)
    elif isinstance(entry, dict):
        named = {folded(name): inner for name, inner in entry.items()}
        text = next((named[name] for name in _NAMES if isinstance(named.get(name), str)), None)
        if text is not None:
            score = next((found for name in _SCORES if (found := _number(named.get(name))) is not None), None)
            kind = str(named.get("kind", named.get("type", ""))).casefold()
            yield RawTag(text, score, kind if kind in _KINDS else "")
        else:
            yield from _of_map(entry) or _of_object(entry, depth + 1)


def _entities(inner: Any) -> Iterator[tuple[str, str]]:
    if isinstance(inner, dict):
        for category, names in inner.items():
            for name in names if isinstance(names, list) else [names]:
                if isinstance(name, str):
                    yield str(category), name
    elif isinstance(inner, list):
        for entry in inner[: 2 * MAX_ENTITIES]:
            if isinstance(entry, dict):
                named = {folded(name): text for name, text in entry.items() if isinstance(text, str)}
                name = next((named[key] for key in ("name", "value", "text", "entity") if key in named), "")
                category = next((named[key] for key in ("category", "type", "kind", "label") if key in named), "")
                if name and category:
                    yield category, name


def _number(value: Any) -> float | None:
    """Return a score as 0 to 1: a number, or a number or percentage in a string; None for anything else."""
    if isinstance(value, str) and (found := _PERCENT.fullmatch(value.strip())):
        value = float(found.group(1)) / (100 if found.group(2) else 1)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return min(1.0, max(0.0, number)) if math.isfinite(number) else None
