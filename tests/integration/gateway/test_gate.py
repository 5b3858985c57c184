"""The gate before the framework, over real connections: nobody's body is read who may not call, nobody is held up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute

from fakes.gateway_system import PASSWORD, System, running, settings_for
from metatag_gateway import http_protocol
from metatag_gateway.app import ROUTERS
from metatag_gateway.body_bounds import form_bytes
from metatag_gateway.routes import docs

pytestmark = pytest.mark.asyncio(loop_scope="module")

PUBLIC = {
    "/",
    "/api/health",
    "/api/status",
    "/livez",
    "/readyz",
    "/.well-known/jwks.json",
    "/openapi.json",
    "/docs",
    "/docs/assets/{name}",
    "/app",
    "/app/{path:path}",
    "/api/auth/register",
    "/api/auth/login",
    "/api/auth/invitation",
    "/api/auth/invitation/accept",
    "/api/auth/forgotten",
    "/api/auth/forgotten/password",
    "/api/auth/refresh",
    "/api/auth/logout",
    "/api/auth/methods",
    "/sign-in/oidc",
    "/sign-in/oidc/callback",
    "/api/auth/oidc/session",
}
# Answers GET alone, before a body is looked at.
WITHOUT_BODY = {"/api/auth/methods"}
ROUTES = [
    (method, route.path)
    for router in (*ROUTERS, docs.router)
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods)
]


FORMS = [
    route.path
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    and "multipart/form-data" in (route.openapi_extra or {}).get("requestBody", {}).get("content", {})
]


@asynccontextmanager
async def connection(system: System) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", system.gateway.port)
    try:
        yield reader, writer
    finally:
        writer.close()


def head(method: str, path: str, length: int, *more: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: x", "Content-Type: application/json", f"Content-Length: {length}"]
    return "\r\n".join([*lines, *more, "", ""]).encode()


async def status_of(reader: asyncio.StreamReader, seconds: float = 5.0) -> int:
    """Return the status of the next answer, or 0 for a connection that was closed."""
    async with asyncio.timeout(seconds):
        line = await reader.readline()
    return int(line.split()[1]) if line else 0


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_without_a_token_no_byte_of_a_body_is_waited_for(system: System, method: str, path: str) -> None:
    if path in PUBLIC:
        pytest.skip("Everybody may call it.")
    async with connection(system) as (reader, writer):
        # A body is announced and never sent: whoever waits for it gives no answer.
        writer.write(head(method, path.replace("{", "").replace("}", ""), 1000))
        assert await status_of(reader) == 401


@pytest.mark.parametrize("path", FORMS)
async def test_every_path_that_takes_a_form_has_a_bound_for_it(path: str) -> None:
    assert form_bytes(path, settings_for(Path())) != 0


async def test_a_key_without_the_scope_is_refused_before_its_body_is_read(system: System) -> None:
    user = await system.register()
    made = await system.client.post(
        "/api/auth/keys", headers=user["headers"], json={"name": "reader", "scopes": ["read"]}
    )
    async with connection(system) as (reader, writer):
        writer.write(head("POST", "/api/batch/start", 1000, f"Authorization: Bearer {made.json()['data']['key']}"))
        assert await status_of(reader) == 403


@pytest.mark.parametrize("path", sorted(path for path in PUBLIC - WITHOUT_BODY if path.startswith("/api/auth/")))
async def test_a_public_path_takes_a_small_body_only_whatever_its_type(system: System, path: str) -> None:
    body = b"{" + b" " * 17_000 + b"}"
    for kind in ("application/json", "multipart/form-data; boundary=b", "text/plain"):
        answer = await system.client.post(path, content=body, headers={"Content-Type": kind})
        assert answer.status_code == 413, kind

    async def chunked() -> AsyncIterator[bytes]:
        yield body

    answer = await system.client.post(path, content=chunked(), headers={"Content-Type": "multipart/form-data"})
    assert answer.status_code == 413


async def test_a_thousand_dripping_connections_leave_sign_in_page_and_health_answering() -> None:
    async with running(max_in_flight=200, login_attempts=0) as system:
        user = await system.register()
        streams = []
        for number in range(1000):
            path = ("/api/auth/login", "/api/auth/register", "/api/auth/refresh")[number % 3]
            streams.append(await asyncio.open_connection("127.0.0.1", system.gateway.port))
            streams[-1][1].write(head("POST", path, 10_000) + b"{")
        for _ in range(3):
            await system.login(user["email"])
            for path in ("/app/", "/api/health"):
                assert (await system.client.get(path)).status_code == 200
            for _, writer in streams:
                writer.write(b" ")
            await asyncio.sleep(0)
        for _, writer in streams:
            writer.close()


async def test_a_body_below_the_least_rate_is_given_up_with_a_sentence() -> None:
    async with running(body_grace_seconds=0.2) as system, connection(system) as (reader, writer):
        writer.write(head("POST", "/api/auth/login", 1000) + b"{")
        assert await status_of(reader) == 400
        async with asyncio.timeout(5):
            assert b"stalled" in await reader.readuntil(b"}")


async def test_slow_forms_of_one_user_are_given_up_and_hold_nobody_else_up() -> None:
    async with running(body_grace_seconds=0.3, max_uploads=4) as system:
        slow, other = await system.register(), await system.register()
        start = head("POST", "/api/batch/uploads", 100_000, f"Authorization: Bearer {slow['token']}").replace(
            b"application/json", b"multipart/form-data; boundary=B"
        )
        part = b'--B\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n%PDF-1.7\n'
        held = []
        for _ in range(8):
            held.append(await asyncio.open_connection("127.0.0.1", system.gateway.port))
            held[-1][1].write(start + part)
        answer = await system.single(other["headers"])
        assert answer.status_code == 200
        assert {await status_of(reader) for reader, _ in held} <= {400, 503}
        for _, writer in held:
            writer.close()


async def test_a_head_above_the_bound_is_431_and_a_whole_one_of_32_kib_is_served(system: System) -> None:
    answer = await system.client.get("/api/status", headers={"X-Long": "x" * 32_000})
    assert answer.status_code == 200
    async with connection(system) as (reader, writer):
        writer.write(b"GET /api/status HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\n")
        assert await status_of(reader) == 431


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Half:", b"\r\n"])
async def test_a_connection_without_a_whole_head_is_closed(
    system: System, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.2)
    async with connection(system) as (reader, writer):
        writer.write(sent)
        assert await status_of(reader) == 0
    # The same behind an answer, on a connection that is kept.
    async with connection(system) as (reader, writer):
        writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await status_of(reader) == 200
        writer.write(sent or b"\r\n")
        async with asyncio.timeout(5):
            while await reader.read(1000):
                pass


async def test_an_answered_body_is_thrown_away_for_a_while_only(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "LINGER_SECONDS", 0.2)
    async with connection(system) as (reader, writer):
        writer.write(head("POST", "/api/batch/start", 1_000_000) + b"{")
        assert await status_of(reader) == 401
        async with asyncio.timeout(5):
            while await reader.read(1000):
                writer.write(b" ")


async def test_endless_trailers_end_the_connection(system: System) -> None:
    async with connection(system) as (_reader, writer):
        start = b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
        writer.write(start + b"X-Trailer: " + b"x" * 100_000)
        # The server reads no further: what is sent meets a closed connection.
        with pytest.raises(ConnectionError):
            async with asyncio.timeout(10):
                while True:
                    writer.write(b"x" * 100_000)
                    await writer.drain()
                    await asyncio.sleep(0)


async def test_where_connections_are_full_the_one_that_waits_longest_gives_way() -> None:
    async with running(max_connections=10) as system:
        await system.client.get("/livez")
        idle = [await asyncio.open_connection("127.0.0.1", system.gateway.port) for _ in range(30)]
        async with httpx.AsyncClient(base_url=system.url, timeout=5) as fresh:
            assert (await fresh.get("/livez")).status_code == 200
        for _, writer in idle:
            writer.close()


async def test_large_bodies_of_one_user_leave_room_for_those_of_others() -> None:
    async with running(body_budget_bytes=4 * 1024 * 1024) as system:
        greedy, other = await system.register(), await system.register()
        held = []
        for _ in range(6):
            held.append(await asyncio.open_connection("127.0.0.1", system.gateway.port))
            start = head("POST", "/api/batch/start", 1_500_000, f"Authorization: Bearer {greedy['token']}")
            held[-1][1].write(start + b" " * 900_000)
        body = json.dumps({"documents": [{"file_path": "http://x/a.pdf"}], "config": {}}).encode() + b" " * 500_000
        headers = {**other["headers"], "Content-Type": "application/json"}
        answer = await system.client.post("/api/batch/start", content=body, headers=headers)
        assert answer.status_code == 200
        assert (await system.login(other["email"], PASSWORD))["token"]
        for _, writer in held:
            writer.close()
