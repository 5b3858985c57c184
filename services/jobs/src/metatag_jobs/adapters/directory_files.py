"""Objects as files in a directory, spread over 256 folders; written aside and moved into place."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

from metatag_jobs.errors import FileGone

CHUNK = 1024 * 1024


class DirectoryFiles:
    """The port FileStore."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, name: str, path: Path) -> None:
        """Store a local file; the object is either whole or absent."""
        await asyncio.to_thread(self._put, name, path)

    async def put_bytes(self, name: str, data: bytes) -> None:
        """Store bytes; the object is either whole or absent."""
        await asyncio.to_thread(self._put_bytes, name, data)

    async def read(self, name: str) -> bytes:
        """Give an object; raises FileGone."""
        try:
            return await asyncio.to_thread(self._path(name).read_bytes)
        except FileNotFoundError:
            raise FileGone from None

    async def stream(self, name: str) -> AsyncIterator[bytes]:
        """Give an object in chunks of at most 1 MiB; raises FileGone at the first."""
        try:
            file = await asyncio.to_thread(self._path(name).open, "rb")
        except FileNotFoundError:
            raise FileGone from None
        try:
            while chunk := await asyncio.to_thread(file.read, CHUNK):
                yield chunk
        finally:
            file.close()

    async def delete(self, name: str) -> None:
        """Remove an object; absent is fine."""
        await asyncio.to_thread(self._path(name).unlink, missing_ok=True)

    async def ping(self) -> None:
        """Raise if the directory cannot be written."""
        await asyncio.to_thread(self._root.mkdir, parents=True, exist_ok=True)
        if not os.access(self._root, os.W_OK):
            raise OSError(f"{self._root} cannot be written")

    def _path(self, name: str) -> Path:
        # The last two characters are random in every kind of id; the first are time.
        return self._root / name[-2:] / name

    def _aside(self, name: str) -> tuple[Path, Path]:
        target = self._path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target, target.with_name(f".{uuid.uuid4().hex}.part")

    def _put(self, name: str, path: Path) -> None:
        target, aside = self._aside(name)
        try:
            try:
                os.link(path, aside)
            except OSError:
                shutil.copyfile(path, aside)
            aside.replace(target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                aside.unlink()

    def _put_bytes(self, name: str, data: bytes) -> None:
        target, aside = self._aside(name)
        try:
            aside.write_bytes(data)
            aside.replace(target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                aside.unlink()
