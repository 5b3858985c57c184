"""Model to plain JSON and back, by field name; defaults are left out, unknown names are ignored; bytes are base64.

A field whose metadata has `stored_as` is stored under that name.
"""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

T = TypeVar("T")


def _names(cls: type[Any]) -> dict[str, Any]:
    fields = dataclasses.fields(cls)
    return {each.name: override(rename=each.metadata["stored_as"]) for each in fields if "stored_as" in each.metadata}


def _packing(cls: type[Any]) -> Callable[[Any], dict[str, Any]]:
    return make_dict_unstructure_fn(cls, _converter, _cattrs_omit_if_default=True, **_names(cls))


def _unpacking(cls: type[Any]) -> Callable[[Any, Any], Any]:
    return make_dict_structure_fn(cls, _converter, _cattrs_detailed_validation=False, **_names(cls))


_converter = Converter(detailed_validation=False)
_converter.register_unstructure_hook(bytes, lambda value: base64.b64encode(value).decode())
_converter.register_structure_hook(bytes, lambda text, _: base64.b64decode(text))
_converter.register_unstructure_hook_factory(dataclasses.is_dataclass, _packing)
_converter.register_structure_hook_factory(dataclasses.is_dataclass, _unpacking)


def pack(value: Any) -> Any:
    """Return the JSON form of a model object: only the fields that differ from their defaults."""
    return _converter.unstructure(value)


def unpack(cls: type[T], data: dict[str, Any]) -> T:
    """Build a model object from its JSON form."""
    return _converter.structure(data, cls)
