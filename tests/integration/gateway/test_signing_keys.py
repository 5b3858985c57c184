"""Keys of the gateway and of machines: JWKS that others can verify with, rotation that logs nobody out, API keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from fakes.gateway_system import System, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
MAKERS = {"EdDSA": Ed25519PrivateKey.generate, "RS256": lambda: generate_private_key(65537, 2048)}


def pem(algorithm: str) -> str:
    key = MAKERS[algorithm]()
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


async def verified(system: System, token: str) -> tuple[dict[str, Any], str]:
    """Verify a token as another service would: with nothing but the published keys; gives claims and algorithm."""
    published = (await system.client.get("/.well-known/jwks.json")).json()
    assert all("d" not in key and "k" not in key for key in published["keys"])
    header = jwt.get_unverified_header(token)
    key = next(key for key in jwt.PyJWKSet.from_dict(published).keys if key.key_id == header["kid"])
    found = jwt.decode(token, key.key, [header["alg"]], audience="metatag-api", issuer="metatag")
    return found, header["alg"]


async def is_in(system: System, headers: dict[str, str]) -> bool:
    return (await system.client.get("/api/auth/me", headers=headers)).status_code == 200


@pytest.mark.parametrize("algorithm", MAKERS)
async def test_other_services_verify_tokens_with_the_published_keys(algorithm: str) -> None:
    async with running(signing_key=pem(algorithm)) as system:
        user = await system.register()
        claims, found = await verified(system, user["token"])
        assert (claims["sub"], found) == (user["user"]["id"], algorithm)
        assert claims["jti"]
        assert await is_in(system, user["headers"])


async def test_from_a_secret_to_keys_and_from_key_to_key_nobody_is_logged_out(tmp_path: Path) -> None:
    first, second = pem("EdDSA"), pem("RS256")
    async with running(tmp_path) as system:
        early = await system.register()
    async with running(tmp_path, signing_key=first) as system:
        assert await is_in(system, early["headers"])
        middle = await system.login(early["email"])
    async with running(tmp_path, signing_key=second, previous_signing_keys=first) as system:
        assert await is_in(system, early["headers"])
        assert await is_in(system, middle["headers"])
        late = await system.login(early["email"])
        assert {(await verified(system, late["token"]))[1], (await verified(system, middle["token"]))[1]} == set(MAKERS)
        refreshed = await system.client.post(
            "/api/auth/refresh", json={"refresh_token": early["tokens"]["refresh_token"]}
        )
        assert refreshed.status_code == 200
    # Once the old key is taken away, its tokens end and the new one's go on.
    async with running(tmp_path, signing_key=second) as system:
        assert not await is_in(system, middle["headers"])
        assert await is_in(system, late["headers"])


async def test_a_machine_has_a_scope_a_last_use_and_an_end(system: System) -> None:
    user = await system.register()
    body = {"name": "nightly", "scopes": ["read"]}
    made = (await system.client.post("/api/auth/keys", headers=user["headers"], json=body)).json()["data"]
    machine = {"Authorization": f"Bearer {made['key']}"}

    async def listed() -> dict[str, Any]:
        found = await system.client.get("/api/auth/keys", headers=user["headers"])
        assert made["key"] not in found.text
        return {key["id"]: key for key in found.json()["data"]["keys"]}

    assert (await listed())[made["id"]]["last_used_at"] is None
    assert (await system.client.get("/api/history/jobs", headers=machine)).status_code == 200
    assert (await listed())[made["id"]]["last_used_at"] is not None
    refused = await system.single(machine)
    assert (refused.status_code, refused.json()["detail"]) == (403, "This API key lacks the scope 'process'.")
    gone = await system.client.delete(f"/api/auth/keys/{made['id']}", headers=user["headers"])
    assert gone.status_code == 200
    # At once, though the key was looked at a moment ago.
    assert (await system.client.get("/api/history/jobs", headers=machine)).status_code == 401
    assert made["id"] not in await listed()
