"""The edge of the Redis library: every failure of a command, whatever its class, becomes one error.

Under uvloop a command on a connection that was reset raises RuntimeError, and the kernel's ETIMEDOUT is a
TimeoutError; a list of the library's classes misses both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError

T = TypeVar("T")

# A command that takes longer is given up. Seconds.
COMMAND_SECONDS = 2.0


class RedisUnavailable(ConnectionError):
    """Redis does not answer just now."""


def open_redis(url: str) -> Any:
    """Return a client that connects when first used, and repeats nothing by itself: the callers do."""
    return Redis.from_url(
        url,
        socket_timeout=COMMAND_SECONDS,
        socket_connect_timeout=COMMAND_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


async def ask_redis(command: Awaitable[T], seconds: float = COMMAND_SECONDS) -> T:
    """Await a command for `seconds` at most; raises ResponseError when Redis refuses it, else RedisUnavailable."""
    try:
        async with asyncio.timeout(seconds):
            return await command
    except ResponseError:
        raise
    except Exception as error:
        raise RedisUnavailable(f"Redis does not answer: {error!r}") from error
