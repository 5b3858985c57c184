"""Rates, places and quotas, and the proxies that are believed."""

from __future__ import annotations

from typing import Any

import pytest

from metatag_gateway.adapters.memory_limiter import MemoryLimiter
from metatag_gateway.errors import QuotaExceeded
from metatag_gateway.limits import MIB, Quota, Quotas
from metatag_gateway.middleware.proxies import Proxies


async def test_a_refused_caller_reads_what_is_allowed_and_when_to_come_back() -> None:
    quotas = Quotas(MemoryLimiter(), Quota(requests_per_minute=2))
    await quotas.request("u")
    await quotas.request("u")
    with pytest.raises(QuotaExceeded, match="2 requests a minute; try again in 30 seconds") as caught:
        await quotas.request("u")
    assert 29 < (caught.value.retry_after or 0) <= 30
    await quotas.request("another")


async def test_uploads_are_counted_in_whole_mebibytes() -> None:
    quotas = Quotas(MemoryLimiter(), Quota(upload_mib_per_day=3))
    await quotas.uploaded("u", MIB)
    await quotas.uploaded("u", MIB + 1)
    with pytest.raises(QuotaExceeded, match="3 MiB a day"):
        await quotas.uploaded("u", 1)


async def test_a_batch_larger_than_the_day_is_refused_without_a_time_to_come_back() -> None:
    quotas = Quotas(MemoryLimiter(), Quota(documents_per_day=10))
    with pytest.raises(QuotaExceeded) as caught:
        await quotas.documents("u", 11)
    assert caught.value.retry_after is None
    await quotas.documents("u", 10)


async def test_places_are_given_back() -> None:
    quotas = Quotas(MemoryLimiter(), Quota(concurrent_singles=1))
    async with quotas.single("u"):
        with pytest.raises(QuotaExceeded):
            async with quotas.single("u"):
                pass
    async with quotas.single("u"):
        pass


def scope(client: str, **headers: str) -> dict[str, Any]:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "scheme": "http", "client": (client, 1), "headers": pairs}


@pytest.mark.parametrize(
    ("client", "forwarded", "found"),
    [
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.7, 10.0.0.9", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7:4711", "198.51.100.7"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("198.51.100.9", "1.2.3.4", "198.51.100.9"),
    ],
)
def test_only_trusted_proxies_say_who_comes(client: str, forwarded: str, found: str) -> None:
    seen = scope(client, x_forwarded_for=forwarded)
    Proxies(["10.0.0.0/8"]).resolve(seen)
    assert seen["client"][0] == found


def test_without_trusted_proxies_nothing_is_believed() -> None:
    seen = scope("10.0.0.1", x_forwarded_for="1.2.3.4", x_forwarded_proto="https")
    Proxies([]).resolve(seen)
    assert (seen["client"][0], seen["scheme"]) == ("10.0.0.1", "http")


def test_the_scheme_comes_from_a_trusted_proxy_for_sockets_too() -> None:
    seen = scope("10.0.0.1", x_forwarded_proto="https")
    Proxies(["10.0.0.1"]).resolve(seen)
    assert seen["scheme"] == "https"
    seen = {**scope("10.0.0.1", x_forwarded_proto="https"), "type": "websocket"}
    Proxies(["10.0.0.1"]).resolve(seen)
    assert seen["scheme"] == "wss"


@pytest.mark.parametrize(
    ("client", "forwarded", "found"),
    [
        ("10.0.0.1", "tags.example.org", "tags.example.org"),
        ("10.0.0.1", "evil.example, tags.example.org:8443", "tags.example.org:8443"),
        ("10.0.0.1", "[2001:db8::1]:80", "[2001:db8::1]:80"),
        ("10.0.0.1", "evil.example/path", "inner:8000"),
        ("10.0.0.1", "a@evil.example", "inner:8000"),
        ("10.0.0.1", "", "inner:8000"),
        ("198.51.100.9", "tags.example.org", "inner:8000"),
    ],
)
def test_the_host_comes_from_a_trusted_proxy_and_is_a_plain_name(client: str, forwarded: str, found: str) -> None:
    seen = scope(client, x_forwarded_host=forwarded, host="inner:8000")
    Proxies(["10.0.0.0/8"]).resolve(seen)
    assert [value for name, value in seen["headers"] if name == b"host"] == [found.encode()]


@pytest.mark.parametrize(
    ("client", "path", "root_path", "found"),
    [
        ("10.0.0.1", "/api/status", "/shown", "/shown/api/status"),
        ("10.0.0.1", "/shown/api/status", "/shown", "/shown/api/status"),
        ("198.51.100.9", "/api/status", "/own", "/own/api/status"),
    ],
)
def test_the_prefix_comes_from_a_trusted_proxy_else_from_the_setting(
    client: str, path: str, root_path: str, found: str
) -> None:
    seen = {**scope(client, x_forwarded_prefix="/shown/"), "path": path}
    Proxies(["10.0.0.0/8"], "/own").resolve(seen)
    assert (seen["root_path"], seen["path"]) == (root_path, found)
