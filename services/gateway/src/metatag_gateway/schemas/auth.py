"""Accounts, tokens and API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, EmailStr, Field, SecretStr, field_validator, model_validator

from metatag_gateway.model.accounts import Role
from metatag_gateway.schemas.common import Body, Message, Payload


def _plain(value: str) -> str:
    if "\x00" in value:
        raise ValueError("it must not contain a null character")
    return value


Password = Annotated[SecretStr, Field(min_length=8, max_length=128)]
Email = Annotated[EmailStr, Field(max_length=255), AfterValidator(_plain)]
Scope = Literal["read", "process", "write"]
FullName = Annotated[str, Field(max_length=255), AfterValidator(lambda name: _plain(name).strip())]


class RegisterBody(Body):
    """A new account."""

    email: Email = Field(examples=["asha@example.com"])
    password: Password = Field(examples=["correct horse battery"])
    full_name: str | None = Field(None, max_length=255, examples=["Asha Rao"])

    @field_validator("full_name")
    @classmethod
    def _name(cls, value: str | None) -> str | None:
        return None if value is None else _plain(value).strip() or None


class LoginBody(Body):
    """A sign-in."""

    email: Email = Field(examples=["asha@example.com"])
    password: Annotated[SecretStr, Field(min_length=1, max_length=1024)] = Field(examples=["correct horse battery"])
    code: str = Field("", max_length=40, description="A code of the authenticator app, or a recovery code.")


class MethodsView(Payload):
    """How people sign in."""

    password: bool
    registration: bool
    single_sign_on: bool
    password_reset: bool = Field(description="Whether a forgotten password is set anew by mail.")


class TicketBody(Body):
    """What the browser brings back from the single sign-on provider."""

    ticket: str = Field(min_length=1, max_length=4096)


class RefreshBody(Body):
    """The proof of a session."""

    refresh_token: str = Field(max_length=4096)


class PasswordBody(Body):
    """A change of password."""

    current_password: Annotated[SecretStr, Field(min_length=1, max_length=1024)]
    new_password: Password
    revoke_api_keys: bool = Field(False, description="End the account's API keys too.")


class UserView(Payload):
    """An account."""

    id: str
    email: str
    full_name: str | None
    is_active: bool
    is_verified: bool
    is_admin: bool
    role: Role
    has_totp: bool
    created_at: datetime


class TokensView(Payload):
    """A pair of tokens; `expires_in` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"]
    expires_in: int


class LoginView(Payload):
    """A sign-in."""

    user: UserView
    tokens: TokensView


class LogoutView(Message):
    """A sign-out."""

    flat_success: ClassVar[bool] = True


class KeyBody(Body):
    """A new API key."""

    name: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$", examples=["nightly"])
    scopes: list[Scope] = Field(min_length=1, max_length=3, examples=[["read", "process"]])
    expires_in_days: int | None = Field(None, ge=1, le=3650)


class KeyView(Payload):
    """An API key without its secret."""

    id: str
    name: str
    prefix: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewKeyView(KeyView):
    """A new API key; `key` is shown this once."""

    key: str


class KeysView(Payload):
    """The live API keys of an account."""

    keys: list[KeyView]


class UsersView(Payload):
    """A page of accounts."""

    users: list[UserView]
    total: int
    limit: int
    offset: int


class RoleBody(Body):
    """A role that is given."""

    role: Role | None = Field(None, description="What the account is for; an auditor reads the audit log alone.")
    is_admin: bool | None = Field(None, description="Short for the role `administrator`, or `user`.")

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.role is not None and self.is_admin is not None and self.is_admin != (self.role == "administrator"):
            raise ValueError("role and is_admin say different things; send one of them")
        return self

    def role_asked(self) -> Role | None:
        """Return the role that is asked for, None where nothing is said."""
        if self.role is not None or self.is_admin is None:
            return self.role
        return "administrator" if self.is_admin else "user"


class UserPatch(RoleBody):
    """What an administrator changes of an account."""

    is_active: bool | None = None


class NewUserBody(RoleBody):
    """An account that an administrator makes; without a password one is made up."""

    email: Email = Field(examples=["bina@example.com"])
    password: Password | None = None
    full_name: FullName | None = Field(None, examples=["Bina Devi"])


class NewUserView(UserView):
    """A new account; `first_password` is shown this once."""

    first_password: str


class ResetBody(Body):
    """A new password for an account; without one it is made up."""

    password: Password | None = None


class ResetView(Payload):
    """What the account signs in with now; shown this once."""

    user_id: str
    password: str
