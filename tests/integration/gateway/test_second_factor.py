"""A second factor by an authenticator app: what it asks for, what stands in for it, and that a code counts once."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

import pyotp

from fakes.gateway_system import PASSWORD, System, running
from metatag_client.aio import AsyncClient

ADMIN = "admin@example.com"


async def set_up(system: System, user: dict[str, Any]) -> tuple[pyotp.TOTP, list[str]]:
    """Set a second factor up as an app does; the code that confirms it is of the step before this one."""
    begun = await system.client.post("/api/auth/totp", headers=user["headers"], json={"password": PASSWORD})
    assert begun.status_code == 200, begun.text
    data = begun.json()["data"]
    parsed = pyotp.parse_uri(data["uri"])
    assert isinstance(parsed, pyotp.TOTP)
    assert (parsed.secret, parsed.name, parsed.issuer) == (data["secret"], user["email"], "metatag")
    code = parsed.at(int(time.time()) - 30)
    confirmed = await system.client.post("/api/auth/totp/confirm", headers=user["headers"], json={"code": code})
    assert confirmed.status_code == 200, confirmed.text
    return parsed, confirmed.json()["data"]["recovery_codes"]


async def sign_in(system: System, email: str, code: str | None = None, password: str = PASSWORD) -> tuple[int, str]:
    body = {"email": email, "password": password} | ({} if code is None else {"code": code})
    answer = await system.client.post("/api/auth/login", json=body)
    return answer.status_code, answer.json().get("code", "")


async def test_a_sign_in_asks_for_a_code_that_counts_once() -> None:
    async with running() as system:
        user = await system.register()
        app, _ = await set_up(system, user)
        email, needed = user["email"], (401, "second_factor_required")
        assert await sign_in(system, email) == needed
        assert await sign_in(system, email, "000000") == needed
        # Nothing is told to who does not know the password.
        assert await sign_in(system, email, app.now(), "wrong password") == (401, "unauthenticated")
        code = app.now()
        assert await sign_in(system, email, f"{code[:3]} {code[3:]}") == (200, "")
        assert await sign_in(system, email, code) == needed
        # One that is older than the last used counts no more, though it still holds by the clock.
        assert await sign_in(system, email, app.at(int(time.time()) - 30)) == needed
        me = await system.client.get("/api/auth/me", headers=user["headers"])
        assert me.json()["data"]["has_totp"] is True


async def test_recovery_codes_stand_in_for_a_lost_app_each_once() -> None:
    async with running() as system:
        user = await system.register()
        _, codes = await set_up(system, user)
        assert len(set(codes)) == 10
        assert await sign_in(system, user["email"], codes[0].upper()) == (200, "")
        assert (await sign_in(system, user["email"], codes[0]))[0] == 401
        removed = await system.client.post("/api/auth/totp/remove", headers=user["headers"], json={"code": codes[1]})
        assert removed.status_code == 200, removed.text
        assert await sign_in(system, user["email"]) == (200, "")
        again = await system.client.post("/api/auth/totp/remove", headers=user["headers"], json={"code": codes[2]})
        assert again.status_code == 404


async def test_guesses_at_codes_end() -> None:
    async with running(login_attempts=0) as system:
        user = await system.register()
        app, codes = await set_up(system, user)
        answers = [(await sign_in(system, user["email"], f"{number:06}"))[0] for number in range(12)]
        assert answers[0] == 401
        assert answers[-1] == 429
        assert (await sign_in(system, user["email"], app.now()))[0] == 429
        assert (await sign_in(system, user["email"], codes[0]))[0] == 429


async def test_a_second_factor_needs_the_password_and_is_not_replaced_in_silence(tmp_path: Path) -> None:
    async with running(tmp_path) as system:
        user = await system.register()
        url = "/api/auth/totp"
        wrong = await system.client.post(url, headers=user["headers"], json={"password": "wrong password"})
        assert wrong.status_code == 400
        early = await system.client.post(f"{url}/confirm", headers=user["headers"], json={"code": "123456"})
        assert early.status_code == 409
        app, codes = await set_up(system, user)
        again = await system.client.post(url, headers=user["headers"], json={"password": PASSWORD})
        assert again.status_code == 409
        key = await system.client.post(
            "/api/auth/keys", headers=user["headers"], json={"name": "k", "scopes": ["read"]}
        )
        by_key = {"Authorization": f"Bearer {key.json()['data']['key']}"}
        refused = await system.client.post(f"{url}/remove", headers=by_key, json={"code": codes[0]})
        assert refused.status_code == 403
        kept = "\n".join(sqlite3.connect(tmp_path / "gateway.db").iterdump())
        assert app.secret not in kept
        assert codes[0] not in kept


async def test_administrators_need_one_where_the_operator_says_so() -> None:
    async with running(admin_email=ADMIN, admin_password=PASSWORD, admin_second_factor=True) as system:
        admin, user = await system.login(ADMIN), await system.register()
        refused = await system.client.get("/api/admin/users", headers=admin["headers"])
        assert refused.status_code == 403
        assert "/api/auth/totp" in refused.json()["detail"]
        await set_up(system, admin)
        assert (await system.client.get("/api/admin/users", headers=admin["headers"])).status_code == 200
        # An ordinary account needs none, and an administrator takes it from who has lost theirs.
        await set_up(system, user)
        gone = await system.client.delete(f"/api/admin/users/{user['user']['id']}/totp", headers=admin["headers"])
        assert gone.status_code == 200, gone.text
        assert await sign_in(system, user["email"]) == (200, "")
        wanted = {"action": "account.totp_off"}
        found = await system.client.get("/api/admin/audit", headers=admin["headers"], params=wanted)
        assert [entry["target_id"] for entry in found.json()["data"]["entries"]] == [user["user"]["id"]]


async def test_the_client_signs_in_with_a_code() -> None:
    async with running() as system:
        user = await system.register()
        app, _ = await set_up(system, user)
        async with AsyncClient(system.url) as client:
            await client.login(user["email"], PASSWORD, code=app.now())
            assert (await client.me()).email == user["email"]
