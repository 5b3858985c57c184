"""Hints over Redis pub/sub, and the hot tail of events in a stream `ev:{job}` whose entry IDs are the event numbers.

Redis refuses an ID that is not above the top one: so two relays, or one that died half way, neither double nor reorder,
and the top of the stream is the relay's cursor. Everything here may fail: readers then ask SQL.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from redis.exceptions import RedisError, ResponseError

from metatag_jobs.adapters.memory.event_bus import MemoryEventBus
from metatag_jobs.adapters.redis.call import COMMAND_SECONDS, RedisUnavailable, ask_redis, open_redis
from metatag_jobs.jsonable import unpack
from metatag_jobs.model import JobEvent
from metatag_jobs.stores import EventLog
from metatag_runtime.loops import Quiet, is_cancelling, run_forever

log = structlog.get_logger("metatag.jobs.event_bus")

TAIL_LENGTH = 2000
# The tail outlives its last event by this. Seconds.
TAIL_SECONDS = 3600
RELAY_PORTION = 500
# A listener that heard nothing for so long asks again. Seconds.
LISTEN_SECONDS = 1.0
# A Redis that failed is not asked again for this long, so that nobody waits for it twice. Seconds.
REST = 1.0
# The first hint goes out at once; those that follow it closely go together. Seconds.
HINT_PAUSE = 0.005


class RedisEventBus:
    """The port EventBus. `prefix` keeps systems apart that share one Redis.

    With `only_controls` nothing else is heard: who neither dispatches nor watches need not read every worker's hints.
    """

    def __init__(
        self,
        url: str,
        prefix: str = "metatag:",
        *,
        only_controls: bool = False,
        epoch: Callable[[], str] = lambda: "",
    ) -> None:
        self._redis: Any = open_redis(url)
        self._prefix = prefix
        # Events of another history of the database are not found under its key.
        self._epoch = epoch
        self._channel, self._controls = f"{prefix}hint", f"{prefix}control"
        self._heard_on = [self._controls] if only_controls else [self._controls, self._channel]
        self._local = MemoryEventBus()
        self._listener: asyncio.Task[None] | None = None
        self._rest_until = 0.0
        # Waiting to be sent; a dict keeps their order.
        self._hints: dict[str, None] = {}
        self._publisher: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to hear the other processes."""
        self._listener = asyncio.create_task(run_forever(self._listen, "hear hints"), name="jobs-hints")

    async def stop(self) -> None:
        """Hear no more."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        if self._publisher is not None:
            await asyncio.gather(self._publisher, return_exceptions=True)
        with contextlib.suppress(Exception):
            await self._redis.aclose()

    async def announce(self, job_ids: Sequence[str]) -> None:
        """Say that jobs have new events."""
        await self._local.announce(job_ids)
        self._publish([f"job:{job_id}" for job_id in job_ids])

    async def wake_dispatcher(self) -> None:
        """Say that there may be something to dispatch."""
        await self._local.wake_dispatcher()
        self._publish(["nudge:"])  # codespell:ignore nudge

    async def control(self, job_id: str) -> None:
        """Say that a job's state was changed by its user."""
        await self._local.control(job_id)
        self._publish([f"ctl:{job_id}"])

    @asynccontextmanager
    async def watch(self, job_id: str) -> AsyncIterator[Callable[[float], Awaitable[bool]]]:
        """Give a waiter: it returns after the next hint for the job, or False after so many seconds."""
        async with self._local.watch(job_id) as wait:
            yield wait

    def on_announce(self, callback: Callable[[str], None]) -> None:
        """Have every announced job told."""
        self._local.on_announce(callback)

    def on_wake(self, callback: Callable[[], None]) -> None:
        """Register a callback for wake-ups."""
        self._local.on_wake(callback)

    def on_control(self, callback: Callable[[str], None]) -> None:
        """Have every control told."""
        self._local.on_control(callback)

    async def tail(self, job_id: str, seq: int, limit: int) -> list[JobEvent] | None:
        """Give events after `seq` from the stream; None when it cannot tell, so that SQL must be asked."""
        try:
            found = await self._ask(self._redis.xrange, self._key(job_id), f"({seq}-0", "+", count=limit)
        except RedisUnavailable:
            return None
        if not found or _seq(found[0][0]) != seq + 1:
            # Nothing new here, or a gap: trimmed, expired, or not relayed yet.
            return None
        events: list[JobEvent] = []
        for entry_id, fields in found:
            if _seq(entry_id) != seq + 1 + len(events):
                break
            events.append(unpack(JobEvent, json.loads(fields[b"e"])))
        return events

    async def relay(self, job_id: str, events: EventLog) -> None:
        """Bring the stream of a job up to date; repeating or doubling it is harmless."""
        key = self._key(job_id)
        try:
            top = await self._ask(self._redis.xrevrange, key, count=1)
            last = _seq(top[0][0]) if top else 0
            # The last one that is there comes first, to see whether it still is an event of this job.
            portion = await events.written(job_id, max(0, last - 1), RELAY_PORTION)
            if last and (not portion or portion[0][0] != last):
                log.warning("events of a lost history dropped", job_id=job_id, last=last)
                await self._ask(self._redis.delete, key)
                last, portion = 0, await events.written(job_id, 0, RELAY_PORTION)
            # Events that come meanwhile are announced as well.
            more = len(portion) == RELAY_PORTION
            portion = [event for event in portion if event[0] > last]
            while portion:
                await self._append(key, portion)
                last = portion[-1][0]
                self._publish([f"ev:{job_id}"])
                portion = await events.written(job_id, last, RELAY_PORTION) if more else []
                more = len(portion) == RELAY_PORTION
        except RedisUnavailable:
            return

    async def ping(self) -> None:
        """Raise if Redis does not answer."""
        await ask_redis(self._redis.ping())

    async def _append(self, key: str, events: Sequence[tuple[int, str]]) -> None:
        async def send() -> None:
            pipe = self._redis.pipeline(transaction=False)
            for seq, body in events:
                pipe.xadd(key, {"e": body}, id=f"{seq}-0", maxlen=TAIL_LENGTH, approximate=True)
            pipe.expire(key, TAIL_SECONDS)
            for answer in await pipe.execute(raise_on_error=False):
                if isinstance(answer, RedisError) and not _is_double(answer):
                    raise answer

        await self._ask(send)

    def _publish(self, hints: Sequence[str]) -> None:
        """Send hints soon; nobody waits for them, and one that waits to be sent is not sent twice."""
        self._hints |= dict.fromkeys(hints)
        if self._hints and self._publisher is None:
            self._publisher = asyncio.create_task(self._send_hints(), name="jobs-hints-out")

    async def _send_hints(self) -> None:
        async def send() -> None:
            pipe = self._redis.pipeline(transaction=False)
            for hint in hints:
                pipe.publish(self._controls if hint.startswith("ctl:") else self._channel, hint)
            await pipe.execute()

        try:
            while self._hints and not is_cancelling():
                hints, self._hints = self._hints, {}
                with contextlib.suppress(RedisUnavailable):
                    await self._ask(send)
                await asyncio.sleep(HINT_PAUSE)
        finally:
            self._publisher = None

    async def _ask(self, command: Callable[..., Awaitable[Any]], *args: Any, **options: Any) -> Any:
        loop = asyncio.get_running_loop()
        if loop.time() < self._rest_until:
            raise RedisUnavailable("Redis did not answer a moment ago")
        try:
            return await ask_redis(command(*args, **options), COMMAND_SECONDS)
        except (RedisUnavailable, ResponseError) as error:
            log.warning("redis does not answer", error=repr(error))
            self._rest_until = loop.time() + REST
            raise RedisUnavailable(str(error)) from error

    async def _listen(self) -> None:
        """Hear hints until the connection fails."""
        quiet = Quiet(LISTEN_SECONDS)
        async with self._redis.pubsub() as channel:
            await ask_redis(channel.subscribe(*self._heard_on))
            while not is_cancelling():
                start = time.monotonic()
                message = await ask_redis(
                    channel.get_message(ignore_subscribe_messages=True, timeout=LISTEN_SECONDS),
                    LISTEN_SECONDS + COMMAND_SECONDS,
                )
                if message is None:
                    await quiet.nothing_came(time.monotonic() - start)
                else:
                    quiet.something_came()
                    await self._heard(message["data"].decode(errors="replace"))

    async def _heard(self, hint: str) -> None:
        kind, _, job_id = hint.partition(":")
        if kind == "job":
            await self._local.announce([job_id])
        elif kind == "ev":
            # Only watchers: a relay that heard its own relaying would never rest.
            self._local.wake(job_id)
        elif kind == "nudge":  # codespell:ignore nudge
            await self._local.wake_dispatcher()
        elif kind == "ctl":
            await self._local.control(job_id)

    def _key(self, job_id: str) -> str:
        epoch = self._epoch()
        return f"{self._prefix}ev:{epoch}:{job_id}" if epoch else f"{self._prefix}ev:{job_id}"


def _seq(entry_id: bytes) -> int:
    return int(entry_id.split(b"-")[0])


def _is_double(error: RedisError) -> bool:
    return isinstance(error, ResponseError) and "equal or smaller" in str(error)
