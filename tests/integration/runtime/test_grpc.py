"""The runtime's server and client against each other over real sockets, with a service of plain bytes."""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from metatag_runtime.context import request_id, time_left, use_deadline, use_request_id
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.grpc_client import open_channel
from metatag_runtime.grpc_server import LIVENESS, READINESS, GrpcServerOptions, GrpcService

NAME = "test.v1.Echo"


class Echo:
    """Answers by what the request says."""

    def __init__(self) -> None:
        self.calls = 0
        self.begun = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def call(self, request: bytes, context: Any) -> bytes:
        self.calls += 1
        match request:
            case b"id":
                return request_id().encode()
            case b"left":
                return str(time_left(1000)).encode()
            case b"refuse":
                raise MetatagError("All places are taken.", code=ErrorCode.BUSY, retry_after=3)
            case b"full disk":
                raise OSError(errno.ENOSPC, "No space left on device")
            case b"crash":
                raise ValueError("secret inside")
            case b"hang":
                await self.hang()
        return request

    async def hang(self) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()

    async def count(self, request: bytes, context: Any) -> AsyncIterator[bytes]:
        for number in range(3):
            yield str(number).encode()
            if request == b"hang":
                await self.hang()
        if request == b"refuse":
            raise MetatagError("No more.", code=ErrorCode.INVALID_STATE)

    async def gather(self, requests: AsyncIterator[bytes], context: Any) -> bytes:
        assert [each async for each in requests] == [b"a", b"b"]
        raise MetatagError("All places are taken.", code=ErrorCode.BUSY, retry_after=3)

    def register(self, server: grpc.aio.Server) -> None:
        handlers = {
            "Call": grpc.unary_unary_rpc_method_handler(self.call),
            "Gather": grpc.stream_unary_rpc_method_handler(self.gather),
            "Count": grpc.unary_stream_rpc_method_handler(self.count),
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(NAME, handlers),))


@contextlib.asynccontextmanager
async def hosted(listen: str, echo: Echo, **more: Any) -> AsyncIterator[GrpcService]:
    ready = more.pop("ready", None)
    options = GrpcServerOptions(listen=listen, **more)
    service = GrpcService("echo", options, [echo.register], [NAME], ready)
    await service.start()
    try:
        yield service
    finally:
        await service.stop(0)


@pytest.fixture
async def echo(tmp_path: Path) -> AsyncIterator[tuple[Echo, grpc.aio.Channel]]:
    servicer = Echo()
    async with (
        hosted(f"unix:{tmp_path}/s", servicer, default_deadline=0.3) as service,
        open_channel(service.address, peer="echo") as channel,
    ):
        yield servicer, channel


def method(channel: grpc.aio.Channel) -> Any:
    return channel.unary_unary(f"/{NAME}/Call")


async def test_the_request_id_travels_to_the_peer(echo: tuple[Echo, grpc.aio.Channel]) -> None:
    use_request_id("trace-me")
    assert await method(echo[1])(b"id", timeout=5) == b"trace-me"


async def test_the_deadline_travels_to_the_peer(echo: tuple[Echo, grpc.aio.Channel]) -> None:
    async def call() -> float:
        use_deadline(4)
        return float(await method(echo[1])(b"left", timeout=60))

    # In a task of its own: the deadline would be that of the tests behind this one as well.
    assert 0 < await asyncio.create_task(call()) < 4


async def test_an_error_arrives_with_code_sentence_and_waiting_time(echo: tuple[Echo, grpc.aio.Channel]) -> None:
    with pytest.raises(MetatagError, match="All places are taken") as caught:
        await method(echo[1])(b"refuse", timeout=5)
    assert (caught.value.code, caught.value.retry_after) == (ErrorCode.BUSY, 3)


async def test_a_full_disk_is_no_fault_of_the_caller(echo: tuple[Echo, grpc.aio.Channel]) -> None:
    with pytest.raises(MetatagError) as caught:
        await method(echo[1])(b"full disk", timeout=5)
    assert (caught.value.code, bool(caught.value.retry_after)) == (ErrorCode.STORAGE_FULL, True)


