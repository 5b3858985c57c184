"""The edge of every request: bounds, headers, CORS, proxies, logs, and a clean end."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import httpx
import pytest
import structlog
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from fakes.gateway_system import PASSWORD, System, running, settings_for
from metatag_gateway import accounts, bootstrap
from metatag_gateway.bootstrap import signing_ring
from metatag_gateway.http_service import HttpService
from metatag_gateway.settings import GatewaySettings
from metatag_runtime.errors import MetatagError
from metatag_runtime.settings import SettingsError

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOLD = {"config": (None, "{}"), "pdf_url": (None, "http://x/hold.pdf")}


async def test_answers_carry_the_headers_that_protect_them(system: System) -> None:
    answer = await system.client.get("/api/status")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "server" not in answer.headers
    page = await system.client.get("/docs")
    assert "script-src 'self'" in page.headers["content-security-policy"]


async def test_cors_is_for_named_origins_only_and_never_by_default(system: System) -> None:
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in (await system.client.options("/api/auth/login", headers=asked)).headers
    async with running(cors_origins="https://app.example, https://b.example") as open_system:
        pre = await open_system.client.options(
            "/api/auth/login", headers={**asked, "Access-Control-Request-Headers": "authorization,content-type"}
        )
        assert pre.status_code == 200
        assert pre.headers["access-control-allow-origin"] == "https://app.example"
        refused = await open_system.client.get("/api/auth/me", headers={"Origin": "https://app.example"})
        assert refused.status_code == 401
        assert refused.headers["access-control-allow-origin"] == "https://app.example"
        foreign = await open_system.client.get("/api/status", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in foreign.headers


@pytest.mark.parametrize("root_path", ["", "/metatag"])
async def test_with_no_service_left_calls_are_503_and_sign_in_and_probes_still_answered(root_path: str) -> None:
    async with running(max_in_flight=1, root_path=root_path) as system:
        user = await system.register()
        first = asyncio.create_task(system.client.post("/api/single/process", headers=user["headers"], files=HOLD))
        async with asyncio.timeout(5):
            while not system.jobs.engine.jobs:
                await asyncio.sleep(0.01)
        answer = await system.client.get("/api/auth/me", headers=user["headers"])
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert answer.json()["code"] == "busy"
        for path in ("/livez", "/api/status", "/app/"):
            assert (await system.client.get(path)).status_code == 200
        await system.login(user["email"])
        next(iter(system.jobs.engine.jobs.values())).release.set()
        assert (await first).status_code == 200
        assert (await system.client.get("/api/auth/me", headers=user["headers"])).status_code == 200


async def test_a_json_body_above_the_bound_is_413() -> None:
    async with running(max_body_bytes=2000) as system:
        body = {"email": "a@example.com", "password": "x" * 3000}
        assert (await system.client.post("/api/auth/login", json=body)).status_code == 413

        async def chunked() -> Any:
            for _ in range(10):
                yield b"x" * 1000

        headers = {"Content-Type": "application/json"}
        answer = await system.client.post("/api/auth/login", content=chunked(), headers=headers)
        assert answer.status_code == 413
        assert isinstance(answer.json()["detail"], str)


async def test_neither_tokens_nor_queries_reach_the_log(system: System) -> None:
    user = await system.register()
    quiet = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    with structlog.testing.capture_logs() as lines:
        await system.client.get("/api/single/preview", params={"url": "http://x/secret.pdf", "token": user["token"]})
        await system.client.get("/api/auth/me", headers=user["headers"])
    structlog.configure(wrapper_class=quiet)
    written = str(lines)
    assert user["token"] not in written
    assert "secret.pdf" not in written
    line = next(entry for entry in lines if entry.get("path") == "/api/auth/me")
    assert (line["method"], line["status"], line["user_id"]) == ("GET", 200, user["user"]["id"])


async def test_the_token_of_a_socket_reaches_no_log(system: System, caplog: pytest.LogCaptureFixture) -> None:
    user = await system.register()
    job = await system.batch(user["headers"], ["http://x/a.pdf"])
    with caplog.at_level(logging.INFO):
        async with connect(f"{system.ws_url}/api/batch/ws/{job}?token={user['token']}") as socket:
            await socket.recv()
        with pytest.raises(InvalidStatus):
            await connect(f"{system.ws_url}/nowhere?token={user['token']}")
    assert user["token"] not in caplog.text


async def test_sign_in_is_throttled_for_an_account_and_address_by_what_trusted_proxies_say() -> None:
    async with running(login_attempts=3, trusted_proxies="127.0.0.1") as system:
        user = await system.register()
        wrong = {"email": user["email"].upper(), "password": "wrong horse"}

        async def attempt(address: str, body: dict[str, str] = wrong) -> httpx.Response:
            return await system.client.post("/api/auth/login", json=body, headers={"X-Forwarded-For": address})

        assert [(await attempt("198.51.100.1")).status_code for _ in range(4)] == [401, 401, 401, 429]
        blocked = await attempt("198.51.100.1", {"email": user["email"], "password": "correct horse battery"})
        assert blocked.status_code == 429
        assert int(blocked.headers["retry-after"]) > 1
        assert (await attempt("198.51.100.2")).status_code == 401
        other = {"email": "other@example.com", "password": "wrong horse"}
        assert (await attempt("198.51.100.1", other)).status_code == 401


async def test_guesses_at_an_account_from_many_addresses_are_slowed_down_and_shut_nobody_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running(login_attempts=2, trusted_proxies="127.0.0.1") as system:
        user = await system.register()

        async def attempt(address: str, password: str) -> int:
            answer = await system.client.post(
                "/api/auth/login",
                json={"email": user["email"], "password": password},
                headers={"X-Forwarded-For": address},
            )
            return answer.status_code

        monkeypatch.setattr(accounts, "MAX_DELAY", 0.3)
        # One network of IPv6 is one sender, however many addresses it has.
        assert [await attempt(f"2001:db8:1:2::{n}", "wrong horse") for n in range(4)] == [401, 401, 429, 429]
        assert {await attempt(f"198.51.100.{n}", "wrong horse") for n in range(8)} == {401}
        begin = time.monotonic()
        assert await attempt("203.0.113.9", PASSWORD) == 200
        assert time.monotonic() - begin >= 0.3
        # Who was here before does not wait for what others guess.
        monkeypatch.setattr(accounts, "MAX_DELAY", 60.0)
        async with asyncio.timeout(20):
            assert await attempt("203.0.113.9", PASSWORD) == 200


async def test_a_password_that_everybody_guesses_is_refused(system: System) -> None:
    for password in ("password1", "Password1", "iloveyou"):
        body = {"email": "stolen@example.com", "password": password}
        answer = await system.client.post("/api/auth/register", json=body)
        assert answer.status_code == 400
        assert "guessed" in answer.json()["detail"]
    user = await system.register()
    body = {"current_password": PASSWORD, "new_password": "12345678"}
    assert (await system.client.post("/api/auth/password", headers=user["headers"], json=body)).status_code == 400


async def test_a_proxy_that_nobody_named_is_told_once() -> None:
    async with running() as system:
        with structlog.testing.capture_logs() as lines:
            for _ in range(3):
                await system.client.get("/api/status", headers={"X-Forwarded-For": "198.51.100.1"})
    assert sum("METATAG_GATEWAY_TRUSTED_PROXIES" in line["event"] for line in lines) == 1


async def test_registration_may_be_throttled_and_closed() -> None:
    body = {"password": "long enough"}
    async with running(register_attempts=2) as system:
        answers = [
            await system.client.post("/api/auth/register", json={**body, "email": f"n{n}@example.com"})
            for n in range(3)
        ]
        assert [answer.status_code for answer in answers] == [201, 201, 429]
    async with running(registration="closed") as system:
        answer = await system.client.post("/api/auth/register", json={**body, "email": "a@example.com"})
        assert answer.status_code == 403


async def test_a_new_password_ends_every_other_session(system: System) -> None:
    user = await system.register()
    other = await system.login(user["email"])
    body = {"current_password": "correct horse battery", "new_password": "another horse battery"}
    answer = await system.client.post("/api/auth/password", headers=user["headers"], json=body)
    fresh = answer.json()["data"]
    for gone in (user, other):
        assert (await system.client.get("/api/auth/me", headers=gone["headers"])).status_code == 401
        refresh = {"refresh_token": gone["tokens"]["refresh_token"]}
        assert (await system.client.post("/api/auth/refresh", json=refresh)).status_code == 401
    headers = {"Authorization": f"Bearer {fresh['access_token']}"}
    assert (await system.client.get("/api/auth/me", headers=headers)).status_code == 200
    await system.login(user["email"], "another horse battery")


async def test_an_access_token_ends_with_its_session_and_others_go_on(system: System) -> None:
    user = await system.register()
    other = await system.login(user["email"])
    refresh = {"refresh_token": user["tokens"]["refresh_token"]}
    assert (await system.client.post("/api/auth/logout", json=refresh)).status_code == 200
    assert (await system.client.get("/api/auth/me", headers=user["headers"])).status_code == 401
    assert (await system.client.get("/api/auth/me", headers=other["headers"])).status_code == 200


async def test_api_keys_outlive_a_new_password_unless_it_ends_them(system: System) -> None:
    user = await system.register()
    made = await system.client.post("/api/auth/keys", headers=user["headers"], json={"name": "k", "scopes": ["read"]})
    key = {"Authorization": f"Bearer {made.json()['data']['key']}"}
    headers, current = user["headers"], "correct horse battery"
    for new, ends, status in (("another horse battery", False, 200), ("third horse battery", True, 401)):
        body = {"current_password": current, "new_password": new, "revoke_api_keys": ends}
        answer = await system.client.post("/api/auth/password", headers=headers, json=body)
        headers, current = {"Authorization": f"Bearer {answer.json()['data']['access_token']}"}, new
        assert (await system.client.get("/api/auth/me", headers=key)).status_code == status


async def test_sessions_live_on_over_a_restart_with_a_new_secret(tmp_path: Any) -> None:
    async with running(tmp_path) as before:
        user = await before.register()
    new = "another secret of the tests, just as long"
    old = settings_for(tmp_path).secret_key.get_secret_value()
    async with running(tmp_path, secret_key=new, previous_secret_keys=old) as after:
        assert (await after.client.get("/api/auth/me", headers=user["headers"])).status_code == 200
        refresh = {"refresh_token": user["tokens"]["refresh_token"]}
        assert (await after.client.post("/api/auth/refresh", json=refresh)).status_code == 200


async def test_a_running_request_may_end_within_the_grace_and_is_cut_after_it() -> None:
    async with running() as system:
        user = await system.register()
        request = asyncio.create_task(system.client.post("/api/single/process", headers=user["headers"], files=HOLD))
        async with asyncio.timeout(5):
            while not system.jobs.engine.jobs:
                await asyncio.sleep(0.01)
        begin = time.monotonic()
        await system.gateway.stop(0.5)
        assert time.monotonic() - begin < 5
        with pytest.raises(httpx.HTTPError):
            (await request).raise_for_status()


async def test_a_taken_port_is_said_in_a_sentence(system: System) -> None:
    async def app(*_: Any) -> None:
        return None

    with pytest.raises(MetatagError, match=r"Cannot listen on 127\.0\.0\.1 port \d+"):
        await HttpService(app, "127.0.0.1", system.gateway.port).start()


async def test_a_wrong_signing_key_stops_the_start_with_the_variable_named() -> None:
    values: dict[str, Any] = {"database_url": "sqlite+aiosqlite://", "secret_key": "x" * 32}
    with pytest.raises(SettingsError, match="METATAG_GATEWAY_SIGNING_KEY is wrong"):
        signing_ring(GatewaySettings(**values, signing_key="nonsense"))
    with pytest.raises(SettingsError, match="METATAG_GATEWAY_DATABASE_URL is not set"):
        GatewaySettings.load(secret_key="x" * 32)
    with pytest.raises(SettingsError, match="METATAG_GATEWAY_SECRET_KEY is wrong"):
        GatewaySettings.load(database_url="sqlite+aiosqlite://", secret_key="short")


async def test_build_gives_the_gateway_as_one_service(tmp_path: Any) -> None:
    (service,) = await bootstrap.build(settings_for(tmp_path))
    assert service.name == "gateway"
    await service.stop(0)


async def test_behind_a_prefix_paths_and_links_carry_it() -> None:
    async with running(root_path="/metatag") as system:
        user = await system.register()
        # Whether the proxy keeps the prefix or takes it off.
        for path in ("/metatag/api/status", "/api/status"):
            assert (await system.client.get(path)).status_code == 200
        headers = {**user["headers"], "Prefer": "respond-async"}
        accepted = await system.client.post("/metatag/api/single/process", headers=headers, files=HOLD)
        assert accepted.headers["location"].startswith("/metatag/api/history/jobs/")
        described = (await system.client.get("/metatag/openapi.json")).json()
        assert described["servers"] == [{"url": "/metatag"}]


async def test_strict_transport_security_is_said_over_https_only() -> None:
    async with running(hsts_seconds=3600, trusted_proxies="127.0.0.0/8") as system:
        plain = await system.client.get("/api/status")
        secure = await system.client.get("/api/status", headers={"X-Forwarded-Proto": "https"})
        assert "strict-transport-security" not in plain.headers
        assert secure.headers["strict-transport-security"] == "max-age=3600; includeSubDomains"
