"""The port TicketQueue, in process and on Redis Streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Connection, Redis

from fakes import servers
from fakes.jobs_process import until
from metatag_jobs.adapters.memory.tickets import MemoryTickets
from metatag_jobs.adapters.redis.call import RedisUnavailable
from metatag_jobs.adapters.redis.tickets import GROUP, RedisTickets
from metatag_jobs.work import Ticket

Tickets = MemoryTickets | RedisTickets


def on_redis() -> RedisTickets:
    return RedisTickets(servers.redis().url, "t:")


@pytest.fixture(params=["memory", "redis"])
async def tickets(request: pytest.FixtureRequest) -> AsyncIterator[Tickets]:
    if request.param == "redis":
        servers.redis().flush()
    found = MemoryTickets() if request.param == "memory" else on_redis()
    await found.start()
    yield found
    await found.stop()


async def cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_every_ticket_is_handled_and_no_more_at_once_than_there_are_slots(tickets: Tickets) -> None:
    seen: list[Ticket] = []
    inside = {False: 0, True: 0}
    most = {False: 0, True: 0}

    async def handle(ticket: Ticket) -> None:
        inside[ticket.interactive] += 1
        most[ticket.interactive] = max(most[ticket.interactive], inside[ticket.interactive])
        await asyncio.sleep(0.01)
        inside[ticket.interactive] -= 1
        seen.append(ticket)

    sent = [Ticket(f"d{i}", i, "j", interactive=i % 5 == 0) for i in range(60)]
    await tickets.send(sent)
    listening = asyncio.create_task(tickets.listen(handle, 4, 2))
    await until(lambda: len(seen) == 60)
    await cancel(listening)
    assert sorted(seen, key=lambda each: each.attempt) == sent
    assert most[False] <= 4
    assert most[True] <= 2


async def test_batches_that_fill_their_slots_do_not_hold_up_a_document_sent_alone(tickets: Tickets) -> None:
    alone = asyncio.Event()

    async def handle(ticket: Ticket) -> None:
        if ticket.interactive:
            alone.set()
        else:
            await asyncio.sleep(30)

    listening = asyncio.create_task(tickets.listen(handle, 2, 1))
    await tickets.send([Ticket(f"d{i}", 1, "j") for i in range(10)])
    await asyncio.sleep(0.2)
    await tickets.send([Ticket("one", 1, "k", interactive=True)])
    async with asyncio.timeout(5):
        await alone.wait()
    await cancel(listening)


async def test_a_handler_that_fails_does_not_stop_the_others(tickets: Tickets) -> None:
    seen: list[str] = []

    async def handle(ticket: Ticket) -> None:
        seen.append(ticket.document_id)
        raise RuntimeError("broken")

    listening = asyncio.create_task(tickets.listen(handle, 1, 1))
    await tickets.send([Ticket(f"d{i}", 1, "j") for i in range(5)])
    await until(lambda: len(seen) == 5)
    await cancel(listening)


async def test_what_is_being_handled_goes_on_when_the_listening_ends(tickets: Tickets) -> None:
    begun, go, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def handle(_: Ticket) -> None:
        begun.set()
        await go.wait()
        ended.set()

    listening = asyncio.create_task(tickets.listen(handle, 1, 1))
    await tickets.send([Ticket("d", 1, "j")])
    async with asyncio.timeout(5):
        await begun.wait()
        await cancel(listening)
        go.set()
        await ended.wait()


async def test_an_entry_that_is_no_ticket_takes_no_slot_for_ever() -> None:
    servers.redis().flush()
    found = on_redis()
    await found.start()
    seen: list[str] = []

    async def handle(ticket: Ticket) -> None:
        seen.append(ticket.document_id)

    async with Redis.from_url(servers.redis().url) as client:
        for body in (b"no json", b"{}", b'{"args": [1]}'):
            await client.xadd("t:b", {"data": body})
    await found.send([Ticket("d", 1, "j")])
    listening = asyncio.create_task(found.listen(handle, 1, 1))
    await until(lambda: seen == ["d"])
    await cancel(listening)
    await found.stop()


async def test_handled_tickets_leave_the_stream_also_those_of_the_last_moment() -> None:
    redis = servers.redis()
    redis.flush()
    found = on_redis()
    await found.start()
    seen: list[str] = []

    async def handle(ticket: Ticket) -> None:
        seen.append(ticket.document_id)

    listening = asyncio.create_task(found.listen(handle, 8, 1))
    await found.send([Ticket(f"d{i}", 1, "j") for i in range(30)])
    await until(lambda: len(seen) == 30)
    await cancel(listening)
    await found.stop()
    async with Redis.from_url(redis.url) as client:
        assert await client.xlen("t:b") == 0
        assert (await client.xpending("t:b", GROUP))["pending"] == 0


async def test_a_listener_survives_a_redis_that_forgets_its_group() -> None:
    servers.redis().flush()
    found = on_redis()
    await found.start()
    seen: list[str] = []

    async def handle(ticket: Ticket) -> None:
        seen.append(ticket.document_id)

    listening = asyncio.create_task(found.listen(handle, 4, 1))
    await found.send([Ticket("before", 1, "j")])
    await until(lambda: "before" in seen)
    servers.redis().flush()
    # Sent before the group is made anew.
    await found.send([Ticket("after", 1, "j")])
    await until(lambda: "after" in seen, 20)
    await cancel(listening)
    await found.stop()


async def test_a_worker_that_may_take_none_leaves_the_tickets_to_others(tickets: Tickets) -> None:
    seen: list[str] = []
    may = False

    async def handle(ticket: Ticket) -> None:
        seen.append(ticket.document_id)

    listening = asyncio.create_task(tickets.listen(handle, 4, 1, lambda: may))
    await tickets.send([Ticket("d", 1, "j")])
    await asyncio.sleep(0.3)
    assert seen == []
    may = True
    await until(lambda: seen == ["d"])
    await cancel(listening)


async def test_a_worker_takes_no_more_from_the_stream_than_it_has_slots_for() -> None:
    servers.redis().flush()
    found = on_redis()
    await found.start()
    begun: list[str] = []
    go = asyncio.Event()

    async def handle(ticket: Ticket) -> None:
        begun.append(ticket.document_id)
        await go.wait()

    listening = asyncio.create_task(found.listen(handle, 2, 1))
    await found.send([Ticket(f"d{i}", 1, "j") for i in range(10)])
    await until(lambda: len(begun) == 2)
    async with Redis.from_url(servers.redis().url) as client:
        assert (await client.xpending("t:b", GROUP))["pending"] == 2
    go.set()
    await until(lambda: len(begun) == 10)
    await cancel(listening)
    await found.stop()


async def test_only_tickets_that_nobody_will_handle_are_lost() -> None:
    servers.redis().flush()
    found = on_redis()
    await found.start()
    go = asyncio.Event()
    begun: list[str] = []

    async def handle(ticket: Ticket) -> None:
        begun.append(ticket.document_id)
        await go.wait()

    taken, waiting, never = (Ticket(name, 1, "j") for name in ("taken", "waiting", "never"))
    await found.send([taken])
    listening = asyncio.create_task(found.listen(handle, 1, 1))
    await until(lambda: begun == ["taken"])
    await found.send([waiting])
    assert await found.find_lost([taken, waiting, never]) == [never]
    # The worker claims nothing: it holds the ticket only.
    await until(lambda: _lost(found, [taken, waiting, never], [taken, never]), 10)
    servers.redis().flush()
    assert await found.find_lost([taken, waiting]) == [taken, waiting]
    go.set()
    await cancel(listening)
    await found.stop()


async def _lost(found: RedisTickets, asked: list[Ticket], expected: list[Ticket]) -> bool:
    return await found.find_lost(asked) == expected


async def test_an_error_that_the_library_did_not_name_stops_neither_sending_nor_listening(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    servers.redis().flush()
    found = on_redis()
    await found.start()
    seen: list[str] = []

    async def handle(ticket: Ticket) -> None:
        seen.append(ticket.document_id)

    async def closed(*_: object, **__: object) -> None:
        raise RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed")

    listening = asyncio.create_task(found.listen(handle, 4, 1))
    await found.send([Ticket("before", 1, "j")])
    await until(lambda: seen == ["before"])
    with monkeypatch.context() as patch:
        # As under uvloop on a connection that was reset.
        patch.setattr(Connection, "send_packed_command", closed)
        with pytest.raises(RedisUnavailable):
            await found.send([Ticket("during", 1, "j")])
        await asyncio.sleep(0.3)
    await found.send([Ticket("after", 1, "j")])
    await until(lambda: seen == ["before", "after"])
    await cancel(listening)
    await found.stop()
