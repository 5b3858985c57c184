"""How strictly an answer can be asked for: by schema, as JSON, or as plain text, whatever the model supports."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from enum import IntEnum
from typing import Any

# A longer list as an enum is refused by several hosts.
MAX_ENUM = 100
_CATEGORIES = ("document_type", "date", "reference", "organisation", "person", "place", "law_or_scheme")


class Level(IntEnum):
    """The rungs of the ladder, best first; one is left downwards when a provider refuses it."""

    SCHEMA = 0
    JSON = 1
    PLAIN = 2


def best_level(parameters: Collection[str] | None) -> Level:
    """Give the first rung by a model's `supported_parameters`; None (unknown) is tried from the top."""
    if parameters is None or "structured_outputs" in parameters:
        return Level.SCHEMA
    return Level.JSON if "response_format" in parameters else Level.PLAIN


def response_format(level: Level, allowed: Sequence[str], strict: bool) -> dict[str, Any] | None:
    """Give the request's `response_format`, None for plain text."""
    if level is Level.PLAIN:
        return None
    if level is Level.JSON:
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": "tags", "strict": True, "schema": _schema(allowed, strict)}}


def _schema(allowed: Sequence[str], strict: bool) -> dict[str, Any]:
    # No minItems, maxItems or pattern: several hosts refuse them inside a strict schema. Bounds are kept by code.
    tag: dict[str, Any] = {"type": "string"}
    if strict and 0 < len(allowed) <= MAX_ENUM:
        tag["enum"] = list(allowed)
    return _object(
        language={"type": "string"},
        entities=_list(_object(name={"type": "string"}, category={"type": "string", "enum": list(_CATEGORIES)})),
        tags=_list(
            _object(
                tag=tag,
                kind={"type": "string", "enum": ["topic", "entity", "type"]},
                score={"type": "number"},
            )
        ),
    )


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def shape() -> str:
    """Show the wanted JSON to a model that takes no schema."""
    example = {
        "language": "en",
        "entities": [{"name": "...", "category": "organisation"}],
        "tags": [{"tag": "...", "kind": "topic", "score": 0.9}],
    }
    return json.dumps(example)
