"""A file store that keeps account: whoever ends between a put and the row for it leaves no object for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from metatag_jobs.journal import Group
from metatag_jobs.ports import FileStore
from metatag_jobs.stores import ObjectAccount


class AccountedFiles:
    """The port FileStore over another one. Objects are written down before they are put; the sweeper deletes."""

    def __init__(self, files: FileStore, account: ObjectAccount, passing: Callable[[Exception], bool]) -> None:
        self._files = files
        self._account = account
        self._passing = passing
        self._expected: Group[str, None] | None = None

    async def put(self, name: str, path: Path) -> None:
        """Store a local file."""
        await self._expect(name)
        await self._files.put(name, path)

    async def put_bytes(self, name: str, data: bytes) -> None:
        """Store bytes."""
        await self._expect(name)
        await self._files.put_bytes(name, data)

    async def read(self, name: str) -> bytes:
        """Return an object; raises FileGone."""
        return await self._files.read(name)

    def stream(self, name: str) -> AsyncIterator[bytes]:
        """Return an object in chunks; raises FileGone at the first."""
        return self._files.stream(name)

    async def delete(self, name: str) -> None:
        """Have an object deleted soon."""
        await self._account.doom([name])

    def list_objects(self, shard: str) -> AsyncIterator[list[tuple[str, float]]]:
        """Return the objects of a shard with their ages in seconds, in portions."""
        return self._files.list_objects(shard)

    async def ping(self) -> None:
        """Raise if the store cannot be used."""
        await self._files.ping()

    async def _expect(self, name: str) -> None:
        if self._expected is None:
            # Made here: it belongs to the running event loop.
            self._expected = Group(self._write, self._passing)
        await self._expected.put(name)

    async def _write(self, names: Sequence[str]) -> list[None]:
        await self._account.expect(names)
        return [None] * len(names)
