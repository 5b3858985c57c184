"""The description says all: every path has a tag, its statuses, examples that hold against their shapes, and links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator

from fakes.gateway_description import described
from metatag_gateway.app import ROUTERS
from metatag_gateway.examples.answers import ANSWERS, FILES
from metatag_gateway.examples.requests import REQUESTS
from metatag_gateway.links import FOLLOWS
from metatag_gateway.openapi import TAGS

Spec = dict[str, Any]
STYLES = {style: described(response_style=style) for style in ("envelope", "flat")}
SPEC = STYLES["envelope"]
ALWAYS = {"400", "413", "429", "500", "503"}
GUARDED = {"401", "403", "504"}
# Paths that name something, and yet never answer 404: the first stores it, the rest are files of the page.
MAKES = {"put_vocabulary", "put_profile"}


def operations(spec: Spec = SPEC) -> Iterator[tuple[str, Spec]]:
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


EVERY = pytest.mark.parametrize(("label", "operation"), list(operations()), ids=lambda value: str(value)[:60])
EVERY_STYLE = pytest.mark.parametrize("style", STYLES)


def holds(spec: Spec, schema: Spec, value: Any) -> list[str]:
    """Give what is wrong with a value."""
    whole = {**schema, "components": spec["components"]}
    return [
        f"{'.'.join(map(str, error.path))}: {error.message}" for error in Draft202012Validator(whole).iter_errors(value)
    ]


def test_every_route_is_described() -> None:
    declared = {
        f"{method} {route.path}"
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and route.include_in_schema
        for method in route.methods
    }
    hidden = [route.path for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    assert {label for label, _ in operations()} == declared
    assert {path for path in hidden if path.startswith("/api")} <= set(SPEC["paths"])


@EVERY
def test_a_path_has_one_known_tag_a_summary_and_a_sentence(label: str, operation: Spec) -> None:
    assert len(operation["tags"]) == 1
    assert operation["tags"][0] in dict(TAGS)
    # What it does, in the words of the description; not the name of a function.
    assert operation["description"].startswith(operation["summary"])
    assert 2 < len(operation["summary"].split()) < 20
    assert operation["description"].rstrip().endswith((".", ";", ":"))


@EVERY
def test_a_path_names_every_status_it_may_answer(label: str, operation: Spec) -> None:
    found = set(operation["responses"])
    assert found >= ALWAYS
    if operation.get("security"):
        assert found >= GUARDED
        assert operation["security"] == [{"HTTPBearer": []}]
    if "{" in label and operation["operationId"] not in MAKES:
        assert "404" in found
    # Only where a key may come again with another request: what is malformed is 400.
    keyed = any(parameter["name"].lower() == "idempotency-key" for parameter in operation.get("parameters", []))
    assert ("422" in found) == keyed
    assert any(status < "300" for status in found)
    for status, response in operation["responses"].items():
        assert response["description"], status
        assert "X-Request-ID" in response["headers"]
        assert ("Retry-After" in response["headers"]) == (status in ("429", "503", "507"))
        assert ("WWW-Authenticate" in response["headers"]) == (status == "401")


@EVERY_STYLE
def test_every_body_has_an_example_that_holds_against_its_shape(style: str) -> None:
    spec = STYLES[style]
    wrong: list[str] = []
    for label, operation in operations(spec):
        bodies = [("request", media) for media in operation.get("requestBody", {}).get("content", {}).items()]
        for status, response in operation["responses"].items():
            assert response.get("content"), f"{label} {status} has no body"
            bodies += [(status, media) for media in response["content"].items()]
        for place, (media, content) in bodies:
            where = f"{label} {place} {media}"
            if "example" not in content:
                wrong.append(f"{where}: no example")
            elif not content.get("schema"):
                wrong.append(f"{where}: no shape")
            else:
                wrong += [f"{where}: {problem}" for problem in holds(spec, content["schema"], content["example"])]
    assert wrong == []


def test_an_example_names_every_field_of_its_shape() -> None:
    """A field that is added to an answer must be in its example too."""
    missing: list[str] = []
    for label, operation in operations():
        for status, response in operation["responses"].items():
            content = response["content"].get("application/json")
            if content is None or status >= "400":
                continue
            missing += [f"{label} {status}: {name}" for name in _absent(content["schema"], content["example"])]
    assert missing == []


def _absent(schema: Spec, value: Any) -> list[str]:
    if "$ref" in schema:
        schema = SPEC["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        return _absent(schema.get("items", {}), value[0]) if value else []
    if not isinstance(value, dict):
        return []
    found = [name for name in schema.get("properties", {}) if name not in value]
    for name, entry in schema.get("properties", {}).items():
        if name in value:
            found += _absent(entry, value[name])
    return found


@EVERY_STYLE
def test_the_shape_of_a_success_is_the_one_of_the_style(style: str) -> None:
    spec = STYLES[style]
    example = spec["paths"]["/api/auth/me"]["get"]["responses"]["200"]["content"]["application/json"]["example"]
    assert ("data" in example) == (style == "envelope")
    single = spec["paths"]["/api/single/process"]["post"]["responses"]["200"]["content"]["application/json"]["example"]
    assert single["success"] is True
    root = spec["paths"]["/"]["get"]["responses"]["200"]["content"]["application/json"]["example"]
    assert set(root) == {"message", "version"}


@EVERY_STYLE
def test_every_link_leads_from_a_value_of_the_example_to_a_call_that_takes_it(style: str) -> None:
    spec = STYLES[style]
    known = {operation["operationId"]: operation for _, operation in operations(spec)}
    count = 0
    for label, operation in operations(spec):
        for status, response in operation["responses"].items():
            for name, link in response.get("links", {}).items():
                count += 1
                where = f"{label} {status} -> {name}"
                target = known[link["operationId"]]
                taken = {parameter["name"] for parameter in target.get("parameters", [])}
                if "requestBody" in link:
                    taken = set(REQUESTS[link["operationId"]]["application/json"])
                values = link.get("parameters") or link["requestBody"]
                assert set(values) <= taken, where
                for expression in values.values():
                    value = response["content"]["application/json"]["example"]
                    for step in expression.removeprefix("$response.body#/").split("/"):
                        value = value[int(step) if isinstance(value, list) else step]
                    assert value, where
    assert count >= 40


def test_no_example_and_no_link_is_of_a_path_that_is_gone() -> None:
    known = {operation["operationId"] for _, operation in operations()}
    assert {*ANSWERS, *FILES, *REQUESTS} <= known
    assert {operation for operation, _ in FOLLOWS} <= known
