"""Rate limits and places counted in this process: the embedded mode, and the stand-in while Redis is away."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from metatag_gateway.ports import Rate

# Buckets remembered; beyond, the least recently used is forgotten, which only ever favours the caller.
MAX_BUCKETS = 100_000


class MemoryLimiter:
    """Keeps the promises of ports.Limiter by the generic cell rate algorithm: one number for each bucket."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # When each bucket will be empty again.
        self._free_at: OrderedDict[str, float] = OrderedDict()
        self._held: Counter[str] = Counter()

    async def take(self, bucket: str, rate: Rate, cost: int = 1) -> float:
        """Take if the bucket has room."""
        if rate.count <= 0:
            return 0.0
        now = self._clock()
        each = rate.seconds / rate.count
        # A cost above the whole rate may pass through an empty bucket, else it never could.
        begin = max(now, self._free_at.get(bucket, 0.0))
        end = begin + each * min(cost, rate.count)
        wait = end - now - rate.seconds
        # Times are sums of fractions: a rounding error must not refuse the last of a burst.
        if wait > 1e-6:
            return wait
        self._free_at[bucket] = end
        self._free_at.move_to_end(bucket)
        if len(self._free_at) > MAX_BUCKETS:
            self._free_at.popitem(last=False)
        return 0.0

    async def give_back(self, bucket: str, rate: Rate, cost: int = 1) -> None:
        """Move the moment at which the bucket will be empty."""
        if rate.count > 0 and bucket in self._free_at:
            self._free_at[bucket] -= rate.seconds / rate.count * min(cost, rate.count)

    async def level(self, bucket: str, rate: Rate) -> float:
        """Work it out from the moment at which the bucket will be empty."""
        left = self._free_at.get(bucket, 0.0) - self._clock()
        return max(0.0, left) * rate.count / rate.seconds

    async def forget(self, part: str) -> None:
        """Look at all names."""
        for bucket in [name for name in self._free_at if part in name]:
            del self._free_at[bucket]

    @asynccontextmanager
    async def hold(self, bucket: str, most: int) -> AsyncIterator[bool]:
        """Count up while inside."""
        if most > 0 and self._held[bucket] >= most:
            yield False
            return
        self._held[bucket] += 1
        try:
            yield True
        finally:
            self._held[bucket] -= 1
            if not self._held[bucket]:
                del self._held[bucket]

    async def ping(self) -> bool | None:
        """There is nobody to ask."""
        return None
