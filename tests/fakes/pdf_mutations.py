"""Damaged PDFs by the thousand: whole files changed at random, the same ones for the same seed."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

_NUMBER = re.compile(rb"\b\d{1,6}\b")
_WORDS = (
    b"/Length", b"/Kids", b"/Count", b"/Parent", b"/Type", b"/Filter", b"/FlateDecode", b"/DCTDecode", b"/Width",
    b"/Height", b"/MediaBox", b"/Resources", b"/Contents", b"/Font", b"/XObject", b"endstream", b"endobj", b"xref",
    b"trailer", b"startxref", b"obj", b"stream",
)  # fmt: skip
_NUMBERS = (b"0", b"-1", b"1", b"65535", b"2147483647", b"4294967296", b"99999999999", b"1e30", b"0.0001")


def mutated(sources: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Give `count` damaged files, each one to six changes away from a source."""
    chance = random.Random(seed)
    for _ in range(count):
        data = chance.choice(sources)
        for _ in range(chance.randint(1, 6)):
            data = chance.choice(_CHANGES)(data, chance, sources)
        yield data[: 4 * 1024 * 1024]


def _flip(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 40)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _truncate(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _drop(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + data[start + chance.randint(1, 4000) :]


def _repeat(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    start = chance.randrange(len(data) + 1)
    piece = data[start : start + chance.randint(1, 2000)]
    return data[:start] + piece * chance.randint(2, 20) + data[start:]


def _renumber(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    places = [match.span() for match in _NUMBER.finditer(data)]
    if not places:
        return data
    start, end = chance.choice(places)
    return data[:start] + chance.choice(_NUMBERS) + data[end:]


def _reword(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    old, new = chance.choice(_WORDS), chance.choice(_WORDS)
    return data.replace(old, new, chance.randint(1, 3))


def _splice(data: bytes, chance: random.Random, sources: Sequence[bytes]) -> bytes:
    other = chance.choice(sources)
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


_CHANGES = (_flip, _flip, _truncate, _drop, _repeat, _renumber, _renumber, _reword, _splice)
