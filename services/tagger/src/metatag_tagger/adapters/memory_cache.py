"""A cache of answers in this process: the least recently used entry goes first."""

from __future__ import annotations

import time
from collections import OrderedDict

# Seconds an answer is kept.
LIFETIME = 86_400.0


class MemoryCache:
    """Keeps the port Cache for one process."""

    def __init__(self, entries: int) -> None:
        self._entries = entries
        self._stored: OrderedDict[str, tuple[float, str]] = OrderedDict()

    async def get(self, key: str) -> str | None:
        """Give the value stored under a key, or None."""
        found = self._stored.get(key)
        if found is None:
            return None
        if time.monotonic() - found[0] > LIFETIME:
            del self._stored[key]
            return None
        self._stored.move_to_end(key)
        return found[1]

    async def put(self, key: str, value: str) -> None:
        """Store a value for a day."""
        if not self._entries:
            return
        self._stored[key] = (time.monotonic(), value)
        self._stored.move_to_end(key)
        while len(self._stored) > self._entries:
            self._stored.popitem(last=False)
