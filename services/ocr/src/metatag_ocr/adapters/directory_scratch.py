"""Documents by their hash in one directory, the least recently used thrown away when the bound is reached."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from metatag_ocr import errors
from metatag_ocr.model import DocumentRef
from metatag_runtime.errors import Busy, InvalidArgument


class DirectoryScratch:
    """Keeps `bound` bytes at most, uploads in work counted. The directory is emptied at start and at the end."""

    def __init__(self, directory: Path, bound: int) -> None:
        self._directory = directory
        self._bound = bound
        self._used: dict[str, tuple[int, float]] = {}
        self._holds: Counter[str] = Counter()
        self._arriving = 0

    def open(self) -> None:
        """Make the directory, private, and empty it."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in (*self._directory.glob("*.pdf"), *self._directory.glob("*.part")):
            left.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove the directory."""
        shutil.rmtree(self._directory, ignore_errors=True)

    @property
    def bytes_kept(self) -> int:
        """Bytes of kept documents."""
        return sum(size for size, _ in self._used.values())

    @asynccontextmanager
    async def hold(self, document: DocumentRef) -> AsyncIterator[Path | None]:
        """Give the document's path while the block runs, None when it is not here."""
        if document.sha256 not in self._used or self._used[document.sha256][0] != document.size_bytes:
            yield None
            return
        async with self._held(document) as path:
            yield path

    @asynccontextmanager
    async def receive(self, document: DocumentRef, chunks: AsyncIterator[bytes]) -> AsyncIterator[Path]:
        """Store the chunks, check them, hold the document while the block runs."""
        self._make_service(document.size_bytes)
        self._arriving += document.size_bytes
        part = self._directory / f"{document.sha256}-{secrets.token_hex(4)}.part"
        try:
            await _store(part, document, chunks)
            os.replace(part, self._path(document))
            self._used[document.sha256] = (document.size_bytes, time.monotonic())
        finally:
            self._arriving -= document.size_bytes
            part.unlink(missing_ok=True)
        async with self._held(document) as path:
            yield path

    @asynccontextmanager
    async def _held(self, document: DocumentRef) -> AsyncIterator[Path]:
        self._holds[document.sha256] += 1
        self._used[document.sha256] = (document.size_bytes, time.monotonic())
        try:
            yield self._path(document)
        finally:
            self._holds[document.sha256] -= 1
            if not self._holds[document.sha256]:
                del self._holds[document.sha256]

    def _make_service(self, size: int) -> None:
        idle = sorted((last, name) for name, (_, last) in self._used.items() if not self._holds[name])
        while self.bytes_kept + self._arriving + size > self._bound and idle:
            _, name = idle.pop(0)
            del self._used[name]
            (self._directory / f"{name}.pdf").unlink(missing_ok=True)
        if self.bytes_kept + self._arriving + size > self._bound:
            raise Busy("The node's scratch is full of documents in work; try again in a moment.", retry_after=1.0)

    def _path(self, document: DocumentRef) -> Path:
        return self._directory / f"{document.sha256}.pdf"


async def _store(part: Path, document: DocumentRef, chunks: AsyncIterator[bytes]) -> None:
    digest, size = hashlib.sha256(), 0
    with part.open("wb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > document.size_bytes:
                raise InvalidArgument("More bytes came than size_bytes announced.")
            await asyncio.to_thread(_write, file, digest, chunk)
    if size == 0:
        raise errors.empty_document()
    if size != document.size_bytes:
        raise InvalidArgument(f"size_bytes announced {document.size_bytes} bytes, {size} came.")
    if digest.hexdigest() != document.sha256:
        raise InvalidArgument("The bytes do not have the hash that content_sha256 announced.")


def _write(file: BinaryIO, digest: hashlib._Hash, chunk: bytes) -> None:
    file.write(chunk)
    digest.update(chunk)
