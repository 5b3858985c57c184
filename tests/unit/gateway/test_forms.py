"""Multipart bodies: part by part, whatever way they are cut, and never whole in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from metatag_gateway.errors import TooLarge
from metatag_gateway.forms import GATHER, MAX_FIELDS_BYTES, MAX_PARTS, MAX_SKIPPED_BYTES, form
from metatag_runtime.errors import InvalidArgument

TYPE = "multipart/form-data; boundary=edge"


def body(*parts: tuple[str, bytes], end: bytes = b"--edge--\r\n") -> bytes:
    return b"".join(b"--edge\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n" for head, content in parts) + end


def field(name: str, file_name: str = "") -> str:
    named = f'; filename="{file_name}"' if file_name else ""
    return f'Content-Disposition: form-data; name="{name}"{named}'


async def cut(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def read(content: bytes, size: int = 1000) -> list[tuple[str, str | None, bytes]]:
    return [
        (part.name, part.file_name, await part.content(1 << 20))
        async for part in form(TYPE, cut(content, size)).parts()
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100_000])
async def test_however_the_body_is_cut_the_parts_are_the_same(size: int) -> None:
    content = b"\r\n--edg\r\n-- \x00\xff binary \r\n--"
    sent = body((field("config"), b"{}"), (field("pdf_file", "a b.pdf"), content), (field("empty"), b""))
    assert await read(sent, size) == [
        ("config", None, b"{}"),
        ("pdf_file", "a b.pdf", content),
        ("empty", None, b""),
    ]


async def test_a_file_comes_in_pieces_while_it_is_sent() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield body((field("f", "a.pdf"), b""), end=b"")[:-2]
        for _ in range(64):
            sent += 65536
            yield b"x" * 65536
        yield b"\r\n--edge--\r\n"

    sent_form = form(TYPE, endless())
    part = await anext(sent_form.parts())
    chunks = part.chunks()
    first = await anext(chunks)
    # What came so far is not much more than what was handed on.
    assert sent <= len(first) + 65536 <= 2 * GATHER
    assert len(first) + sum([len(chunk) async for chunk in chunks]) == 64 * 65536


async def test_a_part_that_nobody_reads_is_skipped() -> None:
    sent = body((field("unknown", "big.bin"), b"x" * 10_000), (field("config"), b"{}"))
    names = [part.name async for part in form(TYPE, cut(sent, 100)).parts()]
    assert names == ["unknown", "config"]


async def test_a_skipped_part_may_not_go_on_for_ever() -> None:
    sent = body((field("unknown", "big.bin"), b"x" * (MAX_SKIPPED_BYTES + 1)))
    with pytest.raises(TooLarge):
        async for _ in form(TYPE, cut(sent, 100_000)).parts():
            pass


async def test_a_form_of_files_may_skip_as_much_as_it_says() -> None:
    sent = body((field("files", "big.pdf"), b"x" * (MAX_SKIPPED_BYTES + 1)), (field("files", "b.pdf"), b"b"))
    found = form("multipart/form-data; boundary=edge", cut(sent, 65536)).parts(2 * MAX_SKIPPED_BYTES)
    assert [part.file_name async for part in found] == ["big.pdf", "b.pdf"]


async def test_names_may_be_in_any_script() -> None:
    ((_, name, _),) = await read(body((field("f", "रिपोर्ट 📄.pdf"), b"x")))
    assert name == "रिपोर्ट 📄.pdf"


async def test_a_part_too_large_for_memory_is_refused() -> None:
    sent_form = form(TYPE, cut(body((field("config"), b"x" * 2000)), 100))
    part = await anext(sent_form.parts())
    with pytest.raises(TooLarge, match="'config'"):
        await part.content(1000)


async def test_too_many_parts_are_refused() -> None:
    sent = body(*[(field("f"), b"")] * (MAX_PARTS + 1))
    with pytest.raises(TooLarge):
        async for _ in form(TYPE, cut(sent, 100_000)).parts():
            pass


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/mixed; boundary=x",
    ],
)
async def test_what_is_no_form_is_refused(kind: str) -> None:
    with pytest.raises(InvalidArgument):
        form(kind, cut(b"", 1))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        body((field("a"), b"1"), end=b""),
        body((field("a"), b"1"))[:-20],
        body(("Content-Disposition: form-data", b"1")),
        body(("No-Disposition: x", b"1")),
        b"--edge\r\nbad header\x00\r\n\r\n1\r\n--edge--\r\n",
    ],
    ids=["empty", "nonsense", "no end", "cut off", "no name", "no disposition", "bad header"],
)
async def test_what_is_broken_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(InvalidArgument):
        await read(content)


async def test_an_endless_header_is_refused() -> None:
    with pytest.raises((TooLarge, InvalidArgument)):
        await read(b"--edge\r\nX: " + b"y" * 100_000)


async def test_fields_without_files_may_come_as_a_simple_form() -> None:
    kind = "application/x-www-form-urlencoded; charset=utf-8"
    sent = b"config=%7B%22num_tags%22%3A+3%7D&pdf_url=http%3A%2F%2Fx%2F%E0%A4%95.pdf&empty="
    found = [(part.name, part.file_name, await part.text(100)) async for part in form(kind, cut(sent, 7)).parts()]
    assert found == [
        ("config", None, '{"num_tags": 3}'),
        ("pdf_url", None, "http://x/क.pdf"),
        ("empty", None, ""),
    ]
    for wrong in (b"\xff\xfe", b"&".join([b"a=1"] * (MAX_PARTS + 1))):
        with pytest.raises(InvalidArgument):
            await anext(form(kind, cut(wrong, 1000)).parts())
    with pytest.raises(TooLarge):
        await anext(form(kind, cut(b"x" * (MAX_FIELDS_BYTES + 1), 1 << 20)).parts())
