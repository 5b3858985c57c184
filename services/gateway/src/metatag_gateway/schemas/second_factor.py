"""A second factor of an account."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr

from metatag_gateway.schemas.common import Body, Payload


class BeginTotpBody(Body):
    """The proof that it is the owner who wants a second factor."""

    password: Annotated[SecretStr, Field(min_length=1, max_length=1024)]


class TotpView(Payload):
    """The secret of an authenticator app, for typing and for a QR code; shown this once."""

    secret: str
    uri: str


class CodeBody(Body):
    """A code of the authenticator app, or a recovery code."""

    code: str = Field(min_length=1, max_length=40, examples=["492039"])


class RecoveryCodesView(Payload):
    """Codes that stand in for the app, each once; shown this once."""

    recovery_codes: list[str]
