from __future__ import annotations

import asyncio

import pytest

from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService
from metatag_runtime.probe import main


async def test_a_probe_tells_serving_from_draining_and_from_silence(free_port: int) -> None:
    ready = True

    async def is_ready() -> bool:
        return ready

    service = GrpcService("service", GrpcServerOptions("127.0.0.1:0"), [], [], is_ready)
    await service.start()
    try:
        assert await asyncio.to_thread(main, [service.address]) == 0
        assert await asyncio.to_thread(main, [service.address, "liveness"]) == 0
        assert await asyncio.to_thread(main, [service.address, "unknown"]) == 1
        ready = False
        await service._report(False)
        assert await asyncio.to_thread(main, [service.address, "readiness"]) == 1
        assert await asyncio.to_thread(main, [service.address, "liveness"]) == 0
    finally:
        await service.stop(0)
    assert await asyncio.to_thread(main, [f"127.0.0.1:{free_port}"]) == 1


@pytest.mark.parametrize("arguments", [[], ["a", "b", "c"]])
def test_wrong_arguments_are_explained(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "HOST:PORT" in capsys.readouterr().err
