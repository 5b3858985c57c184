"""Model to plain JSON and back, by field name; defaults are left out, unknown names are ignored.

A field whose metadata has `stored_as` is stored under that name.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")

# Kinds that JSON holds as they are; asked first, because most values are one of them.
_PLAIN = frozenset({str, int, float, bool, type(None)})


def pack(value: Any) -> Any:
    """Give the JSON form of a model object: only the fields that differ from their defaults."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is list or kind is tuple:
        return [pack(item) for item in value]
    if not dataclasses.is_dataclass(kind):
        return value
    packed = {}
    for name, stored_as, default in _defaults(kind):
        item = getattr(value, name)
        if item != default:
            packed[stored_as] = item if type(item) in _PLAIN else pack(item)
    return packed


def unpack(cls: type[T], data: dict[str, Any]) -> T:
    """Build a model object from its JSON form."""
    fields = _fields(typing.cast(Any, cls))
    return cls(**{fields[name][0]: _build(fields[name][1], item) for name, item in data.items() if name in fields})


def _build(kind: Any, item: Any) -> Any:
    if item is None or kind in _PLAIN:
        return item
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _build(next(arg for arg in typing.get_args(kind) if arg is not type(None)), item)
    if origin is list:
        inner = typing.get_args(kind)[0]
        return [_build(inner, each) for each in item]
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return unpack(kind, item)
    return item


@cache
def _fields(cls: type[Any]) -> dict[str, tuple[str, Any]]:
    hints = typing.get_type_hints(cls)
    return {_stored_as(item): (item.name, hints[item.name]) for item in dataclasses.fields(cls)}


def _stored_as(item: dataclasses.Field[Any]) -> str:
    return str(item.metadata.get("stored_as", item.name))


@cache
def _defaults(cls: type[Any]) -> list[tuple[str, str, Any]]:
    found = []
    for item in dataclasses.fields(cls):
        default = item.default_factory() if item.default_factory is not dataclasses.MISSING else item.default
        found.append((item.name, _stored_as(item), default))
    return found
