"""How much one host is asked at once and in a second, so that nobody uses this service as a weapon against another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

# Sources of one host that may be looked at in one go before the rate holds.
BURST = 50
# Hosts remembered; beyond, those that nobody waits for are forgotten.
MAX_HOSTS = 10_000


@dataclass(slots=True, eq=False)
class _Host:
    fetches: asyncio.Semaphore
    checks: asyncio.Semaphore
    # Held by who waits for the next moment, so that others wait behind it.
    turn: asyncio.Lock
    tokens: float
    counted_at: float
    users: int = 0


class HostLimits:
    """Bounds of one process for each host."""

    def __init__(self, fetches: int, checks: int, checks_per_second: float) -> None:
        """`fetches` and `checks` are the most at once; `checks_per_second` holds beyond a burst of 50."""
        self._fetches = fetches
        self._checks = checks
        self._rate = checks_per_second
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def fetch(self, address: str) -> AsyncIterator[None]:
        """Hold one of the places for fetching from the host of a URL."""
        async with self._using(address) as host, host.fetches:
            yield

    @asynccontextmanager
    async def check(self, address: str) -> AsyncIterator[None]:
        """Hold one of the places for looking at sources of the host of a URL, when it is its turn."""
        async with self._using(address) as host, host.checks:
            async with host.turn:
                await self._moment(host)
            yield

    async def _moment(self, host: _Host) -> None:
        now = asyncio.get_running_loop().time()
        host.tokens = min(BURST, host.tokens + (now - host.counted_at) * self._rate)
        host.counted_at = now
        if host.tokens < 1:
            wait = (1 - host.tokens) / self._rate
            await asyncio.sleep(wait)
            host.tokens, host.counted_at = 1.0, now + wait
        host.tokens -= 1

    @asynccontextmanager
    async def _using(self, address: str) -> AsyncIterator[_Host]:
        name = _host(address)
        host = self._hosts.get(name)
        if host is None:
            self._forget()
            host = self._hosts[name] = _Host(
                asyncio.Semaphore(self._fetches),
                asyncio.Semaphore(self._checks),
                asyncio.Lock(),
                BURST,
                asyncio.get_running_loop().time(),
            )
        host.users += 1
        try:
            yield host
        finally:
            host.users -= 1

    def _forget(self) -> None:
        if len(self._hosts) >= MAX_HOSTS:
            self._hosts = {name: host for name, host in self._hosts.items() if host.users}


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""
