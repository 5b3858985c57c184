"""The port EventBus, in process and on Redis: hints arrive, the tail never shows a gap or a double."""

from __future__ import annotations

import asyncio
import errno
import json
import random
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from redis.asyncio.client import PubSub

from fakes import servers
from fakes.jobs_process import until
from metatag_jobs.adapters.memory.event_bus import MemoryEventBus
from metatag_jobs.adapters.redis.event_bus import RedisEventBus
from metatag_jobs.jsonable import pack
from metatag_jobs.model import Job, JobEvent
from metatag_jobs.ports import EventBus


class Log:
    """Events 1 to n of any job."""

    def __init__(self, count: int = 0) -> None:
        self.count = count
        self.reads = 0

    async def after(self, job_id: str, seq: int, limit: int) -> list[JobEvent]:
        self.reads += 1
        return [JobEvent(seq=n, at=1.0, job=Job(job_id)) for n in range(seq + 1, min(self.count, seq + limit) + 1)]

    async def written(self, job_id: str, seq: int, limit: int) -> list[tuple[int, str]]:
        return [(event.seq, json.dumps(pack(event))) for event in await self.after(job_id, seq, limit)]

    async def last(self, job_id: str) -> Job | None:
        return None

    async def recently_changed(self, seconds: float) -> list[str]:
        return []


@pytest.fixture(params=["memory", "redis"])
async def event_bus(request: pytest.FixtureRequest) -> AsyncIterator[EventBus]:
    if request.param == "memory":
        yield MemoryEventBus()
        return
    redis = servers.redis()
    redis.flush()
    found = RedisEventBus(redis.url)
    await found.start()
    yield found
    await found.stop()


async def test_a_watcher_wakes_for_its_own_job_only(event_bus: EventBus) -> None:
    async with event_bus.watch("j1") as wait:
        await event_bus.announce(["j2"])
        assert not await wait(0.1)
        await event_bus.announce(["j1"])
        assert await wait(5)


async def test_wakes_and_controls_reach_their_callbacks(event_bus: EventBus) -> None:
    woken: list[int] = []
    controlled: list[str] = []
    event_bus.on_wake(lambda: woken.append(1))
    event_bus.on_control(controlled.append)
    await event_bus.wake_dispatcher()
    await event_bus.control("j1")
    await until(lambda: woken and "j1" in controlled, 5)


async def test_a_tail_shows_no_gap_and_no_double_or_says_that_it_cannot_tell(event_bus: EventBus) -> None:
    log = Log(30)
    await asyncio.gather(*(event_bus.relay("j1", log) for _ in range(3)))
    log.count = 60
    await asyncio.gather(*(event_bus.relay("j1", log) for _ in range(3)))
    for after in (0, 10, 59):
        found = await event_bus.tail("j1", after, 100)
        assert found is None or [event.seq for event in found] == list(range(after + 1, 61))


async def test_hints_of_one_process_reach_another() -> None:
    redis = servers.redis()
    one, other = RedisEventBus(redis.url), RedisEventBus(redis.url)
    await one.start()
    await other.start()
    controlled: list[str] = []
    other.on_control(controlled.append)

    async def heard() -> bool:
        await one.control("j9")
        return "j9" in controlled

    await until(heard, 10)
    async with other.watch("j9") as wait:
        await one.announce(["j9"])
        assert await wait(5)
    await one.stop()
    await other.stop()


async def test_a_worker_hears_the_controls_and_nothing_else() -> None:
    redis = servers.redis()
    api, worker = RedisEventBus(redis.url), RedisEventBus(redis.url, only_controls=True)
    await api.start()
    await worker.start()
    heard: list[str] = []
    worker.on_control(heard.append)
    worker.on_announce(lambda job_id: heard.append(f"event of {job_id}"))
    worker.on_wake(lambda: heard.append("wake"))

    async def controlled() -> bool:
        await api.announce(["j1"])
        await api.wake_dispatcher()
        await api.control("j1")
        return len(heard) > 2

    await until(controlled, 10)
    assert set(heard) == {"j1"}
    await api.stop()
    await worker.stop()


async def test_relays_that_compete_and_die_leave_one_true_tail() -> None:
    redis = servers.redis()
    redis.flush()
    relays = [RedisEventBus(redis.url) for _ in range(2)]
    log = Log()

    async def relay(found: RedisEventBus) -> None:
        while log.count < 1500:
            task = asyncio.create_task(found.relay("j5", log))
            if random.random() < 0.3:
                await asyncio.sleep(0)
                task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            log.count += random.randint(0, 40)
            await asyncio.sleep(0)

    await asyncio.gather(*(relay(found) for found in relays))
    await relays[0].relay("j5", log)
    seen = [0]
    while part := await relays[1].tail("j5", seen[-1], 200):
        seen += [event.seq for event in part]
    assert seen[-1] == log.count
    assert all(b == a + 1 for a, b in pairwise(seen))
    for found in relays:
        await found.stop()


async def test_without_redis_nobody_waits_and_sql_is_asked() -> None:
    away = RedisEventBus(f"redis://127.0.0.1:{servers.free_port()}/0")
    loop = asyncio.get_running_loop()
    start = loop.time()
    await away.announce(["j1"])
    await away.wake_dispatcher()
    assert await away.tail("j1", 0, 10) is None
    await away.relay("j1", Log(5))
    assert loop.time() - start < 4
    await away.stop()


async def test_a_listener_whose_connection_timed_out_in_the_kernel_hears_hints_again() -> None:
    """ETIMEDOUT is a TimeoutError, which redis-py takes for "no message yet": at once, each time."""
    redis = servers.redis()
    redis.flush()
    listening, speaking = RedisEventBus(redis.url), RedisEventBus(redis.url)
    opened: list[PubSub] = []
    made = listening._redis.pubsub

    def pubsub() -> PubSub:
        opened.append(made())
        return opened[-1]

    listening._redis.pubsub = pubsub
    await listening.start()
    await until(lambda: bool(opened) and opened[0].connection is not None and opened[0].subscribed)
    assert opened[0].connection is not None
    # What a transport does when the kernel gives its connection up.
    opened[0].connection._reader.set_exception(OSError(errno.ETIMEDOUT, "Connection timed out"))
    heard = asyncio.Event()
    listening.on_wake(heard.set)

    async def woken() -> bool:
        await speaking.wake_dispatcher()
        return heard.is_set()

    await until(woken, 20)
    assert len(opened) > 1
    await listening.stop()
    await speaking.stop()


async def test_events_of_a_history_that_the_database_lost_are_told_by_nobody() -> None:
    redis = servers.redis()
    redis.flush()
    event_bus = RedisEventBus(redis.url)
    await event_bus.relay("j", Log(8))
    assert len(await event_bus.tail("j", 0, 100) or []) == 8
    # The database is an older copy of itself now.
    await event_bus.relay("j", Log(5))
    assert [event.seq for event in await event_bus.tail("j", 0, 100) or []] == [1, 2, 3, 4, 5]
    await event_bus.stop()


async def test_another_copy_of_the_database_does_not_read_the_events_of_the_first() -> None:
    redis = servers.redis()
    redis.flush()
    epoch = "1"
    event_bus = RedisEventBus(redis.url, epoch=lambda: epoch)
    await event_bus.relay("j", Log(8))
    epoch = "2"
    assert await event_bus.tail("j", 0, 100) is None
    # It has gone further than the first had.
    await event_bus.relay("j", Log(12))
    assert [event.seq for event in await event_bus.tail("j", 0, 100) or []] == list(range(1, 13))
    await event_bus.stop()
