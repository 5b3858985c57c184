"""Quotas of one user, each with the sentence and the waiting time that a refused caller reads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from metatag_gateway.errors import QuotaExceeded
from metatag_gateway.ports import Limiter, Rate

MINUTE = 60.0
HOUR = 3600.0
DAY = 86_400.0
MIB = 1024 * 1024
# Documents of one user in a day while the operator's key pays and the operator has said nothing.
PAID_DOCUMENTS = 2000


@dataclass(frozen=True, slots=True)
class Quota:
    """Bounds of one user; 0 means none."""

    requests_per_minute: int = 0
    concurrent_singles: int = 0
    upload_mib_per_day: int = 0
    # None: PAID_DOCUMENTS while the operator's key pays, else no bound.
    documents_per_day: int | None = 0
    checks_per_hour: int = 0


class Quotas:
    """Counts what a user asks for."""

    def __init__(
        self, limiter: Limiter, quota: Quota, operator_pays: Callable[[], Awaitable[bool]] | None = None
    ) -> None:
        """`operator_pays` tells whether documents may be tagged on the operator's key."""
        self._limiter = limiter
        self._quota = quota
        self._operator_pays = operator_pays

    async def request(self, user_id: str) -> None:
        """Count one request."""
        rate = Rate(self._quota.requests_per_minute, MINUTE)
        if rate.count:
            await self._take(f"requests:{user_id}", rate, 1, f"You may send {rate.count} requests a minute")

    async def documents(self, user_id: str, count: int) -> None:
        """Count documents to process."""
        rate = Rate(await self._documents_per_day(), DAY)
        if rate.count and count > rate.count:
            raise QuotaExceeded(f"You may process {rate.count} documents a day; this request has {count}.")
        await self._take(f"documents:{user_id}", rate, count, f"You may process {rate.count} documents a day")

    async def give_documents_back(self, user_id: str, count: int) -> None:
        """Take documents off the count that were counted and not processed."""
        rate = Rate(await self._documents_per_day(), DAY)
        await self._limiter.give_back(f"documents:{user_id}", rate, count)

    async def checks(self, user_id: str, count: int) -> None:
        """Count sources that are looked at for a user, on other people's servers."""
        rate = Rate(self._quota.checks_per_hour, HOUR)
        if rate.count and count > rate.count:
            raise QuotaExceeded(f"You may look at {rate.count} sources an hour; this request has {count}.")
        await self._take(f"checks:{user_id}", rate, count, f"You may look at {rate.count} sources an hour")

    async def _documents_per_day(self) -> int:
        given = self._quota.documents_per_day
        if given is not None:
            return given
        return PAID_DOCUMENTS if self._operator_pays is not None and await self._operator_pays() else 0

    async def uploaded(self, user_id: str, size: int) -> None:
        """Count uploaded bytes, in whole MiB, as they come in."""
        rate = Rate(self._quota.upload_mib_per_day, DAY)
        if rate.count:
            cost = max(1, -(-size // MIB))
            await self._take(f"uploads:{user_id}", rate, cost, f"You may upload {rate.count} MiB a day")

    @asynccontextmanager
    async def single(self, user_id: str) -> AsyncIterator[None]:
        """Hold a place for one single document."""
        most = self._quota.concurrent_singles
        async with self._limiter.hold(f"singles:{user_id}", most) as held:
            if not held:
                raise QuotaExceeded(
                    f"You may have {most} single documents in work at once; wait for one to end, or use a batch.",
                    retry_after=2.0,
                )
            yield

    async def _take(self, bucket: str, rate: Rate, cost: int, sentence: str) -> None:
        wait = await self._limiter.take(bucket, rate, cost)
        if wait > 0:
            raise QuotaExceeded(f"{sentence}; try again in {max(1, round(wait))} seconds.", retry_after=wait)
