"""Calls to two replicas of which one hangs: its connections are open, and it answers nothing."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import grpc
import pytest

from metatag.v1 import ocr_pb2, ocr_pb2_grpc
from metatag_runtime.grpc_client import open_channel
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService
from metatag_runtime.grpc_tries import TRY_SECONDS

METHOD = "metatag.v1.OcrService/ListEngines"


class Replica(ocr_pb2_grpc.OcrServiceServicer):
    """Answers, or hangs."""

    def __init__(self, *, hangs: bool) -> None:
        self.hangs = hangs
        self.calls = 0

    async def ListEngines(self, request: ocr_pb2.ListEnginesRequest, context: Any) -> ocr_pb2.ListEnginesResponse:
        self.calls += 1
        if self.hangs:
            await asyncio.Event().wait()
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
    assert max(took) < 5 * TRY_SECONDS


async def test_other_calls_keep_their_whole_deadline(replicas) -> None:
    (hanging, answering), target = replicas
    answering.hangs = True
    channel = open_channel(target, [METHOD])
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ocr_pb2_grpc.OcrServiceStub(channel).ListEngines(ocr_pb2.ListEnginesRequest(), timeout=2.5 * TRY_SECONDS)
    await channel.close()
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert hanging.calls + answering.calls == 1