async def test_a_crash_tells_the_peer_nothing_but_the_request_id(echo: tuple[Echo, grpc.aio.Channel]) -> None:
    use_request_id("r-77")
    with pytest.raises(MetatagError, match="r-77") as caught:
        await method(echo[1])(b"crash", timeout=5)
    assert caught.value.code is ErrorCode.INTERNAL
    assert "secret" not in caught.value.message


async def test_a_call_without_deadline_ends_after_the_servers_own(echo: tuple[Echo, grpc.aio.Channel]) -> None:
    with pytest.raises(MetatagError) as caught:
        await method(echo[1])(b"hang")
    assert caught.value.code is ErrorCode.DEADLINE_EXCEEDED


async def test_a_cancelled_call_is_cancelled_at_the_peer(echo: tuple[Echo, grpc.aio.Channel]) -> None:
    call = method(echo[1])(b"hang", timeout=30)
    await asyncio.sleep(0.1)
    call.cancel()
    async with asyncio.timeout(10):
        await echo[0].cancelled.wait()


async def test_a_caller_that_is_cancelled_cancels_its_call(echo: tuple[Echo, grpc.aio.Channel]) -> None:
    caller = asyncio.ensure_future(method(echo[1])(b"hang", timeout=30))
    async with asyncio.timeout(10):
        await echo[0].begun.wait()
        caller.cancel()
        await echo[0].cancelled.wait()


async def test_a_stream_that_is_left_is_cancelled_at_the_peer(echo: tuple[Echo, grpc.aio.Channel]) -> None:
    call = echo[1].unary_stream(f"/{NAME}/Count")(b"hang", timeout=30)
    async with asyncio.timeout(10):
        async for answer in call:
            assert answer == b"0"
            break
        call.cancel()
        await echo[0].cancelled.wait()


async def test_many_messages_to_one_answer_fail_with_the_peers_sentence(echo: tuple[Echo, grpc.aio.Channel]) -> None:
    with pytest.raises(MetatagError, match="All places are taken") as caught:
        await echo[1].stream_unary(f"/{NAME}/Gather")(iter([b"a", b"b"]), timeout=5)
    assert (caught.value.code, caught.value.retry_after) == (ErrorCode.BUSY, 3)


async def test_a_stream_gives_what_came_before_its_error(echo: tuple[Echo, grpc.aio.Channel]) -> None:
    seen = []
    with pytest.raises(MetatagError, match="No more") as caught:
        async for answer in echo[1].unary_stream(f"/{NAME}/Count")(b"refuse", timeout=5):
            seen.append(answer)
    assert (seen, caught.value.code) == ([b"0", b"1", b"2"], ErrorCode.INVALID_STATE)


async def test_a_peer_that_is_not_there_is_unavailable_with_a_sentence(tmp_path: Path) -> None:
    async with open_channel(f"unix:{tmp_path}/nobody", peer="ocr") as channel:
        with pytest.raises(MetatagError, match="The ocr service does not answer") as caught:
            await method(channel)(b"x", timeout=2)
    assert caught.value.code is ErrorCode.UNAVAILABLE


async def test_liveness_stays_green_while_readiness_follows_the_service(tmp_path: Path) -> None:
    async def not_ready() -> bool:
        return False

    async with (
        hosted(f"unix:{tmp_path}/s", Echo(), ready=not_ready) as service,
        open_channel(service.address) as channel,
    ):
        check = health_pb2_grpc.HealthStub(channel).Check
        answers = [
            (await check(health_pb2.HealthCheckRequest(service=name), timeout=5)).status
            for name in (LIVENESS, READINESS)
        ]
    assert answers == [health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING]


async def test_a_stopping_server_lets_running_calls_end(tmp_path: Path) -> None:
    class Slow(Echo):
        async def call(self, request: bytes, context: Any) -> bytes:
            await asyncio.sleep(0.3)
            return b"done"

    async with (
        hosted(f"unix:{tmp_path}/s", Slow()) as service,
        open_channel(service.address) as channel,
    ):
        running = asyncio.ensure_future(method(channel)(b"x", timeout=10))
        await asyncio.sleep(0.1)
        await service.stop(5)
        assert await running == b"done"


async def test_two_servers_do_not_share_a_port_by_accident() -> None:
    async with hosted("127.0.0.1:0", Echo()) as first:
        with pytest.raises(RuntimeError):
            async with hosted(first.address, Echo()):
                pass
