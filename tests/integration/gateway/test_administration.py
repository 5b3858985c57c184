"""What an administrator does for others: accounts and passwords, also where registration is closed."""

from __future__ import annotations

import pytest

from fakes.gateway_system import PASSWORD, running
from metatag_client.aio import AsyncClient
from metatag_client.errors import ApiError

ADMIN = "admin@example.com"


async def test_an_administrator_makes_accounts_where_registration_is_closed() -> None:
    async with running(registration="closed", admin_email=ADMIN, admin_password=PASSWORD) as system:
        admin = await system.login(ADMIN)
        body = {"email": "Bina@example.com", "full_name": "Bina Devi"}
        made = await system.client.post("/api/admin/users", headers=admin["headers"], json=body)
        assert made.status_code == 201, made.text
        account = made.json()["data"]
        assert (account["email"], account["is_admin"]) == ("Bina@example.com", False)
        user = await system.login("bina@example.com", account["first_password"])
        assert user["user"]["full_name"] == "Bina Devi"
        again = await system.client.post("/api/admin/users", headers=admin["headers"], json=body)
        assert again.status_code == 409
        weak = {"email": "c@example.com", "password": "password1"}
        assert (await system.client.post("/api/admin/users", headers=admin["headers"], json=weak)).status_code == 400
        assert (await system.client.post("/api/admin/users", headers=user["headers"], json=body)).status_code == 403
        boss = {"email": "d@example.com", "password": "another horse battery", "is_admin": True}
        assert (await system.client.post("/api/admin/users", headers=admin["headers"], json=boss)).status_code == 201
        second = await system.login("d@example.com", "another horse battery")
        assert (await system.client.get("/api/admin/users", headers=second["headers"])).status_code == 200


async def test_a_reset_password_ends_what_the_old_one_opened() -> None:
    async with running(admin_email=ADMIN, admin_password=PASSWORD) as system:
        admin, user = await system.login(ADMIN), await system.register()
        made = await system.client.post(
            "/api/auth/keys", headers=user["headers"], json={"name": "k", "scopes": ["read"]}
        )
        key = {"Authorization": f"Bearer {made.json()['data']['key']}"}
        url = f"/api/admin/users/{user['user']['id']}/password"
        reset = await system.client.post(url, headers=admin["headers"], json={})
        assert reset.status_code == 200, reset.text
        for headers in (user["headers"], key):
            assert (await system.client.get("/api/auth/me", headers=headers)).status_code == 401
        refresh = {"refresh_token": user["tokens"]["refresh_token"]}
        assert (await system.client.post("/api/auth/refresh", json=refresh)).status_code == 401
        old = await system.client.post("/api/auth/login", json={"email": user["email"], "password": PASSWORD})
        assert old.status_code == 401
        await system.login(user["email"], reset.json()["data"]["password"])
        nobody = "/api/admin/users/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa/password"
        assert (await system.client.post(nobody, headers=admin["headers"], json={})).status_code == 404


async def test_the_client_makes_lists_and_resets_accounts() -> None:
    async with running(registration="closed", admin_email=ADMIN, admin_password=PASSWORD) as system:
        async with AsyncClient(system.url) as client:
            await client.login(ADMIN, PASSWORD)
            made = await client.add_user("bina@example.com", "Bina Devi")
            assert [user["email"] for user in await client.users("bina")] == ["bina@example.com"]
            new = await client.reset_password(made["id"])
            with pytest.raises(ApiError):
                await client.login("bina@example.com", made["first_password"])
            await client.login("bina@example.com", new)
            with pytest.raises(ApiError, match="Only an administrator"):
                await client.users()


async def test_the_client_invites() -> None:
    async with running(registration="closed", admin_email=ADMIN, admin_password=PASSWORD) as system:
        async with AsyncClient(system.url) as client:
            await client.login(ADMIN, PASSWORD)
            made = await client.invite("bina@example.com", "Bina Devi", role="auditor")
            assert [each["id"] for each in await client.invitations()] == [made["id"]]
            body = {"token": made["token"], "password": "another horse battery"}
            done = await system.client.post("/api/auth/invitation/accept", json=body)
            assert done.json()["data"]["role"] == "auditor"
            assert await client.invitations() == []


async def test_nothing_more_is_posted_for_an_account_that_is_disabled() -> None:
    async with running(admin_email=ADMIN, admin_password=PASSWORD) as system:
        admin, user = await system.login(ADMIN), await system.register()
        body = {"url": "https://hooks.example.com/metatag", "events": ["job.completed"]}
        made = await system.client.post("/api/webhooks", headers=user["headers"], json=body)
        assert made.status_code == 201, made.text
        url = f"/api/admin/users/{user['user']['id']}"
        disabled = await system.client.patch(url, headers=admin["headers"], json={"is_active": False})
        assert disabled.status_code == 200, disabled.text
        enabled = await system.client.patch(url, headers=admin["headers"], json={"is_active": True})
        assert enabled.status_code == 200
        again = await system.login(user["email"])
        listed = await system.client.get("/api/webhooks", headers=again["headers"])
        # Only its user switches it on again.
        assert [each["active"] for each in listed.json()["data"]["webhooks"]] == [False]
