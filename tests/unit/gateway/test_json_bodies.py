"""Large JSON bodies are read a small value at a time, and as json.loads reads them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from metatag_gateway import json_bodies
from metatag_gateway.errors import TooLarge
from metatag_gateway.idempotency import request_digest
from metatag_gateway.json_bodies import MAX_VALUE_CHARS, parse, read
from metatag_gateway.model.documents import Options
from metatag_gateway.schemas.batch import BatchBody

ROWS = [{"title": f"जल {number} é 🎈 \\ud83d", "file_path": f"http://x/{number}.pdf"} for number in range(20_000)]
GOOD: list[Any] = [
    {"documents": ROWS, "config": {"tagger": "local", "list": [[1], {"a": [2.5, -1e9]}]}, "column_mapping": {}},
    {"a": "x" * (json_bodies.CHUNK_BYTES - 7), "b": 123456, "c": [123456789, True, None]},
    ROWS,
    [*range(200_000)],
    {},
    [],
    "a" * 700_000,
    12,
]


@pytest.mark.parametrize("value", GOOD, ids=range(len(GOOD)))
@pytest.mark.parametrize("layout", [{}, {"indent": 1}, {"ensure_ascii": False}, {"separators": (",", ":")}], ids=str)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_body_reads_as_json_loads_reads_it(value: Any, layout: dict[str, Any], encoding: str) -> None:
    content = json.dumps(value, **layout).encode(encoding)
    assert parse(content) == json.loads(content)


def test_a_lone_surrogate_and_a_repeated_name_read_as_before() -> None:
    content = b'{"a": "\\ud800", "b": 1, "b": [2]}'
    assert parse(content) == json.loads(content) == {"a": "\ud800", "b": [2]}


@pytest.mark.parametrize(
    "content",
    [
        b"", b"  ", b"{", b"[", b"[1,]", b"[1 2]", b'{"a"}', b'{"a":}', b'{"a":1,}', b"{1:2}", b'{"a":1}x', b"[1]]",
        b"nul", b'"a', b"\xff\xfe\xff", b'{"a" 1}', b"{,}", b'["\x01"]', b"1 2", b'{"a":[1,"b":2]}',
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused(content: bytes) -> None:
    for read_whole in (json.loads, parse):
        with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
            read_whole(content)


def test_no_single_value_is_so_large_that_it_would_hold_others_up(monkeypatch: pytest.MonkeyPatch) -> None:
    longest = 0

    class Decoder(json.JSONDecoder):
        def raw_decode(self, s: str, idx: int = 0) -> tuple[Any, int]:
            nonlocal longest
            longest = max(longest, len(s) - idx)
            return super().raw_decode(s, idx)

    monkeypatch.setattr(json_bodies, "_DECODER", Decoder())
    many = json.dumps([[["a"] * 10] * 10] * 30_000).encode()
    assert len(parse(many)) == 30_000
    for hostile in (
        b'{"documents": ' + b"[" * 50 + b'"",' * 5_000_000,
        b'{"documents": {"a": [' + b"1," * 9_000_000,
        b'{"config": "' + b"a" * 20_000_000,
        b'["' + b"\\u0041" * 4_000_000,
    ):
        with pytest.raises(TooLarge):
            parse(hostile)
    assert longest <= MAX_VALUE_CHARS + json_bodies.CHUNK_BYTES


async def test_a_checked_body_is_what_the_schema_gives() -> None:
    adapter = TypeAdapter(BatchBody)
    content = json.dumps({"documents": ROWS, "config": {}}).encode()
    assert await read(adapter, content) == BatchBody.model_validate(json.loads(content))
    with pytest.raises(ValidationError):
        await read(adapter, json.dumps({"documents": ROWS}).encode())


def test_the_digest_of_a_request_is_that_of_its_json_whole() -> None:
    documents = [ROWS[:50], {"b": "title", "a": "file_path"}]
    whole = json.dumps(["batch", json.loads(json.dumps(asdict(Options()), default=str)), documents], sort_keys=True)
    assert request_digest("batch", Options(), documents) == hashlib.sha256(whole.encode()).hexdigest()


@pytest.mark.parametrize(
    "content",
    [
        b"{" + b'"a":1,' * json_bodies.MAX_MEMBERS + b'"b":1}',
        b"{" + b",".join(b'"k%d":1' % number for number in range(json_bodies.MAX_MEMBERS + 1)) + b"}",
        b'{"documents":[' + b"1," * json_bodies.MAX_ELEMENTS + b"1]}",
    ],
    ids=["one name again and again", "many names", "many elements"],
)
def test_a_body_of_very_many_small_values_is_given_up_early(content: bytes) -> None:
    with pytest.raises(TooLarge, match="more than"):
        parse(content)
