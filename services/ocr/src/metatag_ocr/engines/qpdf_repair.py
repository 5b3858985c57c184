"""Damaged files rebuilt by qpdf: cut off on their way, without a cross-reference table, without a trailer."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pikepdf

# Files beyond this many bytes are not rebuilt, pages and objects beyond that many left out.
_MAX_BYTES, _MAX_PAGES, _MAX_OBJECTS = 256 * 1024 * 1024, 20_000, 500_000
# Bytes that the object streams of a file may hold together.
_MAX_PACKED = 64 * 1024 * 1024
_OBJECT = re.compile(rb"(?<![0-9])([0-9]{1,7})[ \r\n]+([0-9]{1,5})[ \r\n]+obj\b")
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_PACKED = re.compile(rb"/Type\s*/ObjStm\b")
_COUNT, _FIRST = re.compile(rb"/N\s+([0-9]{1,6})\b"), re.compile(rb"/First\s+([0-9]{1,8})\b")
_STREAM = re.compile(rb"\bstream\r?\n")
# What ends an object that was cut off; without it qpdf drops the last one.
_END = b"\nendstream\nendobj\n%%EOF\n"
# Bytes of an object within which its type stands.
_WITHIN = 4096


def rebuilt(path: Path) -> bytes | None:
    """Return the file anew as qpdf can save it; None when nothing of it can be."""
    data = path.read_bytes() if path.stat().st_size <= _MAX_BYTES else b""
    return _saved(data + _END) or _saved(data + _END + _page_tree(data) + _END) if data else None


def _saved(data: bytes) -> bytes | None:
    try:
        with pikepdf.open(io.BytesIO(data), attempt_recovery=True) as pdf:
            if not len(pdf.pages):
                return None
            out = io.BytesIO()
            pdf.save(out)
            return out.getvalue()
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _page_tree(data: bytes) -> bytes:
    """Return a catalog over the pages that stand in a file whose own catalog is lost, to be put at its end."""
    pages, unpacked, last = [], [], 0
    for number, generation, body in _objects(data):
        last = max(last, number)
        if _PAGE.search(body, 0, _WITHIN):
            pages.append(b"%d %d R" % (number, generation))
        if _PACKED.search(body, 0, _WITHIN):
            for inner, text in _unpacked(body):
                last = max(last, inner)
                unpacked.append(b"%d 0 obj\n%s\nendobj\n" % (inner, text))
                if _PAGE.search(text, 0, _WITHIN):
                    pages.append(b"%d 0 R" % inner)
    if not pages:
        return b""
    kids = b" ".join(pages[:_MAX_PAGES])
    tree = b"<</Type/Pages/Count %d/Kids[%s]/MediaBox[0 0 612 792]>>" % (min(len(pages), _MAX_PAGES), kids)
    catalog = b"<</Type/Catalog/Pages %d 0 R>>" % (last + 1)
    return b"%s%d 0 obj\n%s\nendobj\n%d 0 obj\n%s\nendobj\ntrailer\n<</Size %d/Root %d 0 R>>\n" % (
        b"".join(unpacked), last + 1, tree, last + 2, catalog, last + 3, last + 2,
    )  # fmt: skip


def _objects(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield number, generation and bytes of each object that stands in the file by itself."""
    before = None
    for index, match in enumerate(_OBJECT.finditer(data)):
        if before is not None:
            yield int(before[1]), int(before[2]), data[before.end() : match.start()]
        before = match
        if index >= _MAX_OBJECTS:
            return
    if before is not None:
        yield int(before[1]), int(before[2]), data[before.end() :]


def _unpacked(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and bytes of the objects of an object stream, as far as it can be inflated."""
    count, first, start = _COUNT.search(body), _FIRST.search(body), _STREAM.search(body)
    if not count or not first or not start:
        return
    try:
        plain = zlib.decompressobj().decompress(body[start.end() :], _MAX_PACKED)
    except zlib.error:
        return
    head = plain[: int(first[1])].split()[: 2 * int(count[1])]
    if not all(word.isdigit() for word in head):
        return
    numbers, offsets = list(map(int, head[::2])), [int(first[1]) + int(word) for word in head[1::2]]
    for number, begin, end in zip(numbers, offsets, [*offsets[1:], len(plain)], strict=False):
        if begin < len(plain):
            yield number, plain[begin:end]
