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

from metatag_runtime.loops import asked_to_end

log = structlog.get_logger("metatag.jobs.tickets")

GROUP = "workers"
# Tickets that may wait; the dispatcher keeps far fewer.
MAX_TICKETS = 10_000
# Taken from the stream at once, at least and as a share of the slots: few, so that one worker does not sit on what
# another could do.
READ_COUNT = 4
READ_SHARE = 4
READ_BLOCK_MS = 1000
# Tickets of workers that died are taken over, to be dropped at the claim, after so long. Seconds.
CLAIM_IDLE = 60.0
CLAIM_PERIOD = 15.0
SEND_SECONDS = 2.0
# What was done is acknowledged with what is done within this time. Seconds.
ACKNOWLEDGE_PAUSE = 0.05


class TicketStream(RedisStreamBroker):
    """One stream of tickets."""

    def __init__(self, url: str, stream: str, slots: int = 1) -> None:
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
        self._read_count = max(READ_COUNT, slots // READ_SHARE)
        self._next_claim = 0.0
        # One client: making one costs more than the command it sends.
        self._redis: Any = Redis(connection_pool=self.connection_pool)
        self._waiting: list[tuple[tuple[Any, ...], asyncio.Future[None]]] = []
        self._sender: asyncio.Task[None] | None = None
        # Tickets that are done, not acknowledged yet.
        self._done: list[bytes] = []
        self._acknowledger: asyncio.Task[None] | None = None
        self._closed = False

    async def startup(self) -> None:
        """Make the group; a Redis that is away now is waited for by `listen`."""
        self._closed = False
        try:
            await super().startup()
        except (RedisError, OSError) as error:
            log.warning("redis does not answer", error=repr(error))

    async def shutdown(self) -> None:
        """Let what is being sent arrive, and disconnect; work that ends later sends nothing more."""
        self._closed = True
        sending = [task for task in (self._sender, self._acknowledger) if task is not None]
        if sending:
            await asyncio.wait(sending, timeout=SEND_SECONDS)
        await super().shutdown()

    async def kick(self, message: BrokerMessage) -> None:
        """Send a ticket; raises what Redis raises."""
        await self._put("XADD", self.queue_name, "MAXLEN", "~", MAX_TICKETS, "*", "data", message.message)

    async def mend(self, resend: Callable[[], Awaitable[None]]) -> None:
        """Call `resend` if Redis lost what it held: it was emptied, or began anew and may lack its last second.

        A mark in Redis says which life of it has all tickets.
        """
        mark = f"{self.queue_name}:life"
        async with asyncio.timeout(SEND_SECONDS):
            pipe = self._redis.pipeline(transaction=False)
            pipe.info("server")
            pipe.get(mark)
            server, known = await pipe.execute()
        life = str(server["run_id"]).encode()
        if life != known:
            await resend()
            async with asyncio.timeout(SEND_SECONDS):
                await self._redis.set(mark, life)

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """Give tickets for ever, whatever happens to Redis."""
        while not asked_to_end():
            try:
                for message in [*await self._abandoned(), *await self._fresh()]:
                    yield message
            except ResponseError as error:
                if "NOGROUP" not in str(error):
                    log.warning("redis refused", error=str(error))
                    await asyncio.sleep(1.0)
                await self._declare_quietly()
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("redis does not answer", error=repr(error))
                await asyncio.sleep(random.uniform(0.3, 1.0))  # noqa: S311  jitter, no secret

    async def _fresh(self) -> list[AckableMessage]:
        found = await self._redis.xreadgroup(
            GROUP, self.consumer_name, {self.queue_name: ">"}, count=self._read_count, block=READ_BLOCK_MS
        )
        # One stream was asked for; both shapes of redis-py's answer hold one pair.
        streams = found.items() if isinstance(found, dict) else found or []
        return [self._message(entry) for _, entries in streams for entry in entries]

    async def _abandoned(self) -> list[AckableMessage]:
        if time.monotonic() < self._next_claim:
            return []
        self._next_claim = time.monotonic() + CLAIM_PERIOD
        found = await self._redis.xautoclaim(
            self.queue_name, GROUP, self.consumer_name, min_idle_time=int(CLAIM_IDLE * 1000), count=100
        )
        return [self._message(entry) for entry in found[1] if entry[1]]

    def _message(self, entry: tuple[bytes, dict[bytes, bytes]]) -> AckableMessage:
        return AckableMessage(data=entry[1][b"data"], ack=self._acknowledge(entry[0]))

    def _acknowledge(self, entry_id: bytes) -> Callable[[], Awaitable[None]]:
        async def acknowledge() -> None:
            self._done.append(entry_id)
            # A new connection would outlive the process's last look at Redis.
            if self._acknowledger is None and not self._closed:
                self._acknowledger = asyncio.create_task(self._acknowledge_done())

        return acknowledge

    async def _acknowledge_done(self) -> None:
        """Acknowledge what is done, for as long as there is some. Nobody waits: the claim drops a ticket seen twice."""
        try:
            while self._done:
                await asyncio.sleep(ACKNOWLEDGE_PAUSE)
                done, self._done = self._done, []
                pipe = self._redis.pipeline(transaction=False)
                pipe.execute_command("XACK", self.queue_name, GROUP, *done)
                # Acknowledged tickets are of no use: the stream stays as short as the window.
                pipe.execute_command("XDEL", self.queue_name, *done)
                async with asyncio.timeout(SEND_SECONDS):
                    await pipe.execute()
        except (RedisError, OSError, TimeoutError) as error:
            log.info("tickets not acknowledged", error=repr(error))
        finally:
            self._acknowledger = None

    def _put(self, *command: Any) -> asyncio.Future[None]:
        """Send a command together with those that others send at the same moment; it gives what Redis raises."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._closed:
            # A new connection would outlive the process's last look at Redis.
            done.set_exception(RedisError("the tickets' connections are closed"))
            return done
        self._waiting.append((command, done))
        if self._sender is None:
            self._sender = asyncio.create_task(self._send_all())
        return done

    async def _send_all(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            pipe = self._redis.pipeline(transaction=False)
            for command, _ in group:
                pipe.execute_command(*command)
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    answers = await pipe.execute(raise_on_error=False)
            except (RedisError, OSError, TimeoutError) as error:
                answers = [error] * len(group)
            for (_, done), answer in zip(group, answers, strict=True):
                if done.done():
                    continue
                if isinstance(answer, Exception):
                    done.set_exception(answer)
                else:
                    done.set_result(None)
        self._sender = None

    async def _declare_quietly(self) -> None:
        try:
            await self._declare_consumer_group()
        except (RedisError, OSError) as error:
            log.warning("redis does not answer", error=repr(error))
            await asyncio.sleep(0.5)
