"""All of one account: exported as a ZIP, and deleted until nothing is left in any table."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fakes import servers, traces
from fakes.gateway_system import PASSWORD, System, running
from fakes.jobs_process import until
from metatag_client.aio import AsyncClient
from metatag_client.client import Client
from metatag_client.errors import ApiError
from metatag_gateway import account_erasure
from metatag_runtime.sql import Database

ADMIN = "admin@example.com"
EMAIL = "Quokka.Ridge@example.com"
MARK = "quokka"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for accounts to erase at once, and end an erasure when nothing is left."""
    monkeypatch.setitem(account_erasure.AccountErasure.__init__.__kwdefaults__, "period", 0.05)
    monkeypatch.setitem(account_erasure.AccountErasure.__init__.__kwdefaults__, "closing", 0.0)


@pytest.fixture(params=["sqlite", "postgres"])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[System, str, str]]:
    """A gateway on each database, with the addresses of its database and of its Redis."""
    if request.param == "sqlite":
        url, redis_url = f"sqlite+aiosqlite:///{tmp_path}/gateway.db", ""
    else:
        url = servers.postgres().new_database()
        redis_url = servers.redis().url
        servers.redis().flush()
    given = {"database_url": url, "redis_url": redis_url, "requests_per_minute": 1000}
    async with running(admin_email=ADMIN, admin_password=PASSWORD, **given) as system:
        yield system, url, redis_url
    if request.param == "postgres":
        servers.postgres().drop_database(url)


async def fill(system: System) -> dict[str, Any]:
    """Make an account that has some of everything, and give it."""
    user = await system.register(EMAIL)
    post = system.client.post
    await post("/api/auth/keys", headers=user["headers"], json={"name": f"key {MARK}", "scopes": ["read"]})
    search = {"name": f"search {MARK}", "params": {"query": MARK}}
    assert (await post("/api/searches", headers=user["headers"], json=search)).status_code == 201
    begun = await post("/api/auth/totp", headers=user["headers"], json={"password": PASSWORD})
    assert begun.status_code == 200, begun.text
    wrong = {"email": EMAIL, "password": "not the password at all"}
    assert (await post("/api/auth/login", json=wrong)).status_code == 401
    await system.ended(await system.batch(user["headers"], ["http://x/a.pdf"], name=f"Batch {MARK}"))
    return user


async def end(system: System, user: dict[str, Any], **body: str) -> None:
    answer = await system.client.request("DELETE", "/api/account", headers=user["headers"], json=body)
    assert answer.status_code == 202, answer.text
    assert answer.json()["data"]["user_id"] == user["user"]["id"]


async def test_nothing_of_a_deleted_account_is_left_but_ids_in_the_audit_log(either: tuple[System, str, str]) -> None:
    system, url, redis_url = either
    other = await system.register()
    await system.batch(other["headers"], ["http://x/b.pdf"])
    user = await fill(system)
    user_id = user["user"]["id"]
    marks = [user_id, MARK, EMAIL, EMAIL.casefold()]
    assert len(await traces.in_database(url, marks)) > 8
    await end(system, user, password=PASSWORD)
    assert (await system.client.get("/api/auth/me", headers=user["headers"])).status_code == 401
    refresh = {"refresh_token": user["tokens"]["refresh_token"]}
    assert (await system.client.post("/api/auth/refresh", json=refresh)).status_code == 401
    again = {"email": EMAIL, "password": PASSWORD}
    assert (await system.client.post("/api/auth/login", json=again)).status_code == 401

    async def gone() -> bool:
        found = await traces.in_database(url, marks)
        return set(found) <= {"gateway_audit.actor_id", "gateway_audit.target_id"}

    await until(gone, seconds=60)
    database = Database(url)
    async with database.read() as connection:
        asked = sa.text("SELECT action, address, details FROM gateway_audit WHERE actor_id = :id OR target_id = :id")
        entries = (await connection.execute(asked, {"id": user_id})).all()
    await database.close()
    assert {entry.action for entry in entries} >= {"account.register", "account.delete", "account.erased"}
    assert {entry.address for entry in entries} == {""}
    if redis_url:
        digest = account_erasure.hash_secret(EMAIL.casefold())[:32]
        assert await traces.in_redis(redis_url, [digest, *marks], longest=0) == []
    assert [job.user_id for job in system.jobs.engine.jobs.values()] == [other["user"]["id"]]
    assert (await system.client.get("/api/auth/me", headers=other["headers"])).status_code == 200
    # The email is free again, and its new account has nothing of the old one.
    fresh = await system.register(EMAIL)
    assert (await system.client.get("/api/searches", headers=fresh["headers"])).json()["data"]["searches"] == []


