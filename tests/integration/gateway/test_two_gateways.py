"""Two gateways as processes of their own, one Redis: what one user may do is counted over both."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from fakes import servers
from fakes.gateway_system import PASSWORD, SECRET
from fakes.jobs_service import FakeJobsProcess
from fakes.ports import free_port

HOLD = {"config": (None, "{}"), "pdf_url": (None, "http://x/hold.pdf")}
ADMIN = "admin@example.com"
Pair = tuple[httpx.AsyncClient, httpx.AsyncClient]


@contextmanager
def gateway(folder: Path, redis_url: str, **settings: Any) -> Iterator[str]:
    """Start one gateway process over a common database; gives its address."""
    port = free_port()
    values = {
        "host": "127.0.0.1",
        "port": port,
        "jobs_address": f"unix:{folder}/jobs",
        "database_url": f"sqlite+aiosqlite:///{folder}/gateway.db",
        "secret_key": SECRET,
        "redis_url": redis_url,
        "admin_email": ADMIN,
        "admin_password": PASSWORD,
        **settings,
    }
    environment = {f"METATAG_GATEWAY_{name.upper()}": str(value) for name, value in values.items()}
    quiet = {"METATAG_PROCESS_METRICS_PORT": "0", "METATAG_PROCESS_LOG_LEVEL": "warning"}
    process = subprocess.Popen([sys.executable, "-m", "metatag_gateway"], env={**os.environ, **quiet, **environment})
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        assert process.wait(20) == 0


@asynccontextmanager
async def two(folder: Path, **settings: Any) -> AsyncIterator[tuple[Pair, FakeJobsProcess]]:
    """Start both, and a jobs service behind them."""
    redis = servers.redis()
    redis.flush()
    jobs = FakeJobsProcess(f"unix:{folder}/jobs")
    await jobs.start()
    try:
        # One after the other: the first one makes the tables.
        with gateway(folder, redis.url, **settings) as one:
            await ready(one)
            with gateway(folder, redis.url, **settings) as other:
                await ready(other)
                async with (
                    httpx.AsyncClient(base_url=one, timeout=30) as first,
                    httpx.AsyncClient(base_url=other, timeout=30) as second,
                ):
                    yield (first, second), jobs
    finally:
        await jobs.stop(0.2)


async def ready(address: str) -> None:
    async with httpx.AsyncClient() as client, asyncio.timeout(60):
        while True:
            with suppress(httpx.HTTPError):
                if (await client.get(f"{address}/livez")).status_code == 200:
                    return
            await asyncio.sleep(0.1)


async def sign_in(client: httpx.AsyncClient, email: str) -> dict[str, Any]:
    answer = await client.post("/api/auth/login", json={"email": email, "password": PASSWORD})
    data: dict[str, Any] = answer.raise_for_status().json()["data"]
    return {**data, "headers": {"Authorization": f"Bearer {data['tokens']['access_token']}"}}


async def register(client: httpx.AsyncClient, email: str) -> dict[str, Any]:
    (await client.post("/api/auth/register", json={"email": email, "password": PASSWORD})).raise_for_status()
    return await sign_in(client, email)


@pytest.mark.timeout(180)
async def test_sign_ins_requests_and_singles_are_counted_over_both(tmp_path: Path) -> None:
    bounds = {"login_attempts": 5, "requests_per_minute": 12, "concurrent_singles": 1}
    async with two(tmp_path, **bounds) as ((first, second), jobs):
        # Sign-in: five attempts in all, wherever they come in; the right password does not pass either.
        wrong = {"email": "nobody@example.com", "password": "wrong horse"}
        tries = [await client.post("/api/auth/login", json=wrong) for client in (first, second) * 4]
        assert sorted(answer.status_code for answer in tries) == [401] * 5 + [429] * 3
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in tries if answer.status_code == 429)

        # Singles: one place for a user, held at one gateway and missed at the other.
        user = await register(first, "asha@example.com")
        held = asyncio.create_task(first.post("/api/single/process", headers=user["headers"], files=HOLD))
        async with asyncio.timeout(10):
            while not jobs.servicer.engine.jobs:
                await asyncio.sleep(0.02)
        refused = await second.post("/api/single/process", headers=user["headers"], files=HOLD)
        assert refused.status_code == 429
        assert "1 single documents" in refused.json()["detail"]
        next(iter(jobs.servicer.engine.jobs.values())).release.set()
        assert (await held).status_code == 200
        done = {**HOLD, "pdf_url": (None, "http://x/a.pdf")}
        assert (await second.post("/api/single/process", headers=user["headers"], files=done)).status_code == 200

        # Requests: twelve a minute for a user, together; another user has his own.
        other = await register(second, "bina@example.com")
        asked = [client.get("/api/auth/me", headers=other["headers"]) for client in (first, second) for _ in range(10)]
        statuses = [answer.status_code for answer in await asyncio.gather(*asked)]
        # One more comes free every five seconds, should this machine be that slow.
        assert statuses.count(200) in (12, 13, 14)
        assert set(statuses) == {200, 429}
        third = await register(second, "chandra@example.com")
        assert (await first.get("/api/auth/me", headers=third["headers"])).status_code == 200


@pytest.mark.timeout(180)
async def test_who_is_disabled_at_one_is_out_at_both(tmp_path: Path) -> None:
    async with two(tmp_path) as ((first, second), _):
        user, admin = await register(first, "asha@example.com"), await sign_in(second, ADMIN)
        for client in (first, second):
            assert (await client.get("/api/auth/me", headers=user["headers"])).status_code == 200
        path = f"/api/admin/users/{user['user']['id']}"
        (await first.patch(path, headers=admin["headers"], json={"is_active": False})).raise_for_status()
        # At once where it was done, within a second where it was not.
        assert (await first.get("/api/auth/me", headers=user["headers"])).status_code == 403
        await asyncio.sleep(1.1)
        assert (await second.get("/api/auth/me", headers=user["headers"])).status_code == 403
        refresh = {"refresh_token": user["tokens"]["refresh_token"]}
        assert (await second.post("/api/auth/refresh", json=refresh)).status_code == 401
