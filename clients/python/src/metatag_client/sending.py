"""Files on their way to a server: refused by size before they are sent, and not sent again where it has them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from metatag_client.calls import Call, Source, found_uploads, uploads
from metatag_client.errors import Rejected
from metatag_client.models import Upload

# Files of one request.
FILES_AT_ONCE = 20
# Files asked for in one request, the server's bound.
SOUGHT_AT_ONCE = 1000
# Below it no server is asked for its bound.
SMALL_BYTES = 8 * 1024 * 1024
MIB = 1024 * 1024
_CHUNK = 1024 * 1024


class Sending:
    """What becomes of files in the order given. Both clients run its calls and tell it the answers."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._group: list[int] = []
        self._sources = list(sources)
        self._sizes = [size_of(source) for source in self._sources]
        self._done: dict[int, Upload] = {}
        self._digests: dict[int, str] = {}

    @property
    def asks_for_bound(self) -> bool:
        """Say whether a file is so large that the server may refuse it."""
        return any(map(is_large, self._sizes))

    def refuse_larger_than(self, most: int) -> None:
        """Refuse what is larger than so many bytes, without sending it."""
        for at, size in enumerate(self._sizes):
            if size > most:
                self._done[at] = Upload(name_of(self._sources[at]), "", size, too_large(size, most))

    def hash(self) -> None:
        """Read the files for their SHA-256. Takes as long as reading does."""
        for at in self._open():
            self._digests[at] = _digest(self._sources[at])

    def sought(self) -> Iterator[Call[Sequence[Upload | None]]]:
        """Give the calls that ask which files the server has; `found` takes each answer before the next call."""
        waiting = iter(self._open())
        while group := list(islice(waiting, SOUGHT_AT_ONCE)):
            self._group = group
            yield found_uploads([(self._digests[at], name_of(self._sources[at])) for at in group])

    def found(self, answers: Sequence[Upload | None]) -> None:
        """Take an answer to the last call of `sought`."""
        self._done |= {at: upload for at, upload in zip(self._group, answers, strict=True) if upload is not None}

    def sends(self) -> Iterator[Call[Sequence[Upload]]]:
        """Give the calls that send the rest, each of some files: it holds them open, and a lost line costs one call."""
        waiting = iter(self._open())
        while group := list(islice(waiting, FILES_AT_ONCE)):
            self._group = group
            yield uploads([self._sources[at] for at in group])

    def sent(self, answers: Sequence[Upload]) -> None:
        """Take an answer to the last call of `sends`."""
        self._done |= zip(self._group, answers, strict=True)

    @property
    def uploads(self) -> list[Upload]:
        """Give what became of each file, in order."""
        return [self._done[at] for at in range(len(self._sources))]

    def _open(self) -> list[int]:
        return [at for at in range(len(self._sources)) if at not in self._done]


def is_large(size: int) -> bool:
    """Say whether a server may refuse a file for its size, so that it is worth asking for the bound."""
    return size > SMALL_BYTES


def too_large(size: int, most: int) -> str:
    """Give the sentence for a file over the server's bound."""
    return f"The file has {size / MIB:,.0f} MiB; the server takes at most {most / MIB:,.0f} MiB."


def check_size(source: Source, most: int) -> None:
    """Raise Rejected for a file over the server's bound, as the server would."""
    if (size := size_of(source)) > most:
        raise Rejected(too_large(size, most), status=413, code="too_large")


def name_of(source: Source) -> str:
    """Give the file's name as the server is told it."""
    if isinstance(source, tuple):
        return source[0]
    if isinstance(source, str | Path):
        return Path(source).name
    return Path(str(getattr(source, "name", "document.pdf"))).name


def size_of(source: Source) -> int:
    """Give a file's size in bytes."""
    if isinstance(source, tuple):
        return len(source[1])
    if isinstance(source, str | Path):
        return Path(source).stat().st_size
    return source.seek(0, 2)


def _digest(source: Source) -> str:
    if isinstance(source, tuple):
        return hashlib.sha256(source[1]).hexdigest()
    if isinstance(source, str | Path):
        with Path(source).open("rb") as file:
            return _digest_of(file)
    source.seek(0)
    return _digest_of(source)


def _digest_of(file: BinaryIO | Any) -> str:
    found = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        found.update(chunk)
    return found.hexdigest()
