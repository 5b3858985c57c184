"""Translates between the model and the messages of metatag.v1, by field name.

The model's fields bear the contract's names, and each must meet one on the other side: a class and a message of
which one lacks a field of the other raise TypeError, unless `ONE_SIDED` names the field. An enum travels as its
lower-case name without the prefix ("url" for SOURCE_TYPE_URL, "" for UNSPECIFIED), a Timestamp as seconds, a Struct
as a dict, an unset message or optional as None.
"""

from __future__ import annotations

import dataclasses
import re
import typing
from datetime import UTC, datetime
from functools import cache
from types import UnionType
from typing import Any, TypeVar, cast

from google.protobuf import json_format, struct_pb2, timestamp_pb2
from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

T = TypeVar("T")
M = TypeVar("M", bound=Message)

_FROM_MODEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


# Fields that have no counterpart on purpose.
ONE_SIDED = frozenset(
    {
        # Asked for by nobody here: words come only when the request wants them.
        "metatag.v1.Page.words",
        # The pipeline takes the time of the whole call.
        "metatag.v1.TagResponse.elapsed_ms",
        # Who asks for stored files by their content knows their names.
        "metatag.v1.StoredFile.file_name",
    }
)


def to_message(message: M, value: Any) -> M:
    """Fill a message from a model object and return it; TypeError where their fields differ."""
    _check_fields(cast(Any, type(value)), cast(Any, type(message)), partial=False)
    for name, field in _message_fields(cast(Any, type(message))).items():
        item = getattr(value, name, None)
        if item is None or item in ("", [], {}):
            continue
        _set(message, field, item)
    return message


def from_message(cls: type[T], message: Message, *, partial: bool = False) -> T:
    """Build a model object from a message; TypeError where their fields differ.

    With `partial` the model may lack fields of the message.
    """
    _check_fields(cast(Any, cls), cast(Any, type(message)), partial=partial)
    fields = _message_fields(cast(Any, type(message)))
    values = {}
    for name, kind in _model_fields(cast(Any, cls)).items():
        if name in fields:
            values[name] = _get(message, fields[name], kind)
    return cls(**values)


def enum_name(message_enum: EnumDescriptor, number: int) -> str:
    """Give an enum value's model name: "" for UNSPECIFIED and for values of a newer contract."""
    found = message_enum.values_by_number.get(number)
    name = found.name.removeprefix(_prefix(message_enum)).lower() if found else ""
    return "" if name == "unspecified" else name


def enum_number(message_enum: EnumDescriptor, name: str) -> int:
    """Give the number of a model name; "" is UNSPECIFIED."""
    return int(message_enum.values_by_name[_prefix(message_enum) + (name or "unspecified").upper()].number)


def stamp(seconds: float) -> timestamp_pb2.Timestamp:
    """Give a Timestamp of seconds since 1970."""
    found = timestamp_pb2.Timestamp()
    found.FromDatetime(datetime.fromtimestamp(seconds, UTC))
    return found


def _set(message: Any, field: FieldDescriptor, item: Any) -> None:
    name = field.name
    if field.is_repeated:
        if field.message_type is None:
            getattr(message, name).extend(item)
        elif field.message_type.GetOptions().map_entry:
            getattr(message, name).update(item)
        else:
            for each in item:
                to_message(getattr(message, name).add(), each)
    elif field.message_type is not None:
        target = getattr(message, name)
        if isinstance(target, timestamp_pb2.Timestamp):
            target.CopyFrom(stamp(item))
        elif isinstance(target, struct_pb2.Struct):
            target.update(item)
        else:
            target.SetInParent()
            to_message(target, item)
    elif field.enum_type is not None:
        setattr(message, name, enum_number(field.enum_type, item))
    else:
        setattr(message, name, item)


def _get(message: Any, field: FieldDescriptor, kind: Any) -> Any:  # noqa: PLR0911  one line a kind of field
    name = field.name
    value = getattr(message, name)
    if field.is_repeated:
        if field.message_type is None:
            return list(value)
        if field.message_type.GetOptions().map_entry:
            return dict(value)
        inner = typing.get_args(kind)[0]
        return [from_message(inner, each) for each in value]
    if field.message_type is not None:
        optional = _optional(kind)
        if not message.HasField(name):
            return None if optional is not None else from_message(kind, value)
        if isinstance(value, timestamp_pb2.Timestamp):
            return value.seconds + value.nanos / 1e9
        if isinstance(value, struct_pb2.Struct):
            return json_format.MessageToDict(value)
        return from_message(optional or kind, value)
    if field.enum_type is not None:
        return enum_name(field.enum_type, value)
    if field.has_presence and field.containing_oneof is not None and not message.HasField(name):
        return None
    return value


def _optional(kind: Any) -> Any:
    if typing.get_origin(kind) in (UnionType, typing.Union):
        return next(arg for arg in typing.get_args(kind) if arg is not type(None))
    return None


@cache
def _check_fields(cls: type[Any], message: type[Message], *, partial: bool) -> None:
    """Check once that no field would be dropped without a word."""
    ours, theirs = set(_model_fields(cast(Any, cls))), set(_message_fields(cast(Any, message)))
    # A message may also carry what the model computes.
    computed = {name for name in theirs - ours if hasattr(cls, name)}
    lacking = set() if partial else theirs - ours - computed
    full_name: str = cast(Any, message).DESCRIPTOR.full_name
    if lost := [name for name in sorted(lacking | (ours - theirs)) if f"{full_name}.{name}" not in ONE_SIDED]:
        raise TypeError(f"{cls.__name__} and {full_name} do not share the fields {', '.join(lost)}")


@cache
def _message_fields(message: type[Message]) -> dict[str, FieldDescriptor]:
    fields: Any = message.DESCRIPTOR.fields
    return {field.name: field for field in fields}


@cache
def _model_fields(cls: type[Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


@cache
def _prefix(message_enum: EnumDescriptor) -> str:
    return _FROM_MODEL.sub("_", message_enum.name).upper() + "_"
