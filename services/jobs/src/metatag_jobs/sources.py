"""All sources behind one door: picks the fetcher by type, checks many in parallel."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from metatag_jobs.errors import SourceRefused
from metatag_jobs.host_limits import HostLimits
from metatag_jobs.model import Source, SourceCheck
from metatag_jobs.ports import Fetcher, Lister

# Sources looked at at once, and the time for all of one call. Seconds.
CHECKS_AT_ONCE = 32
CHECK_ALL_SECONDS = 100.0

TYPES = ("url", "s3", "local", "upload")


class Sources:
    """The port Fetcher over all types of sources."""

    def __init__(
        self,
        fetchers: Mapping[str, Fetcher],
        limits: HostLimits | None = None,
        listers: Mapping[str, Lister] | None = None,
    ) -> None:
        """`limits` bounds what one host of URLs is asked; the default is for few sources."""
        self._fetchers = fetchers
        self._listers = listers or {}
        self._limits = limits or HostLimits(16, 4, 10.0)

    async def fetch(self, source: Source, target: Path, max_bytes: int) -> None:
        """Write the source's bytes to a file; raises SourceRefused, SourceUnavailable, FileTooLarge."""
        fetcher = self._fetcher(source)
        async with AsyncExitStack() as stack:
            if source.type == "url":
                await stack.enter_async_context(self._limits.fetch(source.path))
            await fetcher.fetch(source, target, max_bytes)

    async def list_below(self, source: Source, limit: int) -> tuple[list[str], bool]:
        """Return paths of up to `limit` PDFs below a source, and whether there are more.

        Raises SourceRefused, SourceUnavailable.
        """
        lister = self._listers.get(source.type)
        if lister is None:
            self._fetcher(source)
            raise SourceRefused("Only a prefix of S3 can stand for many documents.")
        return await lister.list_below(source, limit)

    async def check(self, source: Source) -> SourceCheck:
        """Look whether the source could be fetched; never raises for a bad source."""
        if not source.path:
            return SourceCheck(error="Empty path")
        try:
            fetcher = self._fetcher(source)
        except SourceRefused as error:
            return SourceCheck(error=error.message)
        return await fetcher.check(source)

    async def check_all(self, sources: Sequence[Source]) -> list[SourceCheck]:
        """Look at many at once; the answers keep the order; what is not ready after 100 seconds has timed out."""
        places = asyncio.Semaphore(CHECKS_AT_ONCE)

        async def one(source: Source) -> SourceCheck:
            async with AsyncExitStack() as stack:
                # First the host's turn: those who wait for a slow one keep no place from others.
                if source.type == "url":
                    await stack.enter_async_context(self._limits.check(source.path))
                await stack.enter_async_context(places)
                return await self.check(source)

        tasks = [asyncio.create_task(one(source)) for source in sources]
        if not tasks:
            return []
        try:
            await asyncio.wait(tasks, timeout=CHECK_ALL_SECONDS)
        finally:
            for task in tasks:
                task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        return [each if isinstance(each, SourceCheck) else SourceCheck(error="Request timed out") for each in done]

    def _fetcher(self, source: Source) -> Fetcher:
        if source.type == "upload":
            raise SourceRefused("An uploaded file is sent with the request, not fetched.")
        found = self._fetchers.get(source.type)
        if found is None:
            if source.type == "s3":
                raise SourceRefused("S3 client not configured")
            raise SourceRefused(f"Unknown path type: {source.type or 'none'}")
        return found
