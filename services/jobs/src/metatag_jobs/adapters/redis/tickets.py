"""Tickets on Redis Streams: one stream with one consumer group for batches, one for documents sent alone.

A ticket is never the truth: it may be lost, late or doubled, and the claim in the database decides. So every failure
of Redis ends in "look again", and what is lost is found by comparing the streams with the database.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import structlog
from redis.exceptions import ResponseError

from metatag_jobs.adapters.memory.slots import Handle, Slots
from metatag_jobs.adapters.redis.call import COMMAND_SECONDS, RedisUnavailable, ask_redis, open_redis
from metatag_jobs.work import Ticket
from metatag_runtime.loops import Quiet, is_cancelling, run_forever

log = structlog.get_logger("metatag.jobs.tickets")

GROUP = "workers"
# Tickets that may wait; the dispatcher keeps far fewer.
MAX_TICKETS = 10_000
READ_BLOCK_MS = 1000
# A ticket that a worker holds for so long without claiming its document counts as lost. Seconds.
HELD = 1.5
# Tickets of workers that ended are removed after so long, looked for this often. Seconds.
ABANDONED = 60.0
CLEAN_PERIOD = 15.0
# What was handled is acknowledged with what is handled within this time. Seconds.
ACKNOWLEDGE_PAUSE = 0.05
# Whether tickets may be taken again is looked at this often. Seconds.
LOOK = 0.1


class RedisTickets:
    """The port TicketQueue; `prefix` keeps systems apart that share one Redis."""

    def __init__(self, url: str, prefix: str = "metatag:tickets:") -> None:
        self._redis: Any = open_redis(url)
        self._lanes = {False: _Stream(self._redis, f"{prefix}b"), True: _Stream(self._redis, f"{prefix}i")}

    async def start(self) -> None:
        """Create the groups; a Redis that is away now is waited for by `listen`."""
        for lane in self._lanes.values():
            with contextlib.suppress(RedisUnavailable):
                await lane.create_group()

    async def stop(self) -> None:
        """Let what is done be acknowledged, and disconnect."""
        for lane in self._lanes.values():
            with contextlib.suppress(RedisUnavailable, ResponseError):
                await lane.leave()
        with contextlib.suppress(Exception):
            await self._redis.aclose()

    async def send(self, tickets: Sequence[Ticket]) -> None:
        """Send tickets; raises RedisUnavailable or ResponseError when they could not all be sent."""
        if not tickets:
            return
        pipe = self._redis.pipeline(transaction=False)
        for ticket in tickets:
            self._lanes[ticket.interactive].add(pipe, ticket)
        await ask_redis(pipe.execute())

    async def find_lost(self, tickets: Sequence[Ticket]) -> list[Ticket]:
        """Return those of `tickets` that neither wait in Redis nor came into a worker's hand a moment ago."""
        lost: list[Ticket] = []
        for interactive, lane in self._lanes.items():
            mine = [ticket for ticket in tickets if ticket.interactive == interactive]
            if mine:
                lost += await lane.find_lost(mine)
        return lost

    async def listen(
        self, handle: Handle, slots: int, interactive_slots: int, may_take: Callable[[], bool] = lambda: True
    ) -> None:
        """Call `handle` for each ticket while `may_take` says so, at most so many at once; ends when cancelled."""
        # No TaskGroup: see loops.is_cancelling. Each of these ends by cancellation alone.
        tasks = [
            asyncio.create_task(step, name="jobs-lane")
            for lane, count in ((self._lanes[False], slots), (self._lanes[True], interactive_slots))
            for step in lane.listening(handle, count, may_take)
        ]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class _Stream:
    """One stream with its group."""

    def __init__(self, redis: Any, key: str) -> None:
        self._redis = redis
        self._key = key
        self._consumer = uuid.uuid4().hex
        # Taken from the stream and not yet acknowledged.
        self._held: set[bytes] = set()
        self._done: list[bytes] = []
        self._any_done = asyncio.Event()
        self._quiet = Quiet(READ_BLOCK_MS / 1000)

    def add(self, pipe: Any, ticket: Ticket) -> None:
        """Put the sending of a ticket into a pipeline."""
        body = json.dumps({"args": [ticket.document_id, ticket.attempt, ticket.job_id, ticket.interactive]})
        pipe.execute_command("XADD", self._key, "MAXLEN", "~", MAX_TICKETS, "*", "data", body)

    async def create_group(self) -> None:
        """Create the group; a group made anew must also see the tickets sent before it."""
        try:
            await ask_redis(self._redis.xgroup_create(self._key, GROUP, id="0", mkstream=True))
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def listening(self, handle: Handle, slots: int, may_take: Callable[[], bool]) -> list[Any]:
        """Return the coroutines that together listen; each runs until it is cancelled."""
        places = Slots(handle, slots)
        return [
            self._keep_reading(places, may_take),
            run_forever(self._acknowledge_soon, "acknowledge tickets"),
            run_forever(self._clean, "remove abandoned tickets"),
        ]

    async def _keep_reading(self, places: Slots, may_take: Callable[[], bool]) -> None:
        try:
            await run_forever(lambda: self._read(places, may_take), "read tickets")
        finally:
            # What came for nobody goes back, so that another worker has it at once.
            with contextlib.suppress(Exception):
                await asyncio.shield(self._return_unread())

    async def _read(self, places: Slots, may_take: Callable[[], bool]) -> bool:
        # Before the ticket: what nobody has room for stays where others find it.
        await places.wait_for_free()
        if not may_take():
            await asyncio.sleep(LOOK)
            return False
        found = await self._fresh(places.free)
        for entry_id, fields in found:
            self._held.add(entry_id)
            places.use(_ticket(fields), partial(self._handled, entry_id))
        return bool(found)

    def _handled(self, entry_id: bytes) -> None:
        self._done.append(entry_id)
        self._any_done.set()

    async def _fresh(self, count: int) -> list[tuple[bytes, dict[bytes, bytes]]]:
        start = time.monotonic()
        found = await self._read_group(">", count, READ_BLOCK_MS)
        if found:
            self._quiet.something_came()
        elif not is_cancelling():
            await self._quiet.nothing_came(time.monotonic() - start)
        return found

    async def _read_group(
        self, after: str, count: int, block: int | None = None
    ) -> list[tuple[bytes, dict[bytes, bytes]]]:
        asked = self._redis.xreadgroup(GROUP, self._consumer, {self._key: after}, count=count, block=block)
        try:
            found = await ask_redis(asked, COMMAND_SECONDS + (block or 0) / 1000)
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            # Redis was emptied.
            await self.create_group()
            return []
        # One stream was asked for; both shapes of redis-py's answer hold one pair.
        streams = found.items() if isinstance(found, dict) else found or []
        return [entry for _, entries in streams for entry in entries]

    async def _return_unread(self) -> None:
        """Send again what was read for this consumer by a call that was cancelled."""
        unread = [entry for entry in await self._read_group("0", MAX_TICKETS) if entry[0] not in self._held]
        if not unread:
            return
        pipe = self._redis.pipeline(transaction=False)
        for entry_id, fields in unread:
            if fields:
                pipe.execute_command("XADD", self._key, "MAXLEN", "~", MAX_TICKETS, "*", "data", fields[b"data"])
            self._forget(pipe, [entry_id])
        await ask_redis(pipe.execute())

    async def _acknowledge_soon(self) -> None:
        await self._any_done.wait()
        self._any_done.clear()
        await asyncio.sleep(ACKNOWLEDGE_PAUSE)
        await self._acknowledge()

    async def _acknowledge(self) -> None:
        """Acknowledge what is done. Nobody waits for it: the claim drops a ticket that is seen twice."""
        if not self._done:
            return
        done, self._done = self._done, []
        pipe = self._redis.pipeline(transaction=False)
        self._forget(pipe, done)
        try:
            await ask_redis(pipe.execute())
        except RedisUnavailable:
            self._done = (done + self._done)[:MAX_TICKETS]
            self._any_done.set()
            raise
        self._held.difference_update(done)

    def _forget(self, pipe: Any, entry_ids: Sequence[bytes]) -> None:
        pipe.execute_command("XACK", self._key, GROUP, *entry_ids)
        # Acknowledged tickets are of no use: the stream stays as short as the window.
        pipe.execute_command("XDEL", self._key, *entry_ids)

    async def _clean(self) -> None:
        """Remove tickets that a worker took long ago: it ended, or its document takes long; neither needs them."""
        await asyncio.sleep(CLEAN_PERIOD)
        asked = self._redis.xautoclaim(
            self._key, GROUP, self._consumer, min_idle_time=int(ABANDONED * 1000), count=1000, justid=True
        )
        if found := await ask_redis(asked):
            pipe = self._redis.pipeline(transaction=False)
            self._forget(pipe, found)
            await ask_redis(pipe.execute())

    async def find_lost(self, tickets: Sequence[Ticket]) -> list[Ticket]:
        """Return those that are not in the stream, or have been in somebody's hand for HELD seconds."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.xlen(self._key)
        pipe.xpending_range(self._key, GROUP, "-", "+", MAX_TICKETS)
        try:
            length, pending = await ask_redis(pipe.execute())
        except ResponseError:
            # There is no group: Redis was emptied.
            return list(tickets)
        if length - len(pending) >= len(tickets):
            return []
        stale = {each["message_id"] for each in pending if each["time_since_delivered"] >= HELD * 1000}
        entries = await ask_redis(self._redis.xrange(self._key, count=2 * MAX_TICKETS))
        there = {_ticket(fields) for entry_id, fields in entries if entry_id not in stale}
        return [ticket for ticket in tickets if ticket not in there]

    async def leave(self) -> None:
        """Acknowledge the last tickets and be no consumer any more."""
        await self._acknowledge()
        if not self._held:
            await ask_redis(self._redis.xgroup_delconsumer(self._key, GROUP, self._consumer))


def _ticket(fields: dict[bytes, bytes]) -> Ticket | None:
    """Return what a stream's entry says, None for another's."""
    try:
        document_id, attempt, job_id, interactive = json.loads(fields[b"data"])["args"]
        return Ticket(str(document_id), int(attempt), str(job_id), bool(interactive))
    except (ValueError, KeyError, TypeError):
        return None
