"""Bodies in memory: what a slow, large or crowding sender gets, and what everybody else gets meanwhile."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message

from metatag_gateway.errors import TooLarge
from metatag_gateway.middleware.bodies import Bodies, Body, BodyBounds, refuse_crowded
from metatag_runtime.errors import Busy, InvalidArgument


def bodies(
    total: int = 1000, most: int = 10, *, idle: float = 5.0, grace: float = 5.0, rate: int = 1_000_000
) -> Bodies:
    return Bodies(BodyBounds(total, most, idle, grace, rate))


class Sender:
    """A sender whose pieces a test gives; it is silent when there is none."""

    def __init__(self, *pieces: bytes, ends: bool = True) -> None:
        self._queue: asyncio.Queue[Message] = asyncio.Queue()
        for number, piece in enumerate(pieces):
            self.send(piece, more=not ends or number < len(pieces) - 1)

    def send(self, piece: bytes, *, more: bool) -> None:
        self._queue.put_nowait({"type": "http.request", "body": piece, "more_body": more})

    async def receive(self) -> Message:
        return await self._queue.get()


async def whole(found: Bodies, holder: str, *pieces: bytes, most: int = 1000) -> tuple[Body, bytes]:
    body = found.open(holder)
    return body, await found.read(body, Sender(*pieces).receive, most)


async def test_a_body_comes_whole_and_counts_until_it_is_closed() -> None:
    held = bodies(total=8)
    first, content = await whole(held, "a", b"ab", b"cd")
    assert content == b"abcd"
    with pytest.raises(Busy):
        await whole(held, "b", b"12345")
    held.close(first)
    assert (await whole(held, "b", b"1234"))[1] == b"1234"


async def test_a_body_above_its_bound_is_refused_as_it_comes() -> None:
    with pytest.raises(TooLarge, match="larger than 3 bytes"):
        await whole(bodies(), "a", b"12", b"34", most=3)


@pytest.mark.parametrize("bounds", [{"idle": 0.05}, {"grace": 0.05, "rate": 1_000_000}])
async def test_a_silent_or_slow_sender_is_given_up(bounds: dict[str, float]) -> None:
    held = bodies(**bounds)  # type: ignore[arg-type]
    body = held.open("a")
    with pytest.raises(InvalidArgument, match="stalled"):
        async with asyncio.timeout(5):
            await held.read(body, Sender(b"{", ends=False).receive, 1000)


async def test_pieces_do_not_keep_a_body_alive_that_comes_below_the_least_rate() -> None:
    held = bodies(idle=5.0, grace=0.2, rate=1000)
    sender = Sender(b"x", ends=False)
    body = held.open("a")

    async def drip() -> None:
        while True:
            await asyncio.sleep(0.02)
            sender.send(b"x", more=True)

    dripping = asyncio.create_task(drip())
    with pytest.raises(InvalidArgument, match="stalled"):
        async with asyncio.timeout(5):
            await held.read(body, sender.receive, 1_000_000)
    dripping.cancel()


async def test_where_too_many_bodies_are_unfinished_the_oldest_of_who_has_most_gives_way() -> None:
    held = bodies(most=3)
    waiting = []
    for holder in ("many", "many", "one"):
        body = held.open(holder)
        waiting.append(asyncio.create_task(held.read(body, Sender(b"{", ends=False).receive, 100)))
    await asyncio.sleep(0)
    assert (await whole(held, "late", b"{}"))[1] == b"{}"
    with pytest.raises(Busy):
        await waiting[0]
    assert not waiting[1].done()
    assert not waiting[2].done()
    for task in waiting:
        task.cancel()


async def test_bytes_of_the_largest_holder_give_way_to_a_smaller_one() -> None:
    held = bodies(total=100)
    large = asyncio.create_task(held.read(held.open("large"), Sender(b"x" * 50, ends=False).receive, 1000))
    other = asyncio.create_task(held.read(held.open("other"), Sender(b"x" * 25, ends=False).receive, 1000))
    third = asyncio.create_task(held.read(held.open("third"), Sender(b"x" * 25, ends=False).receive, 1000))
    await asyncio.sleep(0.01)
    assert (await whole(held, "small", b"x" * 10))[1] == b"x" * 10
    with pytest.raises(Busy):
        await large
    for task in (other, third):
        assert not task.done()
        task.cancel()


async def test_one_holder_gets_no_more_than_a_quarter_once_half_is_taken() -> None:
    held = bodies(total=100)
    kept = [await whole(held, "a", b"x" * 25), await whole(held, "a", b"x" * 25)]
    with pytest.raises(Busy):
        await whole(held, "a", b"x")
    assert (await whole(held, "b", b"x" * 25))[1] == b"x" * 25
    for body, _ in kept:
        held.close(body)
    assert (await whole(held, "a", b"x"))[1] == b"x"


@pytest.fixture
def stalled_stream() -> tuple[Bodies, Body, Sender]:
    held = bodies(idle=0.05)
    return held, held.open("a"), Sender(b"abc", ends=False)


async def test_a_form_is_bounded_as_it_is_read(stalled_stream: tuple[Bodies, Body, Sender]) -> None:
    held, body, sender = stalled_stream
    receive = held.stream(body, sender.receive, 5)
    assert (await receive())["body"] == b"abc"
    sender.send(b"def", more=False)
    with pytest.raises(TooLarge):
        await receive()


async def test_only_waiting_for_the_sender_counts_against_a_form() -> None:
    held = bodies(idle=5.0, grace=0.1, rate=1_000_000)
    sender = Sender(b"abc", ends=False)
    receive = held.stream(held.open("a"), sender.receive, None)
    await receive()
    # The store is slow: more time than the sender is given goes by.
    await asyncio.sleep(0.3)
    sender.send(b"def", more=False)
    assert (await receive())["body"] == b"def"


async def test_a_form_whose_sender_is_silent_is_given_up(stalled_stream: tuple[Bodies, Body, Sender]) -> None:
    held, body, sender = stalled_stream
    receive = held.stream(body, sender.receive, None)
    await receive()
    with pytest.raises(InvalidArgument, match="stalled"):
        async with asyncio.timeout(5):
            await receive()


@pytest.mark.parametrize("value", [b"[]", b"{}", b"1"])
def test_a_large_body_of_very_many_tiny_values_is_refused_and_one_of_rows_passes(value: bytes) -> None:
    with pytest.raises(TooLarge, match="too many values"):
        refuse_crowded(b"[" + b",".join([value] * 5_000_000) + b"]")
    refuse_crowded(b"[" + b",".join([b'{"title":"x","file_path":"http://x/a.pdf"}'] * 100_000) + b"]")
