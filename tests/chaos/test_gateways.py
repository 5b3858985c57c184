"""Those who watch: sockets over two real gateways that die and come back, and a thousand watchers of one job."""

from __future__ import annotations

import asyncio

import pytest

from chaos.books import COUNT
from chaos.door import Follower, Person
from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_system import System

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]

MANY = 1000


async def test_observers_that_come_late_and_drop_out_see_every_event_once_over_two_gateways(system: System) -> None:
    person = await Person.register(system)
    batch = await person.batch(fake_pdf(pages=1), COUNT)
    followers = [
        Follower(person, batch, stay=40),
        Follower(person, batch, first="gateway2", stay=80),
        Follower(person, batch, late=0.2, stay=20),
        Follower(person, batch, first="gateway2", late=0.5, stay=60),
        Follower(person, batch, late=0.9, stay=100),
    ]
    await batch.settle()
    for follower in followers:
        await follower.check()
        assert follower.sockets > 1


async def test_a_killed_gateway_costs_its_observers_nothing(system: System) -> None:
    person = await Person.register(system)
    batch = await person.batch(fake_pdf(pages=1), COUNT)
    followers = [Follower(person, batch), Follower(person, batch), Follower(person, batch, first="gateway2")]
    await batch.reach(COUNT // 4)
    system.kill("gateway1")
    await batch.reach(COUNT // 2)
    # The batch must not be over before the gateway is back, however long its start takes here.
    await person.control(batch, "pause", "gateway2")
    await system.start("gateway1")
    await person.control(batch, "resume")
    # Now the other: whoever fled there comes back to the one that was dead.
    system.kill("gateway2")
    late = Follower(person, batch, late=0.6)
    await batch.settle()
    for follower in (*followers, late):
        await follower.check()
    assert [follower.sockets > 1 for follower in followers] == [True, True, True]


async def test_a_thousand_observers_of_one_job_go_on_at_another_gateway_when_theirs_is_killed(system: System) -> None:
    person = await Person.register(system)
    batch = await person.batch(fake_pdf(pages=1, ms=1000), 40)
    await person.control(batch, "pause")
    followers = []
    for _ in range(MANY // 50):
        some = [Follower(person, batch) for _ in range(50)]
        followers += some
        await asyncio.gather(*(follower.begun.wait() for follower in some))
    await person.control(batch, "resume")
    await batch.reach(batch.count // 4)
    system.kill("gateway1")
    await batch.settle()
    for follower in followers:
        await follower.check()
    assert sum(follower.sockets for follower in followers) > MANY
