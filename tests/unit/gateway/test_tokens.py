"""Access tokens: keys, rotation, algorithms, and what a public key set shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from metatag_gateway.errors import Unauthenticated
from metatag_gateway.model.accounts import User
from metatag_gateway.tokens import AccessTokens, Key, pem_keys, secret_key

USER = User("u1", "a@example.com", None, True, False, False, 3, datetime.now(UTC))
OLD, NEW = secret_key("the old secret, long enough for HS256"), secret_key("the new secret, long enough for HS256")


def tokens(*ring: Key) -> AccessTokens:
    return AccessTokens(ring, issuer="metatag", audience="api", seconds=60)


def pem(key: object, public: bool = False) -> str:
    private = key
    assert isinstance(private, Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    if public:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return private.public_key().public_bytes(serialization.Encoding.PEM, form).decode()
    form8 = serialization.PrivateFormat.PKCS8
    return private.private_bytes(serialization.Encoding.PEM, form8, serialization.NoEncryption()).decode()


def test_a_token_names_its_key_user_and_session() -> None:
    issued = tokens(NEW).issue(USER)
    head = jwt.get_unverified_header(issued)
    claims = jwt.decode(issued, options={"verify_signature": False})
    assert (head["kid"], head["alg"]) == (NEW.kid, "HS256")
    assert (claims["sub"], claims["iss"], claims["aud"], claims["type"]) == ("u1", "metatag", "api", "access")
    assert claims["jti"] != jwt.decode(tokens(NEW).issue(USER), options={"verify_signature": False})["jti"]
    assert tokens(NEW).check(issued)[:2] == ("u1", 3)


def test_a_token_ends_with_its_life_whether_it_was_seen_before_or_not() -> None:
    at = [datetime.now(UTC)]
    seen, unseen = (
        AccessTokens([NEW], issuer="metatag", audience="api", seconds=60, now=lambda: at[0]) for _ in range(2)
    )
    issued = seen.issue(USER)
    assert seen.check(issued)[:2] == seen.check(issued)[:2] == ("u1", 3)
    at[0] += timedelta(seconds=62)
    assert seen.check(issued)[:2] == ("u1", 3)
    at[0] += timedelta(seconds=5)
    for ring in (seen, unseen):
        with pytest.raises(Unauthenticated):
            ring.check(issued)


def test_a_new_key_logs_nobody_out_and_an_old_one_ends_when_it_is_taken_away() -> None:
    before = tokens(OLD).issue(USER)
    assert tokens(NEW, OLD).check(before)[:2] == ("u1", 3)
    assert jwt.get_unverified_header(tokens(NEW, OLD).issue(USER))["kid"] == NEW.kid
    with pytest.raises(Unauthenticated):
        tokens(NEW).check(before)


@pytest.mark.parametrize(
    ("private", "algorithm"),
    [(Ed25519PrivateKey.generate(), "EdDSA"), (rsa.generate_private_key(65537, 2048), "RS256")],
    ids=["EdDSA", "RS256"],
)
def test_private_keys_sign_and_their_public_part_is_shown(private: object, algorithm: str) -> None:
    ring = tokens(*pem_keys(pem(private)), OLD)
    issued = ring.issue(USER)
    assert jwt.get_unverified_header(issued)["alg"] == algorithm
    assert ring.check(issued)[:2] == ("u1", 3)
    (shown,) = ring.jwks()["keys"]
    assert shown["alg"] == algorithm
    assert "d" not in shown
    verified = jwt.decode(issued, jwt.PyJWK(shown).key, algorithms=[algorithm], audience="api")
    assert verified["sub"] == "u1"
    # A retired key may be kept as its public half.
    assert tokens(NEW, *pem_keys(pem(private, public=True))).check(issued)[:2] == ("u1", 3)


def test_a_public_key_is_no_secret_to_sign_with() -> None:
    private = Ed25519PrivateKey.generate()
    ring = tokens(*pem_keys(pem(private)))
    kid = ring.jwks()["keys"][0]["kid"]
    claims = jwt.decode(ring.issue(USER), options={"verify_signature": False})
    raw = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    swapped = jwt.encode(claims, raw, algorithm="HS256", headers={"kid": kid})
    with pytest.raises(Unauthenticated):
        ring.check(swapped)


def test_several_keys_come_in_one_text_and_with_written_line_ends() -> None:
    both = pem(Ed25519PrivateKey.generate()) + pem(Ed25519PrivateKey.generate(), public=True)
    assert [key.sign_with is not None for key in pem_keys(both.replace("\n", "\\n"))] == [True, False]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nonsense", "no PEM block"),
        (pem(rsa.generate_private_key(65537, 1024)), "at least 2048 bits"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "only Ed25519 and RSA"),
    ],
    ids=["no PEM", "short RSA", "another curve"],
)
def test_a_wrong_key_is_refused_with_the_reason(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        pem_keys(text)
