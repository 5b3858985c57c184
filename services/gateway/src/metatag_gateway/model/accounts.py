"""Accounts, sessions, API keys, and who is calling."""

from __future__ import annotations

import ipaddress
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

# What an API key may be allowed. A session may do all of it, and manage the account besides.
SCOPES = ("read", "process", "write")

Role = Literal["user", "auditor", "administrator"]
ROLES: tuple[Role, ...] = ("user", "auditor", "administrator")


@dataclass(frozen=True, slots=True)
class User:
    """One account. `email` is as first given; accounts are told apart by its case-folded form."""

    id: str
    email: str
    full_name: str | None
    is_active: bool
    is_verified: bool
    is_admin: bool
    # Counts up when all access tokens of the account must end: logout everywhere, password change, disabling.
    session_version: int
    created_at: datetime
    # Reads the audit log and statistics, and no document of anybody.
    is_auditor: bool = False
    # A sign-in asks for a code besides the password.
    has_totp: bool = False
    password_hash: str = field(default="", repr=False)

    @property
    def role(self) -> Role:
        """What the account is for."""
        return "administrator" if self.is_admin else "auditor" if self.is_auditor else "user"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling, and what they may do."""

    user: User
    kind: Literal["session", "api_key", "token"]
    scopes: frozenset[str]
    # What was presented, so that a lasting connection can be looked at again: the session's id and the token's end
    # (seconds since the epoch), or the digest of the key.
    session_id: str = ""
    ends_at: float = 0.0
    key_hash: str = field(default="", repr=False)
    key_id: str = ""

    @property
    def user_id(self) -> str:
        """The account's id."""
        return self.user.id


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One refresh token as stored: its hash, its family, and what became of it."""

    id: str
    user_id: str
    family_id: str
    token_hash: str
    expires_at: datetime
    created_at: datetime
    rotated_at: datetime | None = None
    revoked_at: datetime | None = None
    device_info: str = ""
    ip_address: str = ""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One API key as stored: never the key itself, only its hash and its first characters."""

    id: str
    user_id: str
    name: str
    prefix: str
    key_hash: str = field(repr=False)
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from, as far as the proxies in front can be trusted."""

    address: str
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in gives. `expires_in` is the access token's life in seconds."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    token_type: str = "bearer"  # noqa: S105  the kind, not a secret


def network_of(address: str) -> str:
    """Return what counts as one sender: an IPv4 address, or the /64 of an IPv6 address, which is one host's."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address


def neighbourhood_of(address: str) -> str:
    """Return the range that one provider is likely to hold: the /16 of an IPv4 address, the /40 of an IPv6 address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return str(ipaddress.ip_network((found, 40), strict=False))
        found = found.ipv4_mapped
    return str(ipaddress.ip_network((found, 16), strict=False))


def new_user(email: str, password_hash: str, full_name: str | None, *, role: Role = "user") -> User:
    """Give a fresh account."""
    return User(
        id=str(uuid.uuid4()),
        email=email,
        full_name=full_name,
        is_active=True,
        is_verified=False,
        is_admin=role == "administrator",
        is_auditor=role == "auditor",
        session_version=1,
        created_at=datetime.now(UTC),
        password_hash=password_hash,
    )
