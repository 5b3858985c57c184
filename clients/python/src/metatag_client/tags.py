"""The methods about tags that both clients have beside their own."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, TypeVar

from metatag_client import tag_calls
from metatag_client.calls import Call
from metatag_client.models import Json

T = TypeVar("T")
# Seconds between two looks at a change that is under way.
PERIOD = 0.5
_OPEN = ("running", "undoing")


class Tags(ABC):
    """Methods of Client."""

    @abstractmethod
    def _run(self, call: Call[T]) -> T:
        """Send a call and return what its answer says."""

    def tags(
        self, prefix: str = "", *, sort: str = "count", limit: int = 50, offset: int = 0
    ) -> tuple[list[Json], int]:
        """List tags with `count`, `latest` and `trend`, and tell how many there are.

        `sort` is `count`, `name` or `latest`; `limit` is 1 to 200.
        """
        return self._run(tag_calls.tags(prefix, sort, limit, offset))

    def change_tags(
        self, action: str, tags: Sequence[str] = (), to: str | Sequence[str] | None = None, **edit: Any
    ) -> Json:
        """Begin to change tags in many documents and give the job; `wait_for_tag_job` waits for its end.

        `action` is `rename` or `merge` (`to` is one tag), `split` (a list) or `delete`, in all documents; or `edit`,
        with `add`, `remove` and `replace`, in those of `document_ids` (at most 10,000) or `search` (the filters of
        lists).
        """
        return self._run(tag_calls.change_tags(tag_calls.change_body(action, tags, to, edit)))

    def tag_jobs(self, limit: int = 20) -> list[Json]:
        """List the latest changes of tags, newest first; `limit` is 1 to 100."""
        return self._run(tag_calls.tag_jobs(limit))

    def tag_job(self, tag_job_id: str) -> Json:
        """Say how far a change of tags is."""
        return self._run(tag_calls.tag_job(tag_job_id))

    def undo_tag_job(self, tag_job_id: str) -> Json:
        """Begin to take a change of tags back in all documents in which it still stands."""
        return self._run(tag_calls.undo_tag_job(tag_job_id))

    def wait_for_tag_job(self, tag_job_id: str, timeout: float = 3600.0) -> Json:
        """Wait until a change of tags, or its undoing, is at its end; raises TimeoutError after so many seconds."""
        end = time.monotonic() + timeout
        while (found := self._run(tag_calls.tag_job(tag_job_id)))["state"] in _OPEN:
            if time.monotonic() > end:
                raise TimeoutError(f"The change of tags is not at its end after {timeout:g} s.")
            time.sleep(PERIOD)
        return found


class AsyncTags(ABC):
    """Methods of AsyncClient."""

    @abstractmethod
    async def _run(self, call: Call[T]) -> T:
        """Send a call and return what its answer says."""

    async def tags(
        self, prefix: str = "", *, sort: str = "count", limit: int = 50, offset: int = 0
    ) -> tuple[list[Json], int]:
        """List tags with `count`, `latest` and `trend`, and tell how many there are.

        `sort` is `count`, `name` or `latest`; `limit` is 1 to 200.
        """
        return await self._run(tag_calls.tags(prefix, sort, limit, offset))

    async def change_tags(
        self, action: str, tags: Sequence[str] = (), to: str | Sequence[str] | None = None, **edit: Any
    ) -> Json:
        """Begin to change tags in many documents and give the job; `wait_for_tag_job` waits for its end.

        `action` is `rename` or `merge` (`to` is one tag), `split` (a list) or `delete`, in all documents; or `edit`,
        with `add`, `remove` and `replace`, in those of `document_ids` (at most 10,000) or `search` (the filters of
        lists).
        """
        return await self._run(tag_calls.change_tags(tag_calls.change_body(action, tags, to, edit)))

    async def tag_jobs(self, limit: int = 20) -> list[Json]:
        """List the latest changes of tags, newest first; `limit` is 1 to 100."""
        return await self._run(tag_calls.tag_jobs(limit))

    async def tag_job(self, tag_job_id: str) -> Json:
        """Say how far a change of tags is."""
        return await self._run(tag_calls.tag_job(tag_job_id))

    async def undo_tag_job(self, tag_job_id: str) -> Json:
        """Begin to take a change of tags back in all documents in which it still stands."""
        return await self._run(tag_calls.undo_tag_job(tag_job_id))

    async def wait_for_tag_job(self, tag_job_id: str, timeout: float = 3600.0) -> Json:
        """Wait until a change of tags, or its undoing, is at its end; raises TimeoutError after so many seconds."""
        async with asyncio.timeout(timeout):
            while True:
                found = await self._run(tag_calls.tag_job(tag_job_id))
                if found["state"] not in _OPEN:
                    return found
                await asyncio.sleep(PERIOD)
