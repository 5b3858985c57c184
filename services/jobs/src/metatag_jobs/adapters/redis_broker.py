"""taskiq's broker on Redis Streams, with the faults mended that a restart of Redis or a quiet queue shows.

taskiq-redis itself dies of NOGROUP after a FLUSHALL, of a lost connection, and claims abandoned tickets only after it
read a fresh one. A ticket is never the truth, so here all three end in "look again".
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from taskiq import AckableMessage, BrokerMessage
from taskiq_redis import RedisStreamBroker

log = structlog.get_logger("metatag.jobs.tickets")

GROUP = "workers"
# Tickets that may wait; the dispatcher keeps far fewer.
MAX_TICKETS = 10_000
# Taken from the stream at once: few, so that one worker does not sit on what another could do.
READ_COUNT = 4
READ_BLOCK_MS = 1000
# Tickets of workers that died are taken over, to be dropped at the claim, after so long. Seconds.
CLAIM_IDLE = 60.0
CLAIM_PERIOD = 15.0
SEND_SECONDS = 2.0


class TicketStream(RedisStreamBroker):
    """One stream of tickets."""

    def __init__(self, url: str, stream: str) -> None:
        super().__init__(
            url=url,
            queue_name=stream,
            consumer_group_name=GROUP,
            # A group made anew must also see the tickets sent before it.
            consumer_id="0",
            maxlen=MAX_TICKETS,
            max_connection_pool_size=64,
            socket_timeout=READ_BLOCK_MS / 1000 + 5,
            socket_connect_timeout=3,
        )
        self._next_claim = 0.0

    async def startup(self) -> None:
        """Make the group; a Redis that is away now is waited for by `listen`."""
        try:
            await super().startup()
        except (RedisError, OSError) as error:
            log.warning("redis does not answer", error=repr(error))

    async def kick(self, message: BrokerMessage) -> None:
        """Send a ticket; raises what Redis raises."""
        async with asyncio.timeout(SEND_SECONDS):
            await super().kick(message)

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """Give tickets for ever, whatever happens to Redis."""
        while True:
            try:
                async with Redis(connection_pool=self.connection_pool) as redis:
                    for message in [*await self._abandoned(redis), *await self._fresh(redis)]:
                        yield message
            except ResponseError as error:
                if "NOGROUP" not in str(error):
                    log.warning("redis refused", error=str(error))
                    await asyncio.sleep(1.0)
                await self._declare_quietly()
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("redis does not answer", error=repr(error))
                await asyncio.sleep(random.uniform(0.3, 1.0))  # noqa: S311  jitter, no secret

    async def _fresh(self, redis: Any) -> list[AckableMessage]:
        found = await redis.xreadgroup(
            GROUP, self.consumer_name, {self.queue_name: ">"}, count=READ_COUNT, block=READ_BLOCK_MS
        )
        # One stream was asked for; both shapes of redis-py's answer hold one pair.
        streams = found.items() if isinstance(found, dict) else found or []
        return [self._message(entry) for _, entries in streams for entry in entries]

    async def _abandoned(self, redis: Any) -> list[AckableMessage]:
        if time.monotonic() < self._next_claim:
            return []
        self._next_claim = time.monotonic() + CLAIM_PERIOD
        found = await redis.xautoclaim(
            self.queue_name, GROUP, self.consumer_name, min_idle_time=int(CLAIM_IDLE * 1000), count=100
        )
        return [self._message(entry) for entry in found[1] if entry[1]]

    def _message(self, entry: tuple[bytes, dict[bytes, bytes]]) -> AckableMessage:
        return AckableMessage(data=entry[1][b"data"], ack=self._acknowledge(entry[0]))

    def _acknowledge(self, entry_id: bytes) -> Callable[[], Awaitable[None]]:
        async def acknowledge() -> None:
            try:
                async with asyncio.timeout(SEND_SECONDS), Redis(connection_pool=self.connection_pool) as redis:
                    # Acknowledged tickets are of no use: the stream stays as short as the window.
                    pipe = redis.pipeline(transaction=False)
                    pipe.xack(self.queue_name, GROUP, entry_id)
                    pipe.xdel(self.queue_name, entry_id)
                    await pipe.execute()
            except (RedisError, OSError, TimeoutError) as error:
                log.info("ticket not acknowledged", error=repr(error))

        return acknowledge

    async def _declare_quietly(self) -> None:
        try:
            await self._declare_consumer_group()
        except (RedisError, OSError) as error:
            log.warning("redis does not answer", error=repr(error))
            await asyncio.sleep(0.5)
