"""Behind a proxy: what X-Forwarded-* says is believed from trusted addresses only, over real connections."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from fakes.gateway_system import System, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOLD = {"config": (None, "{}"), "pdf_url": (None, "http://x/hold.pdf")}
FORWARDED = {
    "X-Forwarded-For": "198.51.100.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "tags.example.org",
    "X-Forwarded-Prefix": "/metatag",
}


async def links(system: System, headers: dict[str, str]) -> tuple[str, Any]:
    """Give where a started document is found, and where the description says the server is."""
    user = await system.register()
    sent = {**user["headers"], **headers, "Prefer": "respond-async"}
    accepted = await system.client.post("/api/single/process", headers=sent, files=HOLD)
    assert accepted.status_code == 202, accepted.text
    described = (await system.client.get("/openapi.json", headers=headers)).json()
    return accepted.headers["location"], described.get("servers")


async def test_links_carry_the_prefix_that_a_trusted_proxy_took_off() -> None:
    async with running(trusted_proxies="127.0.0.0/8", hsts_seconds=60) as system:
        location, servers = await links(system, FORWARDED)
        assert location.startswith("/metatag/api/history/jobs/")
        assert servers == [{"url": "/metatag"}]
        found = await system.client.get(location, headers=FORWARDED)
        assert found.status_code == 401
        # What the description says is for this proxy's clients; the next one, without a prefix, gets none.
        plain, none = await links(system, {})
        assert plain.startswith("/api/history/jobs/")
        assert none is None


@pytest.mark.parametrize("trusted", ["", "192.0.2.0/24"], ids=["nobody", "others"])
async def test_nothing_is_believed_from_an_address_that_is_not_trusted(trusted: str) -> None:
    async with running(trusted_proxies=trusted, hsts_seconds=60, login_attempts=2) as system:
        location, servers = await links(system, FORWARDED)
        assert location.startswith("/api/history/jobs/")
        assert servers is None
        answer = await system.client.get("/api/status", headers=FORWARDED)
        assert "strict-transport-security" not in answer.headers
        # An address of one's own choice for each attempt would undo the throttling.
        wrong = {"email": "a@example.com", "password": "wrong horse"}
        statuses = [
            (
                await system.client.post(
                    "/api/auth/login", json=wrong, headers={**FORWARDED, "X-Forwarded-For": f"198.51.100.{number}"}
                )
            ).status_code
            for number in range(4)
        ]
        assert statuses == [401, 401, 429, 429]


async def test_a_prefix_that_is_no_plain_path_is_left_out() -> None:
    async with running(trusted_proxies="127.0.0.1", root_path="/own") as system:
        for prefix in ("//evil.example", "/a b", "https://evil.example", "/a?b", '/"><script>', "/" + "a" * 300):
            location, servers = await links(system, {"X-Forwarded-Prefix": prefix})
            assert location.startswith("/own/api/history/jobs/")
            assert servers == [{"url": "/own"}]


async def test_tokens_of_a_query_reach_no_span(monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    async with running() as system:
        user = await system.register()
        asked = {"url": "http://x/private-name.pdf", "token": user["token"]}
        await system.client.get("/api/single/preview", params=asked)
    spans = exporter.get_finished_spans()
    written = str([(span.name, dict(span.attributes or {}), span.events) for span in spans])
    provider.shutdown()
    assert "GET /api/single/preview" in written
    assert user["token"] not in written
    assert "private-name" not in written
