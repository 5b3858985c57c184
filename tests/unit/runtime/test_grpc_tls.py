"""TLS between services over real sockets, with certificates made here."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from grpc_health.v1 import health_pb2, health_pb2_grpc

from fakes.certificates import Authority
from metatag_runtime.grpc_client import open_channel
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService
from metatag_runtime.grpc_tls import CertificateStore, Tls, TlsSettings, load_tls, process_tls, use_tls
from metatag_runtime.settings import SettingsError

Start = Callable[..., Awaitable[GrpcService]]


@pytest.fixture
async def serve() -> AsyncIterator[Start]:
    started: list[GrpcService] = []

    async def start(tls: Tls | None, listen: str = "127.0.0.1:0") -> GrpcService:
        service = GrpcService("service", GrpcServerOptions(listen=listen, tls=tls), [], [])
        await service.start()
        started.append(service)
        return service

    yield start
    for service in started:
        await service.stop(0)


def tls_of(directory: Path, **settings: object) -> Tls:
    found = load_tls(TlsSettings(dir=directory, **settings))  # type: ignore[arg-type]
    assert found is not None
    return found


async def healthy(channel: grpc.aio.Channel) -> bool:
    answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=5)
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def served_serial(address: str, tls_dir: Path) -> int:
    """Looks at the certificate that a server shows now."""
    host, port = address.rsplit(":", 1)
    context = ssl.create_default_context(cafile=str(tls_dir / "ca.crt"))
    context.load_cert_chain(tls_dir / "tls.crt", tls_dir / "tls.key")
    context.set_alpn_protocols(["h2"])
    with socket.create_connection((host, int(port)), 5) as raw:
        with context.wrap_socket(raw, server_hostname="127.0.0.1") as wrapped:
            shown = wrapped.getpeercert(binary_form=True)
    assert shown is not None
    return x509.load_der_x509_certificate(shown).serial_number


async def test_both_sides_of_one_authority_talk(tmp_path: Path, serve: Start) -> None:
    authority = Authority()
    authority.issue(tmp_path / "server", "ocr", "localhost")
    authority.issue(tmp_path / "client", "jobs")
    service = await serve(tls_of(tmp_path / "server"))
    async with open_channel(service.address, tls=tls_of(tmp_path / "client")) as channel:
        assert await healthy(channel)


async def test_a_client_of_another_authority_is_refused(tmp_path: Path, serve: Start) -> None:
    Authority().issue(tmp_path / "server", "ocr")
    Authority("stranger").issue(tmp_path / "client", "jobs")
    # It trusts the server, so that only the server can be the one who refuses.
    (tmp_path / "client" / "ca.crt").write_bytes((tmp_path / "server" / "ca.crt").read_bytes())
    service = await serve(tls_of(tmp_path / "server"))
    async with open_channel(service.address, tls=tls_of(tmp_path / "client")) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await healthy(channel)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_plain_client_is_refused(tmp_path: Path, serve: Start) -> None:
    Authority().issue(tmp_path / "server", "ocr")
    service = await serve(tls_of(tmp_path / "server"))
    async with open_channel(service.address) as channel:
        with pytest.raises(grpc.aio.AioRpcError):
            await healthy(channel)


async def test_without_mutual_a_client_needs_no_certificate_of_the_authority(tmp_path: Path, serve: Start) -> None:
    Authority().issue(tmp_path / "server", "ocr")
    Authority("stranger").issue(tmp_path / "client", "jobs")
    (tmp_path / "client" / "ca.crt").write_bytes((tmp_path / "server" / "ca.crt").read_bytes())
    service = await serve(tls_of(tmp_path / "server", mutual=False))
    async with open_channel(service.address, tls=tls_of(tmp_path / "client", mutual=False)) as channel:
        assert await healthy(channel)


async def test_a_server_of_another_name_is_refused_unless_that_name_is_asked_for(tmp_path: Path, serve: Start) -> None:
    authority = Authority()
    authority.issue(tmp_path / "server", "ocr")
    authority.issue(tmp_path / "client", "jobs")
    service = await serve(tls_of(tmp_path / "server"))
    client = tls_of(tmp_path / "client")
    async with open_channel(service.address, tls=client, server_name="tagger") as channel:
        with pytest.raises(grpc.aio.AioRpcError):
            await healthy(channel)
    async with open_channel(service.address, tls=client, server_name="ocr") as channel:
        assert await healthy(channel)


async def test_a_server_shows_a_renewed_certificate_without_a_restart(tmp_path: Path, serve: Start) -> None:
    authority = Authority()
    first = authority.issue(tmp_path / "server", "ocr")
    authority.issue(tmp_path / "client", "jobs")
    service = await serve(tls_of(tmp_path / "server"))
    assert await asyncio.to_thread(served_serial, service.address, tmp_path / "client") == first
    second = authority.issue(tmp_path / "server", "ocr")
    assert await asyncio.to_thread(served_serial, service.address, tmp_path / "client") == second != first


async def test_both_sides_follow_a_new_authority_and_the_open_stub_goes_on(tmp_path: Path, serve: Start) -> None:
    old = Authority()
    old.issue(tmp_path / "server", "ocr")
    old.issue(tmp_path / "client", "jobs")
    service = await serve(tls_of(tmp_path / "server"))
    async with open_channel(service.address, tls=tls_of(tmp_path / "client")) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        await stub.Check(health_pb2.HealthCheckRequest(), timeout=5)
        new = Authority("new authority")
        new.issue(tmp_path / "server", "ocr")
        new.issue(tmp_path / "client", "jobs")
        # The same stub: with the client's old certificate this handshake would fail.
        await stub.Check(health_pb2.HealthCheckRequest(), timeout=5)


async def test_a_running_stream_outlives_the_change_of_certificates(tmp_path: Path, serve: Start) -> None:
    authority = Authority()
    authority.issue(tmp_path / "server", "ocr")
    authority.issue(tmp_path / "client", "jobs")
    service = await serve(tls_of(tmp_path / "server"))
    async with open_channel(service.address, tls=tls_of(tmp_path / "client")) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        watch = stub.Watch(health_pb2.HealthCheckRequest(service="readiness"))
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
        authority.issue(tmp_path / "client", "jobs")
        assert await healthy(channel)
        await service._report(False)
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        watch.cancel()


async def test_probes_are_answered_in_plain_text_on_their_own_port(
    tmp_path: Path, serve: Start, free_port: int
) -> None:
    Authority().issue(tmp_path / "server", "ocr")
    await serve(tls_of(tmp_path / "server", health_port=free_port))
    async with open_channel(f"127.0.0.1:{free_port}") as channel:
        assert await healthy(channel)


async def test_a_unix_socket_stays_plain(tmp_path: Path, serve: Start) -> None:
    Authority().issue(tmp_path / "server", "ocr")
    tls = tls_of(tmp_path / "server")
    service = await serve(tls, f"unix:{tmp_path}/service.sock")
    async with open_channel(service.address, tls=tls) as channel:
        assert await healthy(channel)


def test_a_key_that_does_not_fit_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    authority = Authority()
    authority.issue(tmp_path / "one", "ocr")
    authority.issue(tmp_path / "two", "ocr")
    (tmp_path / "one" / "tls.key").write_bytes((tmp_path / "two" / "tls.key").read_bytes())
    with pytest.raises(SettingsError, match=r"METATAG_TLS_DIR.*does not fit"):
        CertificateStore(tmp_path / "one")


@pytest.mark.parametrize("name", ["tls.crt", "tls.key", "ca.crt"])
def test_a_missing_or_foreign_file_is_named(tmp_path: Path, name: str) -> None:
    Authority().issue(tmp_path, "ocr")
    (tmp_path / name).write_text("not a certificate")
    with pytest.raises(SettingsError, match=name):
        CertificateStore(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(SettingsError, match=name):
        CertificateStore(tmp_path)


def test_a_half_written_set_is_refused_and_the_good_one_stays(tmp_path: Path) -> None:
    authority = Authority()
    authority.issue(tmp_path, "ocr")
    store = CertificateStore(tmp_path)
    good = store.current()
    whole = (tmp_path / "tls.key").read_bytes()
    (tmp_path / "tls.key").write_bytes(whole[:40])
    assert store.current() is good
    authority.issue(tmp_path, "ocr")
    assert store.current() is not good
    assert store.current() is store.current()


def test_a_process_is_plain_until_it_is_told_otherwise(tmp_path: Path) -> None:
    assert process_tls() is None
    Authority().issue(tmp_path, "ocr")
    try:
        use_tls(TlsSettings(dir=tmp_path))
        assert process_tls() is not None
    finally:
        use_tls(TlsSettings(dir=None))
    assert process_tls() is None
