"""Single sign-on providers: a real one in a process of its own, and one whose answers a test decides."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from metatag_cli.ports import free_port

CLIENT, SECRET, AUDIENCE = "metatag", "secret of the client", "metatag-api"


@asynccontextmanager
async def provider_process(*users: dict[str, Any]) -> AsyncIterator[str]:
    """Start oidc-provider-mock with users; gives its issuer."""
    port = free_port("127.0.0.1")
    claims = [f"--user-claims={json.dumps(user)}" for user in users]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", f"--port={port}", "--require-nonce=true"]
    process = subprocess.Popen([*command, *claims], stderr=subprocess.DEVNULL)
    issuer = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient() as client, asyncio.timeout(60):
            while True:
                try:
                    await client.get(f"{issuer}/.well-known/openid-configuration")
                    break
                except httpx.TransportError:
                    assert process.poll() is None
                    await asyncio.sleep(0.1)
        yield issuer
    finally:
        process.terminate()
        process.wait(20)


class Provider:
    """An issuer that publishes keys and signs what a test likes."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.asked: list[str] = []
        self.description: dict[str, Any] = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
        }
        self.is_away = False
        self.location = ""
        self.keys: dict[str, rsa.RSAPrivateKey] = {}
        self.add_key("first")

    def add_key(self, kid: str) -> None:
        self.keys[kid] = rsa.generate_private_key(65537, 2048)

    def jwks(self) -> dict[str, Any]:
        """Give the public keys."""
        found = [{**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid} for kid, key in self.keys.items()]
        return {"keys": found}

    def token(self, kid: str = "first", *, key: Any = None, algorithm: str = "RS256", **changes: Any) -> str:
        """Sign a good token, but for the changes; None takes a claim away."""
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": AUDIENCE, "sub": "asha", "iat": now, "exp": now + 300,
            "email": "asha@example.com", "email_verified": True, "name": "Asha Rao",
        }  # fmt: skip
        claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
        signer = None if algorithm == "none" else key or self.keys[kid]
        return jwt.encode(claims, signer, algorithm=algorithm, headers={"kid": kid})

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        self.asked.append(path)
        body = {"/keys": self.jwks(), "/.well-known/openid-configuration": self.description}.get(path)
        status = 503 if self.is_away else 302 if self.location else 200 if body is not None else 404
        headers = [(b"content-type", b"application/json"), (b"location", self.location.encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    """Start a provider of the tests' own."""
    port = free_port("127.0.0.1")
    found = Provider(f"http://127.0.0.1:{port}")
    server = uvicorn.Server(uvicorn.Config(found, port=port, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(30):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield found
    finally:
        server.should_exit = True
        await task
