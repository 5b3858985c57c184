"""A cache of answers that all replicas share. A broken Redis is an empty cache."""

from __future__ import annotations

import asyncio

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger("metatag.tagger.cache")

LIFETIME = 86_400
_PREFIX = "metatag:tagger:answer:"
# The cache must never hold up a document. Seconds.
_PATIENCE = 1.0


class RedisCache:
    """Keeps the port Cache in Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def get(self, key: str) -> str | None:
        """Give the value stored under a key, or None."""
        try:
            async with asyncio.timeout(_PATIENCE):
                found = await self._redis.get(_PREFIX + key)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("cache not readable", error=type(error).__name__)
            return None
        return found.decode("utf-8", "replace") if isinstance(found, bytes) else found

    async def put(self, key: str, value: str) -> None:
        """Store a value for a day."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._redis.set(_PREFIX + key, value, ex=LIFETIME)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("cache not writable", error=type(error).__name__)
