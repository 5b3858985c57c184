"""Servers bind the addresses that they are told: all, some, or those of a name that are this machine's."""

from __future__ import annotations

import socket

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import CollectorRegistry

from metatag_runtime.errors import MetatagError
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService
from metatag_runtime.listening import local_bind_addresses, own_targets
from metatag_runtime.metrics import MetricsService


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names as a container on several networks sees them: of a name's addresses, some are other machines'."""
    known = {"own.work": ["192.0.2.7", "127.0.0.3"], "other.work": ["192.0.2.7"]}
    monkeypatch.setattr("metatag_runtime.listening._looked_up", lambda host: known.get(host, []))


def test_literal_addresses_are_taken_as_they_are() -> None:
    assert local_bind_addresses("0.0.0.0") == ["0.0.0.0"]
    assert local_bind_addresses("127.0.0.1, ::1") == ["127.0.0.1", "::1"]
    assert own_targets("127.0.0.1:80,[::]:81") == ["127.0.0.1:80", "[::]:81"]


@pytest.mark.usefixtures("names")
def test_a_name_stands_for_its_addresses_that_are_this_machine_s() -> None:
    assert local_bind_addresses("own.work") == ["127.0.0.3"]
    assert local_bind_addresses("127.0.0.3,own.work") == ["127.0.0.3"]


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize("host", ["other.work", "nobody.work", ""])
def test_a_name_without_an_address_of_this_machine_is_refused_with_a_sentence(host: str) -> None:
    with pytest.raises(MetatagError, match="no address of this machine"):
        local_bind_addresses(host)


@pytest.mark.usefixtures("names")
async def test_a_grpc_server_answers_on_what_it_was_told_and_nowhere_else(free_port: int) -> None:
    options = GrpcServerOptions(f"127.0.0.1:{free_port},own.work:{free_port}")
    service = GrpcService("sample", options, [], [])
    await service.start()
    try:
        for host in ("127.0.0.1", "127.0.0.3"):
            async with grpc.aio.insecure_channel(f"{host}:{free_port}") as channel:
                answer = await health_pb2_grpc.HealthStub(channel).Check(
                    health_pb2.HealthCheckRequest(service="liveness"), timeout=10
                )
                assert answer.status == health_pb2.HealthCheckResponse.SERVING
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", free_port), 5)
    finally:
        await service.stop(0)


@pytest.mark.usefixtures("names")
async def test_metrics_are_served_on_what_they_were_told_and_nowhere_else(free_port: int) -> None:
    service = MetricsService("127.0.0.1,own.work", free_port, CollectorRegistry())
    await service.start()
    try:
        for host in ("127.0.0.1", "127.0.0.3"):
            with socket.create_connection((host, free_port), 5):
                pass
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", free_port), 5)
    finally:
        await service.stop(0)
