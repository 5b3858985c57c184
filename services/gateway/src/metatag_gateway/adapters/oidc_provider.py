"""An OpenID Connect provider over HTTP: discovery, keys, codes for tokens, and the check of what it signed.

The operator names the issuer, and its answers are held to it: the same scheme, hosts that were named, no redirect, a
bound of bytes and of seconds. What a token says of its algorithm or of where keys lie is never followed.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import jwt
import structlog

from metatag_gateway.errors import Unauthenticated
from metatag_gateway.model.external import ExternalClaims, OidcOptions
from metatag_runtime.errors import ErrorCode, MetatagError, Unavailable

log = structlog.get_logger("metatag.oidc")

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
TIMEOUT_SECONDS = 10.0
MAX_BYTES = 1024 * 1024
# Keys and endpoints are asked for anew after this; where the provider is away, what was known goes on. Seconds.
FRESH = 3600.0
# A token with a key that is not known has the keys asked for again, at most this often. Seconds.
AGAIN = 10.0
# Clocks of two machines may differ by this. Seconds.
LEEWAY = 30
AWAY = "The single sign-on provider does not answer; try again in a moment, or sign in with a password."
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class OidcProvider:
    """The port IdentityProvider."""

    def __init__(self, options: OidcOptions, clock: Callable[[], float] = time.monotonic) -> None:
        self._options = options
        self._clock = clock
        self._hosts = {urlsplit(options.issuer).netloc.lower(), *(host.lower() for host in options.hosts)}
        self._http = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False)
        self._lock = asyncio.Lock()
        self._metadata: dict[str, str] = {}
        self._metadata_at = -FRESH
        self._keys: dict[str, jwt.PyJWK] = {}
        self._keys_at = -FRESH

    @property
    def issuer(self) -> str:
        """The issuer, as tokens name it."""
        return self._options.issuer

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def authorization_url(self, state: str, nonce: str, verifier: str) -> str:
        """Return where a browser goes to sign in; `verifier` is what the code is exchanged with (PKCE, RFC 7636)."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._options.client_id,
            "redirect_uri": self._options.redirect_url,
            "scope": self._options.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = (await self._endpoints())["authorization_endpoint"]
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def exchange(self, code: str, verifier: str, nonce: str) -> ExternalClaims:
        """Return what the provider says of who signed in. Raises Unauthenticated for a code or token that is wrong."""
        options = self._options
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": options.redirect_url,
            "client_id": options.client_id,
            "code_verifier": verifier,
        }
        # RFC 6749, 2.3.1; a public client has no secret, and is known by the verifier alone.
        secret = options.client_secret
        basic = httpx.BasicAuth(_form(options.client_id), _form(secret)) if secret else None
        endpoint = (await self._endpoints())["token_endpoint"]
        answer = await self._ask("POST", endpoint, data=form, auth=basic)
        token = answer.get("id_token") if isinstance(answer, dict) else None
        if not isinstance(token, str):
            raise Unauthenticated("The single sign-on provider refused the sign-in; begin again.")
        claims = await self._verify(token, options.client_id)
        if claims.get("nonce") != nonce:
            raise Unauthenticated("The sign-in was begun elsewhere; begin again.")
        return _claims(claims)

    async def check(self, token: str) -> ExternalClaims:
        """Return what a bearer token of the issuer says; Unauthenticated for any other token."""
        if not self._options.audience:
            raise Unauthenticated
        return _claims(await self._verify(token, self._options.audience))

    async def _verify(self, token: str, audience: str) -> dict[str, Any]:
        try:
            head = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise Unauthenticated from error
        algorithm, kid = head.get("alg"), head.get("kid")
        if algorithm not in ALGORITHMS or not isinstance(kid, str | None):
            raise Unauthenticated
        key = await self._key(kid)
        if key.algorithm_name != algorithm and not _fits(key, algorithm):
            raise Unauthenticated
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=[algorithm],
                audience=audience,
                issuer=self._options.issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise Unauthenticated from error
        # OpenID Connect Core, 3.1.3.7: a token of more than one audience names the one that it was made for.
        party = claims.get("azp")
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and party != self._options.client_id:
            raise Unauthenticated
        return claims

    async def _key(self, kid: str | None) -> jwt.PyJWK:
        if self._clock() - self._keys_at > FRESH or (kid is not None and kid not in self._keys):
            await self._fetch_keys(kid)
        if kid is not None and kid in self._keys:
            return self._keys[kid]
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        raise Unauthenticated

    async def _fetch_keys(self, kid: str | None) -> None:
        async with self._lock:
            age = self._clock() - self._keys_at
            if age < AGAIN or (kid in self._keys and age <= FRESH):
                return
            try:
                found = await self._ask("GET", (await self._endpoints(locked=True))["jwks_uri"])
            except MetatagError:
                if not self._keys:
                    raise
                # Away: what was known goes on, and is asked for again a little later.
                self._keys_at = self._clock() - FRESH + AGAIN
                return
            self._keys_at = self._clock()
            self._keys = _keys_of(found)

    async def _endpoints(self, *, locked: bool = False) -> dict[str, str]:
        if self._clock() - self._metadata_at <= FRESH:
            return self._metadata
        if not locked:
            async with self._lock:
                return await self._endpoints(locked=True)
        try:
            found = await self._ask("GET", self._options.issuer.rstrip("/") + "/.well-known/openid-configuration")
            self._metadata = self._checked(found)
            self._metadata_at = self._clock()
        except MetatagError:
            if not self._metadata:
                raise
        return self._metadata

    def _checked(self, found: Any) -> dict[str, str]:
        """Return the endpoints of a provider's description, each on a host that may be asked."""
        if not isinstance(found, dict) or found.get("issuer") != self._options.issuer:
            log.error("the provider's description names another issuer", issuer=self._options.issuer)
            raise Unavailable(AWAY)
        endpoints = {name: found.get(name) for name in _ENDPOINTS}
        scheme = urlsplit(self._options.issuer).scheme
        for name, url in endpoints.items():
            parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
            if parts.scheme != scheme or parts.netloc.lower() not in self._hosts:
                log.error("an endpoint of the provider is on another host", endpoint=name, host=parts.netloc)
                raise Unavailable(AWAY)
        return {name: str(url) for name, url in endpoints.items()}

    async def _ask(self, method: str, url: str, **more: Any) -> Any:
        """Return the JSON of an answer; Unavailable for a provider that is away, None for what it refuses."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS), self._http.stream(method, url, **more) as answer:
                content = b""
                async for chunk in answer.aiter_bytes():
                    content += chunk
                    if len(content) > MAX_BYTES:
                        raise Unavailable(AWAY)
                if 400 <= answer.status_code < 500:
                    return None
                if answer.status_code != 200:
                    raise Unavailable(AWAY)
                return json.loads(content)
        except (httpx.HTTPError, TimeoutError, OSError, ValueError) as error:
            raise MetatagError(AWAY, code=ErrorCode.UNAVAILABLE, retry_after=5.0) from error


def _keys_of(found: Any) -> dict[str, jwt.PyJWK]:
    keys: dict[str, jwt.PyJWK] = {}
    entries = found.get("keys") if isinstance(found, dict) else None
    for place, entry in enumerate(entries[:100] if isinstance(entries, list) else ()):
        # A shared secret has no place in a public list: with it anybody could sign.
        if not isinstance(entry, dict) or entry.get("kty") not in ("RSA", "EC", "OKP") or entry.get("use") == "enc":
            continue
        try:
            keys[str(entry.get("kid") or f"#{place}")] = jwt.PyJWK(entry)
        except (jwt.PyJWTError, ValueError, TypeError):
            log.warning("a key of the provider is not understood", kid=str(entry.get("kid"))[:100])
    return keys


def _fits(key: jwt.PyJWK, algorithm: str) -> bool:
    """Return whether an RSA key without an algorithm of its own may be used with one of RSA's."""
    return key.key_type == "RSA" and algorithm[:2] in ("RS", "PS") and "alg" not in key._jwk_data


def _form(value: str) -> str:
    return urlencode({"": value})[1:]


def _claims(found: Mapping[str, Any]) -> ExternalClaims:
    email, name = found.get("email"), found.get("name")
    return ExternalClaims(
        subject=str(found["sub"])[:255],
        email=email if isinstance(email, str) and len(email) <= 255 else "",
        email_verified=found.get("email_verified") is True,
        name=name[:255] if isinstance(name, str) else "",
        ends_at=float(found["exp"]),
        claims=found,
    )


def groups_of(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    """Return the groups that claims name: a list, or words with blanks; `a.b` is inside of `a`."""
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return frozenset(found.split())
    return frozenset(each for each in found if isinstance(each, str)) if isinstance(found, list) else frozenset()
