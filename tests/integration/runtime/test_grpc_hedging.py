"""Calls to two replicas of which one hangs: its connections are open, and it answers nothing."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import grpc
import pytest

from metatag.v1 import ocr_pb2, ocr_pb2_grpc
from metatag_runtime.errors import NotFound
from metatag_runtime.grpc_client import open_channel
from metatag_runtime.grpc_hedging import HEDGE_SECONDS, MAX_BUDGET, MAX_TRIES
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService

METHOD = "metatag.v1.OcrService/ListEngines"


class Replica(ocr_pb2_grpc.OcrServiceServicer):
    """Answers, or hangs."""

    def __init__(self, *, hangs: bool) -> None:
        self.hangs = hangs
        self.seconds = 0.0
        self.refuses = False
        self.calls = 0
        self.cancelled = 0

    async def ListEngines(self, request: ocr_pb2.ListEnginesRequest, context: Any) -> ocr_pb2.ListEnginesResponse:
        self.calls += 1
        try:
            await asyncio.sleep(3600 if self.hangs else self.seconds)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.refuses:
            raise NotFound("There is none.")
        return ocr_pb2.ListEnginesResponse(slots=3)


@pytest.fixture
async def replicas():
    made = [Replica(hangs=True), Replica(hangs=False)]
    services = [
        GrpcService(
            "ocr",
            GrpcServerOptions("127.0.0.1:0"),
            [lambda server, each=each: ocr_pb2_grpc.add_OcrServiceServicer_to_server(each, server)],
            [],
        )
        for each in made
    ]
    for service in services:
        await service.start()
    yield made, "ipv4:" + ",".join(service.address for service in services)
    for service in services:
        await service.stop(0)


async def ask(channel: grpc.aio.Channel) -> float:
    start = time.monotonic()
    answer = await ocr_pb2_grpc.OcrServiceStub(channel).ListEngines(ocr_pb2.ListEnginesRequest(), timeout=20)
    assert answer.slots == 3
    return time.monotonic() - start


async def test_a_quick_call_goes_to_another_replica_when_one_hangs(replicas) -> None:
    (hanging, _), target = replicas
    channel = open_channel(target, [METHOD], quick=[METHOD])
    took = [await ask(channel) for _ in range(6)]
    await channel.close()
    assert hanging.calls
    # Far from the deadline of 20 s.
    assert max(took) < 30 * HEDGE_SECONDS


async def test_who_answers_late_is_heard_when_nobody_answers_earlier(replicas) -> None:
    (hanging, slow), target = replicas
    hanging.hangs, hanging.seconds, slow.seconds = False, 10 * HEDGE_SECONDS, 10 * HEDGE_SECONDS
    channel = open_channel(target, [METHOD], quick=[METHOD])
    await ask(channel)
    await channel.close()
    assert 2 <= hanging.calls + slow.calls <= MAX_TRIES


async def test_an_error_of_one_replica_is_an_answer_beside_one_that_hangs(replicas) -> None:
    (_, refusing), target = replicas
    refusing.refuses = True
    channel = open_channel(target, [METHOD], quick=[METHOD])
    for _ in range(4):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ask(channel)
        assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    await channel.close()


async def test_hedges_of_a_service_that_is_slow_for_all_come_to_an_end(replicas) -> None:
    (one, other), target = replicas
    one.hangs, one.seconds, other.seconds = False, 3 * HEDGE_SECONDS, 3 * HEDGE_SECONDS
    channel = open_channel(target, [METHOD], quick=[METHOD])
    await ask(channel)
    one.calls = other.calls = 0
    await asyncio.gather(*(ask(channel) for _ in range(100)))
    await channel.close()
    # Without a budget there would be two or three hedges for each.
    assert one.calls + other.calls <= 100 + MAX_BUDGET + 100


async def test_tries_that_lost_are_cancelled(replicas) -> None:
    (hanging, _), target = replicas
    channel = open_channel(target, [METHOD], quick=[METHOD])
    while not hanging.calls:
        await ask(channel)
    async with asyncio.timeout(20):
        while hanging.cancelled < hanging.calls:
            await asyncio.sleep(0.02)
    await channel.close()


async def test_other_calls_keep_their_whole_deadline(replicas) -> None:
    (hanging, answering), target = replicas
    answering.hangs = True
    channel = open_channel(target, [METHOD])
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ocr_pb2_grpc.OcrServiceStub(channel).ListEngines(ocr_pb2.ListEnginesRequest(), timeout=5 * HEDGE_SECONDS)
    await channel.close()
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert hanging.calls + answering.calls == 1
