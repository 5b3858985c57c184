"""Invitations and forgotten passwords: one-time links, with a real mail server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from fakes.gateway_system import PASSWORD, System, running
from fakes.mail import MailServer, mail_server

ADMIN = "admin@example.com"
NEW = "another horse battery"
PAGE = "https://tags.example.org"


@asynccontextmanager
async def with_mail(**settings: Any) -> AsyncIterator[tuple[System, MailServer]]:
    with mail_server() as post:
        mail = {
            "smtp_host": "127.0.0.1",
            "smtp_port": post.port,
            "smtp_security": "none",
            "smtp_from": "metatag@example.org",
            "public_url": PAGE,
            "admin_email": ADMIN,
            "admin_password": PASSWORD,
        }
        async with running(**{**mail, **settings}) as system:
            yield system, post


async def link(post: MailServer, place: str) -> tuple[str, str]:
    return await asyncio.to_thread(post.link, place)


async def invite(system: System, who: dict[str, Any], address: str, **more: Any) -> httpx.Response:
    body = {"email": address, **more}
    return await system.client.post("/api/admin/invitations", headers=who["headers"], json=body)


async def accept(system: System, token: str, password: str = NEW, **more: Any) -> httpx.Response:
    body = {"token": token, "password": password, **more}
    return await system.client.post("/api/auth/invitation/accept", json=body)


async def forget(system: System, address: str) -> httpx.Response:
    return await system.client.post("/api/auth/forgotten", json={"email": address})


async def choose(system: System, token: str, password: str = NEW, **more: Any) -> httpx.Response:
    body = {"token": token, "password": password, **more}
    return await system.client.post("/api/auth/forgotten/password", json=body)


async def test_an_invitation_by_mail_makes_an_account_once() -> None:
    async with with_mail(registration="closed") as (system, post):
        admin = await system.login(ADMIN)
        made = (await invite(system, admin, "Bina@example.com", role="auditor", full_name="Bina")).json()["data"]
        assert made["is_mailed"]
        to, token = await link(post, "invitation")
        assert (to, token) == ("Bina@example.com", made["token"])
        assert made["url"].endswith(f"/invitation/{token}")
        looked = await system.client.post("/api/auth/invitation", json={"token": token})
        assert looked.json()["data"]["email"] == "Bina@example.com"
        assert (await accept(system, token, "password1")).status_code == 400
        answers = await asyncio.gather(*(accept(system, token, full_name="Bina Devi") for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 404, 404, 404]
        user = await system.login("bina@example.com", NEW)
        assert (user["user"]["role"], user["user"]["full_name"]) == ("auditor", "Bina Devi")
        assert (await invite(system, admin, "BINA@example.com")).status_code == 409
        listed = await system.client.get("/api/admin/invitations", headers=admin["headers"])
        assert listed.json()["data"] == {"invitations": []}


async def test_an_invitation_can_be_withdrawn_ends_and_gives_way_to_a_later_one() -> None:
    async with running(admin_email=ADMIN, admin_password=PASSWORD, invitation_days=1e-9) as system:
        late = (await invite(system, await system.login(ADMIN), "a@example.com")).json()["data"]
        assert (late["url"], late["is_mailed"]) == ("", False)
        assert (await accept(system, late["token"])).status_code == 404
    async with running(admin_email=ADMIN, admin_password=PASSWORD) as system:
        admin = await system.login(ADMIN)
        first, second = [(await invite(system, admin, "a@example.com")).json()["data"] for _ in range(2)]
        assert (await accept(system, first["token"])).status_code == 404
        place = f"/api/admin/invitations/{second['id']}"
        assert (await system.client.delete(place, headers=admin["headers"])).status_code == 200
        assert (await system.client.delete(place, headers=admin["headers"])).status_code == 404
        assert (await accept(system, second["token"])).status_code == 404
        third = (await invite(system, admin, "a@example.com")).json()["data"]
        await system.register("A@example.com")
        assert (await accept(system, third["token"])).status_code == 404


async def test_only_an_administrator_invites_and_nobody_raises_their_role() -> None:
    async with running(admin_email=ADMIN, admin_password=PASSWORD) as system:
        admin, user = await system.login(ADMIN), await system.register()
        assert (await invite(system, user, "x@example.com")).status_code == 403
        listed = await system.client.get("/api/admin/invitations", headers=user["headers"])
        assert listed.status_code == 403
        made = (await invite(system, admin, "x@example.com")).json()["data"]
        done = await accept(system, made["token"], role="administrator", is_admin=True, email="y@example.com")
        assert (done.json()["data"]["role"], done.json()["data"]["email"]) == ("user", "x@example.com")


async def test_a_forgotten_password_is_set_anew_once_and_ends_the_sessions() -> None:
    async with with_mail() as (system, post):
        user = await system.register("Asha@example.com")
        made = await system.client.post(
            "/api/auth/keys", headers=user["headers"], json={"name": "k", "scopes": ["read"]}
        )
        key = {"Authorization": f"Bearer {made.json()['data']['key']}"}
        assert (await forget(system, "ASHA@example.com")).status_code == 202
        to, token = await link(post, "reset")
        assert to == "Asha@example.com"
        assert (await choose(system, token, "password1")).status_code == 400
        assert (await choose(system, "x" * 43)).status_code == 404
        answers = await asyncio.gather(*(choose(system, token) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404]
        assert (await system.client.get("/api/auth/me", headers=user["headers"])).status_code == 401
        refresh = {"refresh_token": user["tokens"]["refresh_token"]}
        assert (await system.client.post("/api/auth/refresh", json=refresh)).status_code == 401
        assert (await system.client.get("/api/auth/me", headers=key)).status_code == 200
        old = await system.client.post("/api/auth/login", json={"email": user["email"], "password": PASSWORD})
        assert old.status_code == 401
        await system.login(user["email"], NEW)
        await forget(system, user["email"])
        _, second = await link(post, "reset")
        assert (await choose(system, second, "third horse battery", revoke_api_keys=True)).status_code == 200
        assert (await system.client.get("/api/auth/me", headers=key)).status_code == 401


async def test_nobody_learns_whether_an_email_has_an_account_and_few_letters_leave() -> None:
    async with with_mail() as (system, post):
        user = await system.register()
        answers = [await forget(system, address) for address in (user["email"], "nobody@example.com")]
        first, second = [(answer.status_code, answer.text) for answer in answers]
        assert first == second
        await link(post, "reset")
        for _ in range(5):
            await forget(system, user["email"])
        other = await system.register()
        await forget(system, other["email"])
        sent = [await link(post, "reset") for _ in range(3)]
        # At most three an hour to one account; the last is the other's.
        assert [to for to, _ in sent].count(user["email"]) == 2
        assert post.letters.empty()


@pytest.mark.parametrize("change", ["password", "disabled", "again"])
async def test_a_link_is_void_once_the_account_was_changed(change: str) -> None:
    async with with_mail() as (system, post):
        admin, user = await system.login(ADMIN), await system.register()
        await forget(system, user["email"])
        _, token = await link(post, "reset")
        if change == "password":
            body = {"current_password": PASSWORD, "new_password": "third horse battery"}
            changed = await system.client.post("/api/auth/password", headers=user["headers"], json=body)
        elif change == "disabled":
            place = f"/api/admin/users/{user['user']['id']}"
            changed = await system.client.patch(place, headers=admin["headers"], json={"is_active": False})
        else:
            changed = await forget(system, user["email"])
            await link(post, "reset")
        assert changed.status_code in (200, 202), changed.text
        assert (await choose(system, token)).status_code == 404


async def test_a_letter_that_is_put_off_is_sent_again() -> None:
    async with with_mail() as (system, post):
        system.gateway._outbox._wait_seconds = 0.01
        post.refuses = 2
        await invite(system, await system.login(ADMIN), "a@example.com")
        assert (await link(post, "invitation"))[0] == "a@example.com"


async def test_without_mail_nothing_is_promised() -> None:
    async with running() as system:
        methods = await system.client.get("/api/auth/methods")
        assert methods.json()["data"]["password_reset"] is False
        assert (await forget(system, "a@example.com")).status_code == 404


async def test_the_links_of_both_are_written_down_and_no_secret_is() -> None:
    async with with_mail() as (system, post):
        admin, user = await system.login(ADMIN), await system.register()
        made = (await invite(system, admin, "x@example.com")).json()["data"]
        await accept(system, made["token"])
        await link(post, "invitation")
        await forget(system, user["email"])
        _, token = await link(post, "reset")
        await choose(system, token)
        found = await system.client.get("/api/admin/audit?limit=100", headers=admin["headers"])
        actions = [each["action"] for each in found.json()["data"]["entries"]]
        assert {"account.invite", "account.create", "account.reset_asked", "account.reset_password"} <= set(actions)
        for secret in (made["token"], token, NEW):
            assert secret not in found.text
