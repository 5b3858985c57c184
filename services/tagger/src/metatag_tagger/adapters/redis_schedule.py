"""A schedule that all replicas share, kept in Redis: one atomic script on Redis' own clock."""

from __future__ import annotations

import asyncio

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from metatag_tagger.adapters.limits import MemorySchedule

log = structlog.get_logger("metatag.tagger.limits")

_PREFIX = "metatag:tagger:pace:"
_PATIENCE = 2.0

# KEYS[1]: the next free moment in microseconds. ARGV: interval, longest wait, both in microseconds.
# Redis' clock is the only one used, so that replicas with different clocks agree.
_RESERVE = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local at = tonumber(redis.call('GET', KEYS[1]) or '0')
if at < now then at = now end
if at - now > tonumber(ARGV[2]) then return {0, string.format('%.0f', at - now)} end
local following = at + tonumber(ARGV[1])
redis.call('SET', KEYS[1], string.format('%.0f', following), 'PX', math.ceil((following - now) / 1000) + 1000)
return {1, string.format('%.0f', at - now)}
"""
_BLOCK = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local until_ = now + tonumber(ARGV[1])
local at = tonumber(redis.call('GET', KEYS[1]) or '0')
if until_ > at then
  redis.call('SET', KEYS[1], string.format('%.0f', until_), 'PX', math.ceil((until_ - now) / 1000) + 1000)
end
return 1
"""


class RedisSchedule:
    """Keeps the port Schedule; while Redis is away each process paces itself, so calls go on at a safe rate."""

    def __init__(self, redis: Redis, interval: float) -> None:
        self._interval = interval
        self._reserve = redis.register_script(_RESERVE)
        self._block = redis.register_script(_BLOCK)
        self._alone = MemorySchedule(interval)

    async def reserve(self, name: str, longest: float) -> tuple[bool, float]:
        """Reserve the next moment over all replicas."""
        arguments = [int(self._interval * 1e6), int(longest * 1e6)]
        try:
            async with asyncio.timeout(_PATIENCE):
                granted, wait = await self._reserve(keys=[_PREFIX + name], args=arguments)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("shared limits away", error=type(error).__name__)
            return await self._alone.reserve(name, longest)
        return bool(granted), int(wait) / 1e6

    async def block(self, name: str, seconds: float) -> None:
        """Give no moment before so many seconds have passed, on any replica."""
        await self._alone.block(name, seconds)
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._block(keys=[_PREFIX + name], args=[int(seconds * 1e6)])
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("shared limits away", error=type(error).__name__)
