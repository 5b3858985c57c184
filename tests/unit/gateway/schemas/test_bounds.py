"""Every list, mapping and string of every request has a bound, and wrong ones are refused in linear time."""

from __future__ import annotations

import importlib
import pkgutil
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from metatag_gateway import schemas
from metatag_gateway.batches import check_mapping
from metatag_gateway.schemas.batch import MAX_COLUMNS, BatchBody, PathsBody
from metatag_gateway.schemas.common import Body
from metatag_gateway.schemas.config import TaggingConfig
from metatag_gateway.schemas.system import VocabularyBody
from metatag_runtime.errors import InvalidArgument

for module in pkgutil.iter_modules(schemas.__path__):
    importlib.import_module(f"{schemas.__name__}.{module.name}")
# A cell of a row may hold anything: it is cut to what is kept of it, and a body's bytes are bounded.
ANYTHING = {"BatchBody.documents[]."}


def bodies(base: type[Body] = Body) -> Iterator[type[Body]]:
    for found in base.__subclasses__():
        yield found
        yield from bodies(found)


def unbounded(shape: Any, place: str) -> Iterator[str]:
    """Name every part of a JSON Schema that may grow without end."""
    if shape is True or not {"type", "anyOf", "$ref", "enum", "const", "allOf"} & set(shape):
        if place not in ANYTHING:
            yield place
        return
    kind = shape.get("type")
    bounds = {"string": {"maxLength", "enum", "const"}, "array": {"maxItems"}}.get(kind, set())
    if kind == "object" and "properties" not in shape:
        bounds = {"maxProperties"}
    if bounds and not bounds & set(shape):
        yield place
    for name, inner in shape.get("properties", {}).items():
        yield from unbounded(inner, f"{place}.{name}")
    if "items" in shape:
        yield from unbounded(shape["items"], f"{place}[]")
    if shape.get("additionalProperties"):
        yield from unbounded(shape["additionalProperties"], f"{place}.")
    for inner in shape.get("anyOf", []):
        yield from unbounded(inner, place)
    for name, inner in shape.get("$defs", {}).items():
        yield from unbounded(inner, name)


@pytest.mark.parametrize("body", list(bodies()), ids=lambda body: body.__name__)
def test_every_container_and_string_has_a_bound(body: type[Body]) -> None:
    assert list(unbounded(body.model_json_schema(), body.__name__)) == []


def test_the_check_finds_what_has_no_bound() -> None:
    assert list(unbounded({"type": "array", "items": {"type": "string"}}, "x")) == ["x", "x[]"]


HOSTILE: list[tuple[type[Body], dict[str, Any]]] = [
    (BatchBody, {"documents": [[]] * 300_000, "config": {}}),
    (BatchBody, {"documents": [[]] * 90_000, "config": {}}),
    (BatchBody, {"documents": [{}], "config": {}, "column_mapping": {f"c{n}": "title" for n in range(300_000)}}),
    (BatchBody, {"documents": [{f"c{n}": 1 for n in range(300_000)}], "config": {}}),
    (PathsBody, {"paths": [{}] * 300_000}),
    (VocabularyBody, {"terms": [0] * 300_000}),
    (TaggingConfig, {"exclusion_words": [0] * 300_000}),
    (TaggingConfig, {"allowed_tags": [0] * 300_000}),
]


@pytest.mark.parametrize(("body", "sent"), HOSTILE)
def test_a_hostile_body_is_refused_without_an_error_for_each_entry(body: type[Body], sent: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        body.model_validate(sent)
    assert refused.value.error_count() <= 10


def test_a_mapping_is_checked_in_linear_time() -> None:
    mapping = {f"c{n}": "title" for n in range(100_000)}
    begin = time.process_time()
    with pytest.raises(InvalidArgument, match="more than one column to 'title'"):
        check_mapping(mapping)
    # A check of each pair would need minutes.
    assert time.process_time() - begin < 10


def test_a_batch_of_usual_rows_passes() -> None:
    rows = [{"title": "x", "file_path": f"http://x/{n}.pdf", "extra": None} for n in range(1000)]
    body = BatchBody.model_validate({"documents": rows, "config": {}, "column_mapping": {"a": "title"}})
    assert len(body.documents) == 1000
    assert MAX_COLUMNS >= 100