async def test_the_audit_log_of_others_cannot_be_changed_while_accounts_are_deleted(
    either: tuple[System, str, str],
) -> None:
    system, url, _ = either
    system.jobs_service.accounts.away = True
    other, user = await system.register(), await system.register()
    await end(system, user, password=PASSWORD)
    database = Database(url)
    for change, name in (("address = ''", other), ("action = 'x'", user), ("address = 'x'", user)):
        with pytest.raises(sa.exc.DBAPIError, match="cannot be changed"):
            async with database.write() as connection:
                statement = sa.text(f"UPDATE gateway_audit SET {change} WHERE actor_id = :id")
                await connection.execute(statement, {"id": name["user"]["id"]})
    await database.close()


async def test_a_deletion_goes_on_after_a_restart_and_waits_for_jobs(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/kept.db"
    async with running(database_url=url) as system:
        system.jobs_service.accounts.away = True
        user = await system.register(EMAIL)
        await end(system, user, password=PASSWORD)
        assert "gateway_erasure.user_id" in await traces.in_database(url, [user["user"]["id"]])
    async with running(database_url=url) as system:

        async def gone() -> bool:
            return not [at for at in await traces.in_database(url, [user["user"]["id"]]) if "audit" not in at]

        await until(gone, seconds=60)
        assert user["user"]["id"] in system.jobs_service.accounts.asked


async def test_it_takes_the_password_or_a_fresh_sign_in(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/kept.db"
    async with running(database_url=url) as system:
        user, other = await system.register(), await system.register()
        wrong = await system.client.request(
            "DELETE", "/api/account", headers=user["headers"], json={"password": "wrong"}
        )
        assert wrong.status_code == 400
        made = await system.client.post(
            "/api/auth/keys", headers=user["headers"], json={"name": "k", "scopes": ["read", "write", "process"]}
        )
        key = {"Authorization": f"Bearer {made.json()['data']['key']}"}
        for method, path in (("DELETE", "/api/account"), ("POST", "/api/account/export")):
            assert (await system.client.request(method, path, headers=key)).status_code == 403
        await end(system, other)
        database = Database(url)
        async with database.write() as connection:
            old = datetime.now(UTC) - timedelta(minutes=11)
            await connection.execute(
                sa.text("UPDATE gateway_session SET created_at = :at"), {"at": old.replace(tzinfo=None)}
            )
        await database.close()
        stale = await system.client.delete("/api/account", headers=user["headers"])
        assert (stale.status_code, "Sign in again" in stale.text) == (403, True)
        assert (await system.client.get("/api/auth/me", headers=user["headers"])).status_code == 200


async def test_half_a_surrogate_pair_is_a_wrong_password() -> None:
    async with running() as system:
        user = await system.register()
        headers = {**user["headers"], "Content-Type": "application/json"}
        # As it is written in JSON; no client encodes it.
        half = '"\\ud800 and more"'
        for method, path, body, status in (
            ("DELETE", "/api/account", f'{{"password": {half}}}', 400),
            ("POST", "/api/auth/login", f'{{"email": "{user["email"]}", "password": {half}}}', 401),
            ("POST", "/api/auth/password", f'{{"current_password": {half}, "new_password": "{PASSWORD}"}}', 400),
        ):
            answer = await system.client.request(method, path, headers=headers, content=body)
            assert answer.status_code == status, (path, answer.text)


async def test_an_administrator_deletes_accounts_but_not_the_last_administrators() -> None:
    async with running(admin_email=ADMIN, admin_password=PASSWORD) as system:
        admin, user = await system.login(ADMIN), await system.register()
        path = f"/api/admin/users/{user['user']['id']}"
        assert (await system.client.delete(path, headers=user["headers"])).status_code == 403
        assert (await system.client.delete(path, headers=admin["headers"])).status_code == 202
        assert (await system.client.delete(path, headers=admin["headers"])).status_code == 404
        last = await system.client.request(
            "DELETE", "/api/account", headers=admin["headers"], json={"password": PASSWORD}
        )
        assert (last.status_code, "last administrator" in last.text) == (409, True)


async def test_an_export_holds_all_of_an_account_and_no_secret() -> None:
    async with running() as system:
        user = await fill(system)
        answer = await system.client.post("/api/account/export", headers=user["headers"])
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/zip"
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        assert archive.testzip() is None
        account = json.loads(archive.read("account.json"))
        assert account["email"] == EMAIL
        assert [key["name"] for key in account["api_keys"]] == [f"key {MARK}"]
        assert json.loads(archive.read("searches.json"))[0]["name"] == f"search {MARK}"
        assert f"Batch {MARK}" in archive.read("jobs.jsonl").decode()
        audit = [json.loads(line) for line in archive.read("audit.jsonl").decode().splitlines()]
        assert {entry["action"] for entry in audit} >= {"account.register", "job.start", "key.create"}
        assert {entry["actor_id"] for entry in audit} == {user["user"]["id"]}
        whole = b"".join(archive.read(name) for name in archive.namelist()).decode(errors="replace")
        for secret in ("hash", "mt_", "argon2", "token", "otpauth"):
            assert secret not in whole.replace("API keys (never the keys", ""), secret


async def test_an_export_is_made_while_it_is_read_and_not_before() -> None:
    async with running() as system:
        user = await system.register()
        accounts = system.jobs_service.accounts
        accounts.export_chunks = [bytes(1024 * 1024)] * 200
        async with system.client.stream("POST", "/api/account/export", headers=user["headers"]) as answer:
            assert answer.status_code == 200
            chunks = answer.aiter_bytes()
            await anext(chunks)
            # Nobody reads on: buffers of sockets fill, and what is behind them waits.
            before = -1
            while accounts.given != before:
                before = accounts.given
                await asyncio.sleep(0.5)
            assert accounts.given < 100


async def test_an_export_that_breaks_off_is_no_whole_archive(tmp_path: Path) -> None:
    async with running() as system:
        await system.register(EMAIL)
        system.jobs_service.accounts.away = True
        async with AsyncClient(system.url) as client:
            await client.login(EMAIL, PASSWORD)
            with pytest.raises(ApiError):
                await client.export_account(tmp_path / "mine.zip")
        assert list(tmp_path.iterdir()) == []


async def test_both_clients_export_and_delete(tmp_path: Path) -> None:
    async with running(admin_email=ADMIN, admin_password=PASSWORD) as system:
        await fill(system)
        async with AsyncClient(system.url) as client:
            await client.login(EMAIL, PASSWORD)
            size = await client.export_account(tmp_path / "a.zip")
            assert size == (tmp_path / "a.zip").stat().st_size
            assert zipfile.ZipFile(tmp_path / "a.zip").testzip() is None

        def in_thread() -> int:
            with Client(system.url) as client:
                client.login(EMAIL, PASSWORD)
                size = client.export_account(tmp_path / "b.zip")
                client.delete_account(PASSWORD)
                assert client.tokens is None
            return size

        assert await asyncio.to_thread(in_thread) == (tmp_path / "b.zip").stat().st_size
        made = await system.register("second@example.com")
        async with AsyncClient(system.url) as client:
            await client.login(ADMIN, PASSWORD)
            await client.delete_user(made["user"]["id"])
            assert [user["email"] for user in await client.users()] == [ADMIN]
