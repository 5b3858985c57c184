"""Single sign-on: through a real provider to the page and back, and bearer tokens of an issuer for the API."""

from __future__ import annotations

import re
import time
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from fakes.gateway_system import PASSWORD, System, running
from fakes.oidc import AUDIENCE, CLIENT, SECRET, Provider, provider, provider_process

ADMIN = "admin@example.com"
CALLBACK = "https://tags.example.org/sign-in/oidc/callback"
ASHA = {"sub": "asha", "email": "asha@example.com", "name": "Asha Rao", "groups": ["staff"]}
BINA = {"sub": "bina", "email": "bina@example.com", "groups": ["staff", "metatag-admins"]}
EVE = {"sub": "eve", "email": "eve@example.com", "groups": ["visitors"]}


def sso(issuer: str, **settings: Any) -> AbstractAsyncContextManager[System]:
    chosen = {
        "oidc_issuer": issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_redirect_url": CALLBACK,
        "oidc_audience": AUDIENCE,
    }
    return running(**{**chosen, **settings})


async def come_back(system: System, subject: str) -> tuple[httpx.AsyncClient, httpx.Response]:
    """Go to the provider and back as a browser does; gives the browser, and the answer that leads to the page."""
    browser = httpx.AsyncClient(base_url=system.url, timeout=30)
    begun = await browser.get("/sign-in/oidc")
    assert begun.status_code == 303, begun.text
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert (asked["code_challenge_method"], asked["response_type"]) == (["S256"], ["code"])
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert "httponly" in begun.headers["set-cookie"].lower()
    async with httpx.AsyncClient(timeout=30) as outside:
        allowed = await outside.post(begun.headers["location"], data={"sub": subject})
    assert allowed.headers["location"].startswith(CALLBACK), allowed.text
    return browser, await browser.get("/sign-in/oidc/callback?" + urlsplit(allowed.headers["location"]).query)


async def session(browser: httpx.AsyncClient, back: httpx.Response) -> httpx.Response:
    found = re.fullmatch(r"/app/#/single-sign-on/(.+)", back.headers["location"])
    assert found, back.headers["location"]
    return await browser.post("/api/auth/oidc/session", json={"ticket": found[1]})


async def test_a_person_signs_in_through_a_provider() -> None:
    async with provider_process(ASHA) as issuer, sso(issuer, registration="closed") as system:
        methods = await system.client.get("/api/auth/methods")
        expected = {"password": True, "registration": False, "single_sign_on": True, "password_reset": False}
        assert methods.json()["data"] == expected
        browser, back = await come_back(system, "asha")
        opened = await session(browser, back)
        assert opened.status_code == 200, opened.text
        data = opened.json()["data"]
        assert (data["user"]["email"], data["user"]["full_name"], data["user"]["role"]) == (
            "asha@example.com", "Asha Rao", "user",
        )  # fmt: skip
        headers = {"Authorization": f"Bearer {data['tokens']['access_token']}"}
        assert (await system.client.get("/api/auth/me", headers=headers)).status_code == 200
        # A ticket is good once, and only where the sign-in was begun.
        assert (await session(browser, back)).status_code == 401
        assert (await session(httpx.AsyncClient(base_url=system.url), back)).status_code == 401
        # The same person is the same account, which has no password.
        again = await session(*await come_back(system, "asha"))
        assert again.json()["data"]["user"]["id"] == data["user"]["id"]
        for password in ("", " ", PASSWORD):
            body = {"email": "asha@example.com", "password": password}
            assert (await system.client.post("/api/auth/login", json=body)).status_code in (400, 401)


async def test_groups_decide_who_enters_and_what_they_may() -> None:
    groups = {"oidc_user_groups": "staff", "oidc_administrator_groups": "metatag-admins, others"}
    async with provider_process(ASHA, BINA, EVE) as issuer, sso(issuer, **groups) as system:
        bina = (await session(*await come_back(system, "bina"))).json()["data"]
        assert bina["user"]["role"] == "administrator"
        admin = {"Authorization": f"Bearer {bina['tokens']['access_token']}"}
        _, back = await come_back(system, "eve")
        assert back.headers["location"] == "/app/#/single-sign-on?problem=permission_denied"
        users = (await system.client.get("/api/admin/users", headers=admin)).json()["data"]["users"]
        assert [user["email"] for user in users] == ["bina@example.com"]
        # What was given by hand is set right at the next sign-in.
        asha = (await session(*await come_back(system, "asha"))).json()["data"]["user"]
        await system.client.patch(f"/api/admin/users/{asha['id']}", headers=admin, json={"role": "administrator"})
        assert (await session(*await come_back(system, "asha"))).json()["data"]["user"]["role"] == "user"
        await system.client.patch(f"/api/admin/users/{asha['id']}", headers=admin, json={"is_active": False})
        _, back = await come_back(system, "asha")
        assert back.headers["location"].endswith("?problem=permission_denied")


