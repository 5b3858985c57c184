"""Rate limits and places counted for all replicas together, in Redis."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from metatag_gateway.adapters.memory_limiter import MemoryLimiter
from metatag_gateway.ports import Rate
from metatag_runtime.errors import Unavailable

log = structlog.get_logger("metatag.limits")

PREFIX = "metatag:gateway:limit:"
# A place is given back by itself after this, should its holder die. Seconds; above the longest single request.
PLACE_SECONDS = 3900

# The same algorithm as MemoryLimiter, in one step at the server, by the server's clock.
_TAKE = """
local now = redis.call('TIME'); now = now[1] + now[2] / 1000000
local each = tonumber(ARGV[1]) / tonumber(ARGV[2])
local cost = math.min(tonumber(ARGV[3]), tonumber(ARGV[2]))
local begin = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
local last = begin + each * cost
local wait = last - now - tonumber(ARGV[1])
if wait > 0.000001 then return tostring(wait) end
redis.call('SET', KEYS[1], string.format('%.6f', last), 'PX', math.ceil((last - now) * 1000) + 1000)
return '0'
"""
_GIVE_BACK = """
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
local now = redis.call('TIME'); now = now[1] + now[2] / 1000000
local each = tonumber(ARGV[1]) / tonumber(ARGV[2])
last = last - each * math.min(tonumber(ARGV[3]), tonumber(ARGV[2]))
if last <= now then return redis.call('DEL', KEYS[1]) end
return redis.call('SET', KEYS[1], string.format('%.6f', last), 'PX', math.ceil((last - now) * 1000) + 1000)
"""
_HOLD = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[4], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
"""


class RedisLimiter:
    """Keeps the promises of ports.Limiter; while Redis is away this process counts alone, and locks nobody out."""

    def __init__(self, url: str) -> None:
        self._redis: Any = Redis.from_url(url, socket_timeout=1.0, socket_connect_timeout=1.0)
        self._take: Any = self._redis.register_script(_TAKE)
        self._give_back: Any = self._redis.register_script(_GIVE_BACK)
        self._hold: Any = self._redis.register_script(_HOLD)
        self._alone = MemoryLimiter()

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def take(self, bucket: str, rate: Rate, cost: int = 1) -> float:
        """Take if the bucket has room."""
        if rate.count <= 0:
            return 0.0
        try:
            return float(await self._take(keys=[PREFIX + bucket], args=[rate.seconds, rate.count, cost]))
        except (RedisError, OSError) as error:
            log.warning("redis is away, counting alone", error=type(error).__name__)
            return await self._alone.take(bucket, rate, cost)

    async def give_back(self, bucket: str, rate: Rate, cost: int = 1) -> None:
        """Give back to the bucket; while Redis is away, to that of this process."""
        if rate.count <= 0:
            return
        try:
            await self._give_back(keys=[PREFIX + bucket], args=[rate.seconds, rate.count, cost])
        except (RedisError, OSError) as error:
            log.warning("redis is away, counting alone", error=type(error).__name__)
            await self._alone.give_back(bucket, rate, cost)

    async def level(self, bucket: str, rate: Rate) -> float:
        """Work it out from the time that is left to the bucket, a second of which is kept for clocks."""
        try:
            left = float(await self._redis.pttl(PREFIX + bucket)) / 1000 - 1
        except (RedisError, OSError):
            return await self._alone.level(bucket, rate)
        return max(0.0, left) * rate.count / rate.seconds

    async def forget(self, part: str) -> None:
        """Walk over all names, a thousand at a time."""
        await self._alone.forget(part)
        try:
            async for key in self._redis.scan_iter(match=f"{PREFIX}*{part}*", count=1000):
                await self._redis.unlink(key)
        except (RedisError, OSError) as error:
            raise Unavailable("Redis does not answer; try again in a moment.") from error

    @asynccontextmanager
    async def hold(self, bucket: str, most: int) -> AsyncIterator[bool]:
        """Hold a place in the bucket's sorted set, by a name of its own."""
        if most <= 0:
            yield True
            return
        name = secrets.token_hex(8)
        now = time.time()
        try:
            args = [name, now, most, now + PLACE_SECONDS, PLACE_SECONDS]
            held = bool(await self._hold(keys=[PREFIX + bucket], args=args))
        except (RedisError, OSError) as error:
            log.warning("redis is away, counting alone", error=type(error).__name__)
            async with self._alone.hold(bucket, most) as held:
                yield held
            return
        try:
            yield held
        finally:
            if held:
                with suppress(RedisError, OSError):
                    await self._redis.zrem(PREFIX + bucket, name)

    async def ping(self) -> bool | None:
        """Ask Redis."""
        try:
            return bool(await self._redis.ping())
        except (RedisError, OSError):
            return False
