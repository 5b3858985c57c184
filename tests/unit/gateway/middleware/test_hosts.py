"""Which names a server answers to, and which pages may call it."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from metatag_gateway.middleware.hosts import HostCheck


async def answer(_request: object) -> PlainTextResponse:
    return PlainTextResponse("served")


async def status(host: str, origin: str = "", origins: tuple[str, ...] = ()) -> int:
    app = HostCheck(Starlette(routes=[Route("/", answer)]), names=["localhost", "Desk.lan"], origins=origins)
    headers = {"host": host, **({"origin": origin} if origin else {})}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return (await client.get("/", headers=headers)).status_code


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "[::1]:8000", "192.0.2.7", "desk.lan.", "a.localhost"]
)
async def test_own_names_and_addresses_are_answered(host: str) -> None:
    assert await status(host) == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "localhost.evil.example", "", "[x]"])
async def test_foreign_names_are_refused(host: str) -> None:
    assert await status(host) == 400


async def test_pages_of_the_own_origin_may_call_and_others_only_when_named() -> None:
    assert await status("localhost:8000", "http://localhost:8000") == 200
    assert await status("localhost:8000", "http://localhost:3001") == 403
    assert await status("localhost:8000", "null") == 403
    assert await status("localhost:8000", "http://localhost:3001", ("http://localhost:3001",)) == 200
    assert await status("localhost:8000", "https://evil.example", ("*",)) == 200
