"""How often a channel tries a peer that is away: a peer that comes back must not wait for its callers' patience."""

from __future__ import annotations

import asyncio
import itertools
import time

import grpc
import pytest

from metatag_runtime.grpc_client import open_channel


async def attempts(seconds: float) -> list[float]:
    """Give the times of connections to a peer that hangs up on each, from the first on."""
    times: list[float] = []

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        times.append(time.monotonic())
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    channel = open_channel(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
    call = channel.unary_unary("/nowhere.Service/Method")(b"", wait_for_ready=True, timeout=60)
    await asyncio.sleep(seconds)
    call.cancel()
    with pytest.raises((asyncio.CancelledError, grpc.aio.AioRpcError)):
        await call
    await channel.close()
    server.close()
    await server.wait_closed()
    return [at - times[0] for at in times]


async def test_a_peer_that_is_away_is_tried_again_after_a_fraction_of_a_second() -> None:
    # 0.2 s and 1.6 times as long each time, a fifth more or less; grpc's own way is 1 s: three or four times in all.
    tried = await attempts(4.0)
    assert len(tried) >= 5
    assert tried[1] < 0.7


@pytest.mark.slow
async def test_a_peer_that_is_away_for_long_is_tried_every_two_seconds() -> None:
    # grpc's own way has gaps of 4 s and more by then, of 2 minutes at last.
    tried = await attempts(20.0)
    assert max(after - before for before, after in itertools.pairwise(tried)) <= 3.0
    assert len(tried) >= 10
