"""Access tokens (JWT): issued with the newest key, held against every key that is still known.

An algorithm belongs to a key, never to what a token claims, so `none` and swapped algorithms cannot pass.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm

from metatag_gateway.errors import Unauthenticated
from metatag_gateway.model.accounts import User

# Good tokens remembered until they expire: checking one again would cost a third of a short request.
MAX_CHECKED = 10_000
# Clocks of two machines may differ by this. Seconds.
LEEWAY = 5
MIN_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the ring: its public name, its one algorithm, and what signs and what verifies."""

    kid: str
    algorithm: str
    verify_with: Any = field(repr=False)
    # None for a retired public key, which can only verify.
    sign_with: Any = field(repr=False, default=None)


def secret_key(secret: str) -> Key:
    """Give the HS256 key of a secret; its name is a digest, so that it is the same in all replicas."""
    kid = hashlib.sha256(b"metatag-kid:" + secret.encode()).hexdigest()[:12]
    return Key(kid, "HS256", secret, secret)


def pem_keys(pem: str) -> list[Key]:
    """Give the keys of one or more PEM blocks: Ed25519 (EdDSA) or RSA of at least 2048 bits (RS256).

    Raises ValueError with a sentence for anything else.
    """
    blocks = [block + "-----\n" for block in _blocks(pem)]
    if not blocks:
        raise ValueError("it holds no PEM block")
    return [_pem_key(block) for block in blocks]


def _blocks(pem: str) -> list[str]:
    parts = pem.replace("\\n", "\n").split("-----END ")
    begins = [part[part.index("-----BEGIN ") :] for part in parts[:-1] if "-----BEGIN " in part]
    names = [part.split("-----")[0] for part in parts[1:]]
    return [f"{begin}-----END {name}" for begin, name in zip(begins, names, strict=False)]


def _pem_key(block: str) -> Key:
    data = block.encode()
    private: Any = None
    if "PRIVATE KEY" in block:
        private = serialization.load_pem_private_key(data, password=None)
        public: Any = private.public_key()
    else:
        public = serialization.load_pem_public_key(data)
    if isinstance(public, Ed25519PublicKey) and isinstance(private, Ed25519PrivateKey | None):
        algorithm = "EdDSA"
    elif isinstance(public, RSAPublicKey) and isinstance(private, RSAPrivateKey | None):
        if public.key_size < MIN_RSA_BITS:
            raise ValueError(f"an RSA key needs at least {MIN_RSA_BITS} bits, this one has {public.key_size}")
        algorithm = "RS256"
    else:
        raise ValueError("only Ed25519 and RSA keys are understood")
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Key(hashlib.sha256(der).hexdigest()[:12], algorithm, public, private)


def issuer_of(token: str) -> str:
    """Return what a token says of its issuer, which nothing has checked; empty for what is no token."""
    try:
        found = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except (jwt.PyJWTError, ValueError):
        return ""
    return found if isinstance(found, str) else ""


class Claims(NamedTuple):
    """What a good token says: whose it is, of which session, and when it ends (seconds since the epoch)."""

    user_id: str
    version: int
    # Empty in tokens of before sessions had ids.
    session_id: str
    ends_at: int


class AccessTokens:
    """Issues and checks access tokens."""

    def __init__(
        self,
        ring: Sequence[Key],
        *,
        issuer: str,
        audience: str,
        seconds: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`ring` is newest first; the first key signs, all of them verify. `seconds` is a token's life."""
        self._ring = {key.kid: key for key in reversed(ring)}
        self._signer = ring[0]
        self._issuer = issuer
        self._audience = audience
        self.seconds = seconds
        self._now = now
        self._checked: OrderedDict[str, Claims] = OrderedDict()

    def issue(self, user: User, session_id: str = "") -> str:
        """Return an access token for a user's session."""
        issued = int(self._now().timestamp())
        claims = {
            "sub": user.id,
            "email": user.email,
            "type": "access",
            "iat": issued,
            "exp": issued + self.seconds,
            "iss": self._issuer,
            "aud": self._audience,
            "jti": secrets.token_hex(12),
            "ver": user.session_version,
            "sid": session_id,
        }
        key = self._signer
        return jwt.encode(claims, key.sign_with, algorithm=key.algorithm, headers={"kid": key.kid})

    def check(self, token: str) -> Claims:
        """Return the claims of a good token; Unauthenticated for any other."""
        known = self._checked.get(token)
        claims = known or self._verify(token)
        if self.is_over(claims.ends_at):
            self._checked.pop(token, None)
            raise Unauthenticated
        if known is None:
            self._checked[token] = claims
            if len(self._checked) > MAX_CHECKED:
                self._checked.popitem(last=False)
        return claims

    def is_over(self, ends_at: float) -> bool:
        """Return whether a token that ends at `ends_at` has ended, whatever two clocks differ by."""
        return self._now().timestamp() >= ends_at + LEEWAY

    def _verify(self, token: str) -> Claims:
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = self._ring.get(kid) if isinstance(kid, str) else None
            if key is None:
                raise Unauthenticated
            claims = jwt.decode(
                token,
                key.verify_with,
                algorithms=[key.algorithm],
                audience=self._audience,
                issuer=self._issuer,
                # The end is looked at by `check`, at every use and by one clock.
                options={
                    "require": ["exp", "iat", "sub", "aud", "iss", "jti"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise Unauthenticated from error
        version, end = claims.get("ver"), claims["exp"]
        if claims.get("type") != "access" or not isinstance(version, int) or not isinstance(end, int):
            raise Unauthenticated
        return Claims(str(claims["sub"]), version, str(claims.get("sid") or ""), end)

    def jwks(self) -> dict[str, Any]:
        """Give the public keys as a JSON Web Key Set; secrets are no part of it."""
        return {"keys": [_jwk(key) for key in self._ring.values() if key.algorithm != "HS256"][::-1]}


def _jwk(key: Key) -> dict[str, Any]:
    if key.algorithm == "EdDSA":
        found = OKPAlgorithm.to_jwk(key.verify_with, as_dict=True)
    else:
        found = RSAAlgorithm.to_jwk(key.verify_with, as_dict=True)
    return {**found, "kid": key.kid, "use": "sig", "alg": key.algorithm}
