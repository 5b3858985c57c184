"""Limits and caches: one promise, kept in this process and in a real Redis."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from fakes import servers
from fakes.openrouter import FakeOpenRouter
from fakes.openrouter.limits import Limits
from fakes.provider import asked, question
from metatag_tagger.adapters.chat_llm import ChatLlm, ChatOptions
from metatag_tagger.adapters.limits import MemorySchedule, Schedule, SharedLimits
from metatag_tagger.adapters.memory_cache import MemoryCache
from metatag_tagger.adapters.pace import Gate, interval
from metatag_tagger.adapters.provider_http import HttpOptions, ProviderHttp
from metatag_tagger.adapters.redis_cache import RedisCache
from metatag_tagger.adapters.redis_schedule import RedisSchedule
from metatag_tagger.errors import Category, ProviderError
from metatag_tagger.ports import Cache

PACE = 0.05


@pytest.fixture
async def redis() -> AsyncIterator[Redis]:
    server = servers.redis()
    server.flush()
    client = Redis.from_url(server.url)
    yield client
    await client.aclose()


@pytest.fixture(params=["memory", "redis"])
def schedule(request: pytest.FixtureRequest) -> Schedule:
    if request.param == "memory":
        return MemorySchedule(PACE)
    return RedisSchedule(request.getfixturevalue("redis"), PACE)


@pytest.fixture(params=["memory", "redis"])
def cache(request: pytest.FixtureRequest) -> Cache:
    return MemoryCache(100) if request.param == "memory" else RedisCache(request.getfixturevalue("redis"))


async def test_moments_are_handed_out_in_an_even_pace(schedule: Schedule) -> None:
    waits = [await schedule.reserve("key:model", 10.0) for _ in range(5)]
    assert all(granted for granted, _ in waits)
    begun = waits[0][1]
    assert [wait for _, wait in waits] == sorted(wait for _, wait in waits)
    assert waits[4][1] - begun <= 4 * PACE + 0.001


async def test_names_do_not_wait_for_each_other(schedule: Schedule) -> None:
    await schedule.reserve("one", 10.0)
    granted, wait = await schedule.reserve("two", 10.0)
    assert (granted, wait) == (True, 0.0)


async def test_a_wait_too_long_is_refused_and_takes_no_moment(schedule: Schedule) -> None:
    await schedule.block("key:model", 5.0)
    granted, wait = await schedule.reserve("key:model", 1.0)
    assert not granted
    assert 4.0 < wait <= 5.0
    again = await schedule.reserve("key:model", 10.0)
    assert again[1] <= 5.0


async def test_a_shorter_block_does_not_lift_a_longer_one(schedule: Schedule) -> None:
    await schedule.block("key:model", 5.0)
    await schedule.block("key:model", 0.1)
    assert (await schedule.reserve("key:model", 10.0))[1] > 4.0


async def test_what_is_put_in_comes_out(cache: Cache) -> None:
    assert await cache.get("a") is None
    await cache.put("a", '{"tags": ["जल"]}')
    assert await cache.get("a") == '{"tags": ["जल"]}'


async def test_a_full_memory_cache_forgets_the_oldest() -> None:
    cache = MemoryCache(2)
    await cache.put("a", "1")
    await cache.put("b", "2")
    await cache.get("a")
    await cache.put("c", "3")
    assert [await cache.get(name) for name in "abc"] == ["1", None, "3"]


async def test_a_redis_that_is_away_is_an_empty_cache_and_a_pace_of_ones_own() -> None:
    nobody = Redis.from_url(f"redis://127.0.0.1:{servers.free_port()}/0")
    cache, schedule = RedisCache(nobody), RedisSchedule(nobody, PACE)
    await cache.put("a", "1")
    assert await cache.get("a") is None
    await schedule.reserve("key:model", 10.0)
    granted, wait = await schedule.reserve("key:model", 10.0)
    assert granted
    assert wait <= PACE
    await nobody.aclose()


def replica(server: FakeOpenRouter, schedule: Schedule) -> ChatLlm:
    http = ProviderHttp(HttpOptions(server.url, connect_seconds=5.0, read_seconds=20.0))
    return ChatLlm(http, SharedLimits(schedule, concurrency=8, longest_wait=60.0), ChatOptions(60.0))


async def test_moments_use_nine_tenths_of_the_allowed_rate() -> None:
    server = servers.redis()
    server.flush()
    clients = [Redis.from_url(server.url) for _ in range(3)]
    calls, window, documents = 600, 60.0, 300
    schedules = [RedisSchedule(client, interval(calls, window)) for client in clients]
    begun = time.monotonic()
    starts = [
        (await schedules[n % 3].reserve("key:model", 1e4))[1] + time.monotonic() - begun for n in range(documents)
    ]
    for client in clients:
        await client.aclose()
    # When the last call may start, were all of them waiting from the beginning.
    assert max(starts) <= (documents - 1) / (0.9 * calls / window)


class TimedLimits(Limits):
    """Limits that remember when each call came, let through or not."""

    def __init__(self, calls: int, window: float) -> None:
        super().__init__(calls=calls, window=window)
        self.came: list[float] = []

    def admit(self) -> float | None:
        self.came.append(self.clock())
        return super().admit()


async def test_three_replicas_never_overshoot_the_providers_limit_and_use_nine_tenths_of_it() -> None:
    server = servers.redis()
    server.flush()
    # Calls may come late by 8 % of the window; a busy machine needs that to be half a second.
    calls, window, documents = 40, 6.0, 65
    limits = TimedLimits(calls=calls, window=window)
    clients = [Redis.from_url(server.url) for _ in range(3)]
    async with FakeOpenRouter(limits=limits) as fake:
        replicas = [replica(fake, RedisSchedule(client, interval(calls, window))) for client in clients]
        for one in replicas:
            await one.models(asked().key)
        await asyncio.gather(
            *(
                replicas[n % 3].ask(question(f"{n} municipal water supply and drainage"), asked())
                for n in range(documents)
            )
        )
        for one in replicas:
            await one.close()
    for client in clients:
        await client.aclose()
    assert limits.refused == 0
    assert len(fake.completions) == documents == len(limits.came)
    # The pace between the first five and the last five: one call that a busy machine delayed does not decide.
    seconds = (sum(limits.came[-5:]) - sum(limits.came[:5])) / 5
    assert (documents - 5) / seconds >= 0.9 * calls / window


async def test_a_refused_replica_holds_back_the_others() -> None:
    server = servers.redis()
    server.flush()
    clients = [Redis.from_url(server.url) for _ in range(2)]
    async with FakeOpenRouter() as fake:
        first, second = (replica(fake, RedisSchedule(client, 0.0)) for client in clients)
        fake.queue.append("429-long")
        with pytest.raises(ProviderError):
            await first.ask(question(), asked())
        with pytest.raises(ProviderError) as caught:
            await second.ask(question(), asked())
        assert caught.value.category is Category.RATE_LIMITED
        assert caught.value.retry_after is not None
        assert caught.value.retry_after > 800
        assert len(fake.completions) == 1
        await first.close()
        await second.close()
    for client in clients:
        await client.aclose()


async def test_places_are_given_back_whatever_happens() -> None:
    limits = SharedLimits(MemorySchedule(0.0), concurrency=1, longest_wait=5.0)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            async with limits.slot("key", "model"):
                raise RuntimeError
    task = asyncio.create_task(_hold(limits))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with limits.slot("key", "model"):
        pass


async def _hold(limits: SharedLimits) -> None:
    async with limits.slot("key", "model"):
        await asyncio.sleep(60)


async def test_no_place_in_time_says_when_to_come_back() -> None:
    limits = SharedLimits(MemorySchedule(0.0), concurrency=1, longest_wait=0.05)
    async with limits.slot("key", "model"):
        with pytest.raises(ProviderError) as caught:
            async with limits.slot("key", "model"):
                pass
    assert caught.value.category is Category.RATE_LIMITED
    assert caught.value.retry_after


def test_the_number_of_calls_at_once_grows_slowly_and_falls_fast() -> None:
    gate = Gate(8)
    assert gate.allowed == 4
    for _ in range(40):
        gate.good()
    assert gate.allowed == 8
    gate.bad()
    assert gate.allowed == 4
    for _ in range(5):
        gate.bad()
    assert gate.allowed == 1


@pytest.mark.parametrize("calls", [1, 2, 5, 10, 20, 60, 1000])
def test_the_pace_fits_any_window_with_one_call_of_slack(calls: int) -> None:
    pace = interval(calls)
    in_a_window = int(60.0 / pace) + 1
    assert in_a_window <= calls
    assert calls < 10 or 60.0 / pace >= 0.9 * calls
