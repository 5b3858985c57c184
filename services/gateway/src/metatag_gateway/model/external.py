"""People whom a single sign-on provider knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class OidcOptions:
    """How the provider is reached, and what this service is to it."""

    issuer: str
    client_id: str
    # Empty for a public client.
    client_secret: str = field(repr=False)
    redirect_url: str
    scopes: str
    # What bearer tokens of the issuer must be made for; empty: none are taken.
    audience: str = ""
    # Hosts of endpoints besides the issuer's own.
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExternalClaims:
    """What a token of the provider says that was checked."""

    subject: str
    # Empty where it says none.
    email: str
    email_verified: bool
    name: str
    # Seconds since the epoch.
    ends_at: float
    claims: Mapping[str, Any] = field(repr=False)
