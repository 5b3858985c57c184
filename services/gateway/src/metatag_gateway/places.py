"""Places of one process, shared fairly: nobody holds so many that others find none."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Places:
    """A number of places. Once half of them are taken, no holder gets more than a quarter of all."""

    def __init__(self, total: int) -> None:
        """`total` is at least 1."""
        self._total = total
        self._share = max(1, total // 4)
        self._taken = 0
        self._by_holder: Counter[str] = Counter()
        self._given_back = asyncio.Event()

    @property
    def taken(self) -> int:
        """How many places are taken."""
        return self._taken

    def take(self, holder: str) -> bool:
        """Take a place for `holder`, a user or an address; return whether there was one."""
        if self._taken >= self._total:
            return False
        if self._taken * 2 >= self._total and self._by_holder[holder] >= self._share:
            return False
        self._taken += 1
        self._by_holder[holder] += 1
        return True

    @asynccontextmanager
    async def held(self, holder: str) -> AsyncIterator[None]:
        """Hold a place, waiting for one as long as it takes."""
        while not self.take(holder):
            self._given_back.clear()
            await self._given_back.wait()
        try:
            yield
        finally:
            self.give_back(holder)

    def give_back(self, holder: str) -> None:
        """Give a taken place back."""
        self._taken -= 1
        self._by_holder[holder] -= 1
        if self._by_holder[holder] <= 0:
            del self._by_holder[holder]
        self._given_back.set()
