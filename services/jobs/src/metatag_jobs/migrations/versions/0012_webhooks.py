"""Webhooks, and what was posted to them."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, Double, Integer, LargeBinary, String, Text, text

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _id() -> String:
    return String(64).with_variant(String(64, collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "webhook",
        Column("id", _id(), primary_key=True),
        Column("user_id", _id(), nullable=False),
        Column("url", Text, nullable=False),
        Column("events", Text, nullable=False),
        Column("secret", LargeBinary, nullable=False),
        Column("old_secret", LargeBinary),
        Column("old_until", Double),
        Column("active", Boolean, nullable=False),
        Column("problem", Text, nullable=False),
        Column("created_at", Double, nullable=False),
        Column("documents_at", Double, nullable=False),
        Column("documents_id", _id(), nullable=False, server_default=""),
        Column("jobs_at", Double, nullable=False),
        Column("jobs_id", _id(), nullable=False, server_default=""),
    )
    op.create_index("ix_webhook_user", "webhook", ["user_id"])
    op.create_table(
        "webhook_delivery",
        Column("id", _id(), primary_key=True),
        Column("webhook_id", _id(), nullable=False),
        Column("event", String(40), nullable=False),
        Column("body", Text, nullable=False),
        Column("state", String(16), nullable=False),
        Column("tries", Integer, nullable=False),
        Column("status", Integer, nullable=False),
        Column("error", Text, nullable=False),
        Column("created_at", Double, nullable=False),
        Column("due_at", Double),
        Column("ended_at", Double),
    )
    op.create_index("ix_webhook_delivery_of", "webhook_delivery", ["webhook_id", "created_at"])
    pending = text("state = 'pending'")
    op.create_index(
        "ix_webhook_delivery_pending",
        "webhook_delivery",
        ["webhook_id", "id"],
        sqlite_where=pending,
        postgresql_where=pending,
    )
