"""What every limiter promises: in process, and in Redis for all replicas."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from fakes import servers
from metatag_gateway.adapters.memory_limiter import MAX_BUCKETS, MemoryLimiter
from metatag_gateway.adapters.redis_limiter import RedisLimiter
from metatag_gateway.ports import Limiter, Rate


@pytest.fixture(params=["memory", "redis"])
async def limiter(request: pytest.FixtureRequest) -> AsyncIterator[Limiter]:
    if request.param == "memory":
        yield MemoryLimiter()
        return
    server = servers.redis()
    server.flush()
    found = RedisLimiter(server.url)
    yield found
    await found.close()


async def test_a_burst_may_use_all_and_then_waits_its_share(limiter: Limiter) -> None:
    rate = Rate(5, 60)
    assert [await limiter.take("a", rate) for _ in range(5)] == [0.0] * 5
    wait = await limiter.take("a", rate)
    assert 10 < wait <= 12
    assert await limiter.take("b", rate) == 0.0


async def test_service_comes_back_with_time(limiter: Limiter) -> None:
    rate = Rate(2, 0.4)
    assert [await limiter.take("a", rate) for _ in range(3)][:2] == [0.0, 0.0]
    await asyncio.sleep(0.6)
    assert await limiter.take("a", rate) == 0.0


async def test_a_cost_takes_its_units_and_a_refused_one_none(limiter: Limiter) -> None:
    rate = Rate(10, 600)
    assert await limiter.take("a", rate, 7) == 0.0
    assert await limiter.take("a", rate, 7) > 0
    assert await limiter.take("a", rate, 3) == 0.0


async def test_a_cost_above_the_rate_passes_an_empty_bucket(limiter: Limiter) -> None:
    assert await limiter.take("a", Rate(10, 600), 50) == 0.0
    assert await limiter.take("a", Rate(10, 600)) > 0


async def test_a_level_tells_what_is_in_use_and_takes_nothing(limiter: Limiter) -> None:
    rate = Rate(10, 1000.0)
    assert await limiter.level("level", rate) == 0
    await limiter.take("level", rate, 5)
    for _ in range(3):
        assert await limiter.level("level", rate) == pytest.approx(5, abs=0.5)


async def test_what_is_given_back_may_be_taken_again(limiter: Limiter) -> None:
    rate = Rate(10, 1000.0)
    assert await limiter.take("back", rate, 10) == 0.0
    await limiter.give_back("back", rate, 4)
    assert await limiter.level("back", rate) == pytest.approx(6, abs=0.5)
    assert await limiter.take("back", rate, 4) == 0.0
    assert await limiter.take("back", rate) > 0
    await limiter.give_back("back", rate, 50)
    assert await limiter.level("back", rate) == pytest.approx(0, abs=0.5)
    # More than was taken gives nobody more than the rate.
    await limiter.give_back("back", rate, 10)
    assert await limiter.take("back", rate, 10) == 0.0
    assert await limiter.take("back", rate) > 0
    await limiter.give_back("unknown", rate)
    await limiter.give_back("unbounded", Rate(0, 60))


async def test_no_count_is_no_bound(limiter: Limiter) -> None:
    assert [await limiter.take("a", Rate(0, 60)) for _ in range(100)] == [0.0] * 100


async def test_places_are_held_and_given_back(limiter: Limiter) -> None:
    async with limiter.hold("a", 2) as first, limiter.hold("a", 2) as second, limiter.hold("a", 2) as third:
        assert (first, second, third) == (True, True, False)
    with pytest.raises(ZeroDivisionError):
        async with limiter.hold("a", 1):
            1 / 0  # noqa: B018
    async with limiter.hold("a", 1) as again:
        assert again
    async with limiter.hold("a", 0) as one, limiter.hold("a", 0) as other:
        assert (one, other) == (True, True)


async def test_replicas_count_together_in_redis() -> None:
    server = servers.redis()
    server.flush()
    one, other = RedisLimiter(server.url), RedisLimiter(server.url)
    rate = Rate(10, 600)
    waits = await asyncio.gather(*(replica.take("a", rate) for replica in (one, other) for _ in range(10)))
    assert sum(wait == 0.0 for wait in waits) == 10
    async with one.hold("p", 1) as held, other.hold("p", 1) as refused:
        assert (held, refused) == (True, False)
    await asyncio.gather(one.close(), other.close())


async def test_without_redis_each_process_counts_alone_and_locks_nobody_out() -> None:
    limiter = RedisLimiter("redis://127.0.0.1:1/0")
    assert await limiter.ping() is False
    assert await limiter.take("a", Rate(1, 60)) == 0.0
    assert await limiter.take("a", Rate(1, 60)) > 0
    async with limiter.hold("p", 1) as first, limiter.hold("p", 1) as second:
        assert (first, second) == (True, False)
    await limiter.close()


async def test_buckets_in_process_are_bounded() -> None:
    limiter = MemoryLimiter()
    for number in range(MAX_BUCKETS + 10):
        await limiter.take(str(number), Rate(1, 60))
    assert len(limiter._free_at) == MAX_BUCKETS
