"""Objects as files in a directory, spread over 256 folders; written aside and moved into place."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from metatag_jobs.errors import FileGone

CHUNK = 1024 * 1024


class DirectoryFiles:
    """The port FileStore."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._waiting: list[tuple[str, bytes, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def put(self, name: str, path: Path) -> None:
        """Store a local file; the object is either whole or absent."""
        await asyncio.to_thread(self._put, name, path)

    async def put_bytes(self, name: str, data: bytes) -> None:
        """Store bytes; the object is either whole or absent."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((name, data, done))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_waiting())
        await done

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

    def _aside(self, name: str) -> tuple[str, str]:
        target = str(self._path(name))
        return target, f"{target}.{os.urandom(8).hex()}.part"

    def _put(self, name: str, path: Path) -> None:
        target, aside = self._aside(name)
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        try:
            try:
                os.link(path, aside)
            except OSError:
                shutil.copyfile(path, aside)
            os.replace(aside, target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(aside)

    async def _write_waiting(self) -> None:
        """Write what waits: one change of thread for all, it costs more than the writing."""
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                failures = await asyncio.to_thread(self._try_all, group)
            except Exception as error:
                failures = [error] * len(group)
            for (_, _, done), failure in zip(group, failures, strict=True):
                if done.done():
                    continue
                if failure is None:
                    done.set_result(None)
                else:
                    done.set_exception(failure)
        self._writer = None

    def _try_all(self, group: Sequence[tuple[str, bytes, asyncio.Future[None]]]) -> list[Exception | None]:
        failures: list[Exception | None] = []
        for name, data, _ in group:
            try:
                self._put_bytes(name, data)
                failures.append(None)
            except Exception as error:
                failures.append(error)
        return failures

    def _put_bytes(self, name: str, data: bytes) -> None:
        target, aside = self._aside(name)
        try:
            file = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileNotFoundError:
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            file = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with os.fdopen(file, "wb", buffering=0) as whole:
                left = memoryview(data)
                while left:
                    left = left[whole.write(left) :]
            os.replace(aside, target)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(aside)
            raise
