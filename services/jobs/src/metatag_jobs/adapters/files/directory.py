"""Objects as files in a directory, spread over 256 folders; written aside and moved into place."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

from metatag_jobs.errors import FileGone
from metatag_runtime.errors import StorageFull
from metatag_runtime.failures import FULL_AGAIN

MIB = 1024 * 1024
CHUNK = MIB
# Objects in one portion of a listing.
LISTED = 1000


class DirectoryFiles:
    """The port FileStore."""

    def __init__(self, root: Path, *, reserve: int = 0) -> None:
        """`reserve`: bytes of the disk that files leave free, of a small disk a twentieth; databases need them."""
        self._root = root
        self._reserve = reserve
        # Size of the last file that found no room; the disk is full until it would fit.
        self._refused = 0
        self._waiting: list[tuple[Callable[[], None], asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def put(self, name: str, path: Path) -> None:
        """Store a local file; the object is either whole or absent."""
        await asyncio.to_thread(self._put, name, path)

    async def put_bytes(self, name: str, data: bytes) -> None:
        """Store bytes; the object is either whole or absent."""
        await self._soon(partial(self._put_bytes, name, data))

    async def read(self, name: str) -> bytes:
        """Give an object; raises FileGone."""
        try:
            return await asyncio.to_thread(self._path(name).read_bytes)
        except FileNotFoundError:
            raise FileGone from None

    async def stream(self, name: str) -> AsyncIterator[bytes]:
        """Give an object in chunks of at most 1 MiB; raises FileGone at the first."""
        try:
            file, chunk = await asyncio.to_thread(self._open, name)
        except FileNotFoundError:
            raise FileGone from None
        try:
            while chunk:
                yield chunk
                chunk = await asyncio.to_thread(file.read, CHUNK) if len(chunk) == CHUNK else b""
        finally:
            file.close()

    async def delete(self, name: str) -> None:
        """Remove an object; absent is fine."""
        await self._soon(partial(self._path(name).unlink, missing_ok=True))

    async def list_objects(self, shard: str) -> AsyncIterator[list[tuple[str, float]]]:
        """Return the objects of a shard with their ages in seconds, in portions."""
        found = await asyncio.to_thread(self._list, shard)
        for start in range(0, len(found), LISTED):
            yield found[start : start + LISTED]

    async def ping(self) -> None:
        """Raise if the directory cannot be written."""
        await asyncio.to_thread(self._root.mkdir, parents=True, exist_ok=True)
        if not os.access(self._root, os.W_OK):
            raise OSError(f"{self._root} cannot be written")
        await asyncio.to_thread(self._require_room, self._refused)

    def _require_room(self, size: int) -> None:
        """Raise StorageFull unless `size` bytes fit and leave the reserve free."""
        try:
            disk = shutil.disk_usage(self._root)
        except FileNotFoundError:
            # Made with the first object.
            return
        kept = min(self._reserve, disk.total // 20)
        if disk.free - size < kept:
            self._refused = size
            raise StorageFull(
                f"The disk of the stored files (METATAG_JOBS_FILES_URL) is full: {disk.free // MIB} MiB are free, "
                f"and {kept // MIB} MiB are kept for the databases. Try again when there is room.",
                retry_after=FULL_AGAIN,
            )
        if size >= self._refused:
            self._refused = 0

    def _list(self, shard: str) -> list[tuple[str, float]]:
        now, found = time.time(), []
        with contextlib.suppress(FileNotFoundError), os.scandir(self._root / shard) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    found.append((entry.name, now - entry.stat().st_mtime))
        return found

    def _path(self, name: str) -> Path:
        # The last two characters are random in every kind of id; the first are time.
        return self._root / name[-2:] / name

    def _aside(self, name: str) -> tuple[str, str]:
        target = str(self._path(name))
        return target, f"{target}.{os.urandom(8).hex()}.part"

    def _open(self, name: str) -> tuple[BinaryIO, bytes]:
        """Give a file and its first chunk, which is mostly all of it."""
        file = self._path(name).open("rb")
        return file, file.read(CHUNK)

    def _put(self, name: str, path: Path) -> None:
        target, aside = self._aside(name)
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        self._require_room(path.stat().st_size)
        try:
            try:
                os.link(path, aside)
            except OSError:
                shutil.copyfile(path, aside)
            os.replace(aside, target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(aside)

    async def _soon(self, change: Callable[[], None]) -> None:
        """Make a small change with those that others make at the same time."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((change, done))
        if self._writer is None:
            self._writer = asyncio.create_task(self._make_waiting())
        await done

    async def _make_waiting(self) -> None:
        """Make what waits: one change of thread for all, it costs more than the change."""
        try:
            while self._waiting:
                await self._make_group()
        finally:
            # Whatever ended this: the next change begins anew.
            self._writer = None

    async def _make_group(self) -> None:
        group, self._waiting = self._waiting, []
        failures: Sequence[Exception | None] = [OSError("the change was broken off")] * len(group)
        try:
            failures = await asyncio.to_thread(_try_all, [change for change, _ in group])
        except Exception as error:
            failures = [error] * len(group)
        finally:
            for (_, done), failure in zip(group, failures, strict=True):
                if done.done():
                    continue
                if failure is None:
                    done.set_result(None)
                else:
                    done.set_exception(failure)

    def _put_bytes(self, name: str, data: bytes) -> None:
        self._require_room(len(data))
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


def _try_all(changes: Sequence[Callable[[], None]]) -> list[Exception | None]:
    failures: list[Exception | None] = []
    for change in changes:
        try:
            change()
            failures.append(None)
        except Exception as error:
            failures.append(error)
    return failures