@pytest.mark.parametrize("links", [False, True])
async def test_an_account_with_the_email_is_not_taken_over_in_silence(links: bool) -> None:
    person = {**ASHA, "email_verified": True}
    async with provider_process(person) as issuer, sso(issuer, oidc_link_verified_email=links) as system:
        # Anybody may have made it, with somebody else's email.
        squatter = await system.register("asha@example.com")
        browser, back = await come_back(system, "asha")
        if not links:
            assert back.headers["location"].endswith("?problem=conflict")
            return
        opened = await session(browser, back)
        assert opened.json()["data"]["user"]["id"] == squatter["user"]["id"]
        assert (await system.client.get("/api/auth/me", headers=squatter["headers"])).status_code == 401
        body = {"email": "asha@example.com", "password": PASSWORD}
        assert (await system.client.post("/api/auth/login", json=body)).status_code == 401


async def test_a_sign_in_that_was_begun_elsewhere_leads_nowhere() -> None:
    async with provider_process(ASHA) as issuer, sso(issuer) as system:
        _, back = await come_back(system, "asha")
        other = httpx.AsyncClient(base_url=system.url)
        await other.get("/sign-in/oidc")
        # The ticket of one browser in another, which has begun a sign-in of its own.
        assert (await session(other, back)).status_code == 401
        for query in ("state=x&code=y", "code=y", "state=x", "error=access_denied", ""):
            answer = await other.get(f"/sign-in/oidc/callback?{query}")
            assert answer.headers["location"].endswith("?problem=unauthenticated"), query


async def test_a_provider_that_is_away_stops_nobody_else() -> None:
    async with sso("http://127.0.0.1:9", admin_email=ADMIN, admin_password=PASSWORD) as system:
        admin = await system.login(ADMIN)
        assert (await system.client.get("/api/auth/me", headers=admin["headers"])).status_code == 200
        assert (await system.client.get("/sign-in/oidc")).status_code == 503
        assert (await system.client.get("/readyz")).status_code == 200
    async with running() as system:
        assert (await system.client.get("/sign-in/oidc")).status_code == 404
        assert (await system.client.get("/api/auth/methods")).json()["data"]["single_sign_on"] is False


async def status(system: System, token: str, path: str = "/api/auth/me") -> int:
    return (await system.client.get(path, headers={"Authorization": f"Bearer {token}"})).status_code


async def test_bearer_tokens_of_the_issuer_open_the_api_and_bad_ones_do_not() -> None:
    async with provider() as found, sso(found.issuer) as system:
        assert await status(system, found.token()) == 200
        assert await status(system, found.token(), "/api/history/jobs") == 200
        # What belongs to the account itself takes a sign-in.
        assert await status(system, found.token(), "/api/auth/keys") == 403
        now = int(time.time())
        stranger = Provider(found.issuer)
        shared = jwt.encode({"alg": "x"}, "k" * 32)
        bad = {
            "another key of the same name": stranger.token(),
            "a key that is not known": found.token(key=stranger.keys["first"], kid="other"),
            "another audience": found.token(aud="another"),
            "for the page's client": found.token(aud=CLIENT),
            "several audiences, made for another": found.token(aud=[AUDIENCE, "another"], azp="another"),
            "expired": found.token(iat=now - 600, exp=now - 120),
            "not yet": found.token(nbf=now + 120),
            "issued tomorrow": found.token(iat=now + 86_400, exp=now + 90_000),
            "no end": found.token(exp=None),
            "no subject": found.token(sub=None),
            "a shared secret": found.token(key="k" * 64, algorithm="HS256"),
            "no algorithm": found.token(algorithm="none"),
            "no claims": shared,
        }
        for name, token in bad.items():
            assert await status(system, token) == 401, name
        assert await status(system, found.token(iat=now - 400, exp=now - 5)) == 200, "within what clocks may differ"
        assert await status(system, found.token(sub="new", email=None)) == 403


async def test_a_public_key_is_no_shared_secret() -> None:
    async with provider() as found, sso(found.issuer) as system:
        assert await status(system, found.token()) == 200
        public = (
            found.keys["first"]
            .public_key()
            .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        )
        assert await status(system, found.token(key=public.hex(), algorithm="HS256")) == 401


async def test_keys_change_without_a_restart_and_floods_of_unknown_keys_ask_for_nothing() -> None:
    async with provider() as found, sso(found.issuer) as system:
        assert await status(system, found.token()) == 200
        asked = found.asked.count("/keys")
        stranger = Provider(found.issuer)
        stranger.add_key("x")
        for _ in range(20):
            assert await status(system, stranger.token("x")) == 401
        assert found.asked.count("/keys") == asked
        found.is_away = True
        assert await status(system, found.token()) == 200, "what is known holds while the provider is away"


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "http://127.0.0.1:1"},
        {"jwks_uri": "http://169.254.169.254/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"token_endpoint": "http://127.0.0.1:1/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
    ids=str,
)
async def test_a_description_that_leads_elsewhere_is_not_followed(changes: dict[str, Any]) -> None:
    async with provider() as found, sso(found.issuer) as system:
        found.description |= changes
        assert await status(system, found.token()) == 503
        assert (await system.client.get("/sign-in/oidc")).status_code == 503
        assert set(found.asked) == {"/.well-known/openid-configuration"}


async def test_redirects_of_the_provider_are_not_followed() -> None:
    async with provider() as found, sso(found.issuer) as system:
        found.location = f"{found.issuer}/keys"
        assert await status(system, found.token()) == 503
        assert set(found.asked) == {"/.well-known/openid-configuration"}
