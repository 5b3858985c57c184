"""METATAG_GATEWAY_*: everything an operator can choose about the gateway."""

from __future__ import annotations

import ipaddress
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from metatag_runtime.settings import ServiceSettings, service_config

MIB = 1024 * 1024


class GatewaySettings(ServiceSettings):
    """Settings of the gateway; lists are written with commas."""

    model_config = service_config("GATEWAY")

    host: str = "0.0.0.0"  # noqa: S104  a container is reached from outside
    port: int = Field(default=8000, ge=0, le=65535)
    root_path: str = Field(default="", pattern=r"^(/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-])?$")
    response_style: Literal["envelope", "flat"] = "envelope"
    docs: bool = True

    jobs_address: str = "dns:///jobs:50053"
    ocr_address: str = "dns:///ocr:50051"
    tagger_address: str = "dns:///tagger:50052"
    database_url: str
    redis_url: str = ""

    # Signing. The secret signs HS256 tokens, and derives refresh successors whatever signs the access tokens.
    secret_key: SecretStr = Field(min_length=32)
    previous_secret_keys: SecretStr = SecretStr("")
    signing_key: SecretStr = SecretStr("")
    previous_signing_keys: SecretStr = SecretStr("")
    token_issuer: str = Field(default="metatag", min_length=1)
    token_audience: str = Field(default="metatag-api", min_length=1)
    access_token_seconds: int = Field(default=1800, ge=10, le=86_400)
    refresh_token_days: float = Field(default=7.0, gt=0, le=365)
    refresh_grace_seconds: float = Field(default=30.0, ge=0, le=300)

    registration: Literal["open", "closed"] = "open"
    admin_email: str = ""
    admin_password: SecretStr = SecretStr("")
    # Whether an administrator needs a second factor for what only administrators may do.
    admin_second_factor: bool = False
    password_workers: int = Field(default=2, ge=1, le=64)
    api_keys_per_user: int = Field(default=20, ge=0, le=1000)

    # Single sign-on (OpenID Connect); off while there is no issuer.
    oidc_issuer: str = Field(default="", pattern=r"^(https?://[^?#\s]+)?$")
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_redirect_url: str = Field(default="", pattern=r"^(https?://[^?#\s]+/sign-in/oidc/callback)?$")
    oidc_scopes: str = "openid email profile"
    oidc_hosts: str = ""
    oidc_audience: str = ""
    oidc_groups_claim: str = "groups"
    oidc_administrator_groups: str = ""
    oidc_auditor_groups: str = ""
    oidc_user_groups: str = ""
    oidc_link_verified_email: bool = False

    # Mail about accounts; off while there is no host.
    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_from: str = Field(default="", pattern=r"^([^\s@<>]+@[^\s@<>]+)?$")
    # Where people find this server; links in mails begin with it.
    public_url: str = Field(default="", pattern=r"^(https?://[^?#\s]*[^?#\s/])?$")
    invitation_days: float = Field(default=7.0, gt=0, le=365)
    reset_minutes: float = Field(default=30.0, gt=0, le=1440)

    max_pages: int = Field(default=10, ge=1, le=10_000)
    max_upload_bytes: int = Field(default=50 * MIB, ge=1024)
    max_exclusion_bytes: int = Field(default=5 * MIB, ge=1024)
    max_body_bytes: int = Field(default=64 * MIB, ge=1024)
    max_batch_documents: int = Field(default=100_000, ge=1, le=100_000)
    single_seconds: float = Field(default=300.0, gt=0, le=3600)
    body_idle_seconds: float = Field(default=60.0, gt=0, le=3600)
    body_grace_seconds: float = Field(default=10.0, gt=0, le=600)
    body_bytes_per_second: int = Field(default=8192, ge=1)

    # Bounds of one process.
    max_connections: int = Field(default=10_000, ge=1)
    body_budget_bytes: int = Field(default=128 * MIB, ge=MIB)
    max_in_flight: int = Field(default=1000, ge=1)
    max_uploads: int = Field(default=16, ge=1)
    max_pictures: int = Field(default=2, ge=1)
    max_sockets: int = Field(default=5000, ge=1)
    socket_auth_seconds: float = Field(default=5.0, gt=0, le=60)
    socket_keepalive_seconds: float = Field(default=30.0, gt=0, le=600)

    # Bounds of one user; 0 means none.
    requests_per_minute: int = Field(default=0, ge=0)
    concurrent_singles: int = Field(default=0, ge=0)
    upload_mib_per_day: int = Field(default=0, ge=0)
    # None: bounded while an operator's key pays for the documents.
    documents_per_day: int | None = Field(default=None, ge=0)
    # Sources looked at or shown before they are processed.
    checks_per_hour: int = Field(default=20_000, ge=0)

    # Sign-in: attempts of one account and address in five minutes; registrations of one address in an hour.
    login_attempts: int = Field(default=10, ge=0)
    register_attempts: int = Field(default=20, ge=0)

    # Days that the audit log is kept; 0: for ever. Its table refuses to lose what is younger than 30 days.
    audit_days: int = Field(default=365, ge=0, le=36_500)

    cors_origins: str = ""
    # Names that Host may hold; empty: any.
    allowed_hosts: str = ""
    trusted_proxies: str = ""
    hsts_seconds: int = Field(default=0, ge=0)

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in split(value):
            ipaddress.ip_network(part, strict=False)
        return value

    @model_validator(mode="after")
    def _whole_oidc(self) -> Self:
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_redirect_url):
            raise ValueError("OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_REDIRECT_URL beside it")
        return self

    @model_validator(mode="after")
    def _whole_mail(self) -> Self:
        # A link that named the Host of the request would lead wherever its sender wants.
        if self.smtp_host and not (self.smtp_from and self.public_url):
            raise ValueError("SMTP_HOST needs SMTP_FROM and PUBLIC_URL beside it")
        return self

    @field_validator("audit_days")
    @classmethod
    def _long_enough(cls, value: int) -> int:
        if 0 < value < 30:
            raise ValueError("it must be 0, for ever, or at least 30")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite+aiosqlite://", "postgresql://", "postgresql+")):
            raise ValueError("it must begin with sqlite+aiosqlite:// or postgresql://")
        return value


def split(value: str) -> list[str]:
    """Give the parts of a list written with commas."""
    return [part.strip() for part in value.split(",") if part.strip()]
