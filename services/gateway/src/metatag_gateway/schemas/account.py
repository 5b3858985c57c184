"""The end of an account."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr

from metatag_gateway.schemas.common import Body, Payload


class DeletionBody(Body):
    """The proof that it is the owner who deletes the account."""

    password: Annotated[SecretStr, Field(max_length=1024)] = Field(
        SecretStr(""), description="The account's password; it may be left out within 10 minutes after a sign-in."
    )


class DeletionView(Payload):
    """An account that is deleted."""

    message: str
    user_id: str
