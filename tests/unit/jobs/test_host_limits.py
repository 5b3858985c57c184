"""What one host is asked at once and in a second."""

from __future__ import annotations

import asyncio

from metatag_jobs.host_limits import BURST, HostLimits


async def most_at_once(limits: HostLimits, addresses: list[str]) -> int:
    """Return how many of the checks were under way together at most."""
    now = most = 0

    async def one(address: str) -> None:
        nonlocal now, most
        async with limits.check(address):
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.01)
            now -= 1

    await asyncio.gather(*map(one, addresses))
    return most


async def test_one_host_is_looked_at_a_few_times_at_once_however_it_is_spelt() -> None:
    limits = HostLimits(8, 2, 1000.0)
    spelt = ["http://a.example/1", "http://A.EXAMPLE:80/2", "https://u:p@a.example./3", "http://a.example/4"]
    assert await most_at_once(limits, spelt * 3) == 2


async def test_other_hosts_do_not_wait_for_it() -> None:
    limits = HostLimits(8, 1, 1000.0)
    assert await most_at_once(limits, [f"http://{n}.example/" for n in range(5)]) == 5


async def test_beyond_a_burst_the_rate_holds_and_who_gives_up_costs_nobody_a_turn() -> None:
    limits = HostLimits(8, 500, 20.0)
    loop = asyncio.get_running_loop()

    async def one() -> None:
        async with limits.check("http://a.example/"):
            pass

    await asyncio.gather(*(one() for _ in range(BURST)))
    many = [asyncio.create_task(one()) for _ in range(400)]
    await asyncio.sleep(0.2)
    assert sum(task.done() for task in many) < 40
    for task in many:
        task.cancel()
    begin = loop.time()
    await one()
    # 400 turns of those who left would be 20 seconds.
    assert loop.time() - begin < 5


async def test_fetches_have_places_of_their_own() -> None:
    limits = HostLimits(1, 1, 1000.0)
    async with limits.fetch("http://a.example/"):
        async with asyncio.timeout(5), limits.check("http://a.example/"):
            pass
