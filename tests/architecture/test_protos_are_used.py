"""Every method of the services has a caller, and every field of their messages one who writes and one who reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from metatag.v1 import jobs_pb2, ocr_pb2, records_pb2, tagger_pb2, webhooks_pb2

ROOT = Path(__file__).parents[2]
SERVERS = {"ocr": ocr_pb2, "tagger": tagger_pb2, "jobs": (jobs_pb2, records_pb2, webhooks_pb2)}
# Nobody reads these: they are for whoever looks at a call with grpcurl.
FOR_PEOPLE = {
    "metatag.v1.ListEnginesResponse.pages_in_flight",
    "metatag.v1.ListEnginesResponse.pages_waiting",
    "metatag.v1.RecognizeSummary.elapsed_ms",
    "metatag.v1.TagResponse.elapsed_ms",
    "metatag.v1.TaggerInfo.provider_host",
}
# The engine keeps these, the public API does not offer them.
NOT_OFFERED = {"metatag.v1.ProcessOptions.max_running", "metatag.v1.ProcessOptions.min_text_chars"}
# Positions of words, which no caller asks for.
WORDS = {"metatag.v1.Word.height", "metatag.v1.Word.y"}


@cache
def words(service: str) -> frozenset[str]:
    """Return all words of a service's sources; a translator by name has them in its dataclasses."""
    files = (ROOT / "services" / service / "src").rglob("*.py")
    return frozenset(word for file in files for word in re.findall(r"\w+", file.read_text()))


def methods() -> Iterator[tuple[str, Any]]:
    for server, modules in SERVERS.items():
        for module in modules if isinstance(modules, tuple) else (modules,):
            for service in module.DESCRIPTOR.services_by_name.values():
                for method in service.methods:
                    yield server, method


def callers(server: str, method: Any) -> list[str]:
    return [name for name in ("gateway", "jobs", "ocr", "tagger") if name != server and method.name in words(name)]


def fields(message: Any, seen: set[str]) -> Iterator[Any]:
    if message.full_name in seen or message.full_name.startswith("google."):
        return
    seen.add(message.full_name)
    for field in message.fields:
        yield field
        if field.message_type is not None:
            yield from fields(field.message_type, seen)


@pytest.mark.parametrize(("server", "method"), [pytest.param(*each, id=each[1].full_name) for each in methods()])
def test_a_method_has_a_server_and_a_caller(server: str, method: Any) -> None:
    assert method.name in words(server)
    assert callers(server, method), f"{method.full_name} is called by no service"


def test_every_field_is_known_on_both_sides() -> None:
    ends: dict[str, tuple[set[str], set[str], str]] = {}
    for server, method in methods():
        for message in (method.input_type, method.output_type):
            for field in fields(message, set()):
                servers, users, _ = ends.setdefault(field.full_name, (set(), set(), field.name))
                servers.add(server)
                users.update(callers(server, method))
    unknown = {
        name
        for name, (servers, users, word) in ends.items()
        if not any(word in words(each) for each in servers) or not any(word in words(each) for each in users)
    }
    assert not unknown - FOR_PEOPLE - NOT_OFFERED - WORDS
