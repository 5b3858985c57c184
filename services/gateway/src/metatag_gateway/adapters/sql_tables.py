"""The gateway's tables. A change here needs a migration beside it; a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

METADATA = sa.MetaData()


class Moment(sa.types.TypeDecorator[datetime]):
    """A moment in UTC: with its zone on PostgreSQL, naive in SQLite, which knows no zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Write UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Read UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


USERS = sa.Table(
    "gateway_user",
    METADATA,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("email", sa.String(320), nullable=False),
    # The email case-folded: what makes an account the same.
    sa.Column("email_key", sa.String(640), nullable=False, unique=True),
    sa.Column("password_hash", sa.String(255), nullable=False),
    sa.Column("full_name", sa.String(255)),
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Column("is_verified", sa.Boolean, nullable=False),
    sa.Column("is_admin", sa.Boolean, nullable=False),
    sa.Column("is_auditor", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("has_totp", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("session_version", sa.Integer, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
)

# One row for each chain of refresh tokens: who rotates or ends it locks it first.
SESSIONS = sa.Table(
    "gateway_session",
    METADATA,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("user_id", sa.ForeignKey("gateway_user.id", ondelete="CASCADE"), nullable=False, index=True),
    # The account's at the opening: a session is void when they differ.
    sa.Column("session_version", sa.Integer, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
)

REFRESH_TOKENS = sa.Table(
    "gateway_refresh_token",
    METADATA,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("user_id", sa.ForeignKey("gateway_user.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("family_id", sa.String(36), nullable=False, index=True),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("expires_at", Moment, nullable=False, index=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("rotated_at", Moment),
    sa.Column("revoked_at", Moment),
    sa.Column("device_info", sa.String(255), nullable=False),
    sa.Column("ip_address", sa.String(45), nullable=False),
)

API_KEYS = sa.Table(
    "gateway_api_key",
    METADATA,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("user_id", sa.ForeignKey("gateway_user.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("prefix", sa.String(16), nullable=False),
    sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
    # Written with spaces.
    sa.Column("scopes", sa.String(255), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("expires_at", Moment),
    sa.Column("last_used_at", Moment),
    sa.Column("revoked_at", Moment),
)

TOTP = sa.Table(
    "gateway_totp",
    METADATA,
    sa.Column("user_id", sa.ForeignKey("gateway_user.id", ondelete="CASCADE"), primary_key=True),
    # Encrypted.
    sa.Column("secret", sa.String(255), nullable=False),
    # The time step of the last code that was used: no older one counts.
    sa.Column("last_step", sa.BigInteger, nullable=False),
)

RECOVERY_CODES = sa.Table(
    "gateway_recovery_code",
    METADATA,
    sa.Column("user_id", sa.ForeignKey("gateway_user.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("code_hash", sa.String(64), primary_key=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("used_at", Moment),
)

# Whose account a single sign-on provider's subject is.
EXTERNAL = sa.Table(
    "gateway_external_identity",
    METADATA,
    sa.Column("issuer", sa.String(255), primary_key=True),
    sa.Column("subject", sa.String(255), primary_key=True),
    sa.Column("user_id", sa.ForeignKey("gateway_user.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("created_at", Moment, nullable=False),
)

SEARCHES = sa.Table(
    "gateway_search",
    METADATA,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("user_id", sa.ForeignKey("gateway_user.id", ondelete="CASCADE"), nullable=False),
    sa.Column("name", sa.String(100), nullable=False),
    # The name without case.
    sa.Column("name_key", sa.String(400), nullable=False),
    # A JSON object of strings.
    sa.Column("params", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("user_id", "name_key", name="uq_gateway_search_name"),
)

PROFILES = sa.Table(
    "gateway_profile",
    METADATA,
    sa.Column("user_id", sa.ForeignKey("gateway_user.id", ondelete="CASCADE"), primary_key=True),
    # The name without case.
    sa.Column("name_key", sa.String(400), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    # Fields of a config, a JSON object.
    sa.Column("settings", sa.Text, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
)

# Who did what. No foreign keys: an entry outlives the account that it names. Triggers of the migration refuse changes.
AUDIT = sa.Table(
    "gateway_audit",
    METADATA,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("actor_id", sa.String(64), nullable=False),
    sa.Column("actor_kind", sa.String(20), nullable=False),
    sa.Column("key_id", sa.String(36), nullable=False),
    sa.Column("action", sa.String(50), nullable=False),
    sa.Column("target_kind", sa.String(30), nullable=False),
    sa.Column("target_id", sa.String(200), nullable=False),
    sa.Column("outcome", sa.String(10), nullable=False),
    sa.Column("address", sa.String(45), nullable=False),
    sa.Column("request_id", sa.String(64), nullable=False),
    # A JSON object of short strings.
    sa.Column("details", sa.Text, nullable=False),
    sa.Index("ix_gateway_audit_actor", "actor_id", "id"),
    sa.Index("ix_gateway_audit_target", "target_id", "id"),
    sa.Index("ix_gateway_audit_action", "action", "id"),
)

# One row an email: an invitation that was accepted, or withdrawn, is gone.
INVITATIONS = sa.Table(
    "gateway_invitation",
    METADATA,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("email", sa.String(320), nullable=False),
    sa.Column("email_key", sa.String(640), nullable=False, unique=True),
    sa.Column("full_name", sa.String(255)),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("invited_by", sa.String(36), nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
)

# One row an account: the last link that was asked for.
PASSWORD_RESETS = sa.Table(
    "gateway_password_reset",
    METADATA,
    sa.Column("user_id", sa.ForeignKey("gateway_user.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    # The account's when it was asked for: a link is void once the password is another.
    sa.Column("password_hash", sa.String(255), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
)

# Accounts that are deleted, until nothing of them is left anywhere. No names: their rows are gone.
ERASURES = sa.Table(
    "gateway_erasure",
    METADATA,
    sa.Column("user_id", sa.String(36), primary_key=True),
    # What counters of sign-ins call the account: a digest of its email.
    sa.Column("account_digest", sa.String(64), nullable=False),
    sa.Column("asked_at", Moment, nullable=False),
)
