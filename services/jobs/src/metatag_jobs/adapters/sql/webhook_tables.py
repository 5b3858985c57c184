"""The tables of webhooks; migrations/ makes them. Times are seconds since 1970, JSON is text."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Double, Index, Integer, LargeBinary, String, Table, Text, text

from metatag_jobs.adapters.sql.metadata import id_type, metadata

# Addresses of users to which events are posted; the moment and id of the last document and job that each heard of.
webhook = Table(
    "webhook",
    metadata,
    Column("id", id_type(), primary_key=True),
    Column("user_id", id_type(), nullable=False),
    Column("url", Text, nullable=False),
    # A list as JSON.
    Column("events", Text, nullable=False),
    # Encrypted; the old one signs too until its moment.
    Column("secret", LargeBinary, nullable=False),
    Column("old_secret", LargeBinary),
    Column("old_until", Double),
    Column("active", Boolean, nullable=False),
    Column("problem", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("documents_at", Double, nullable=False),
    Column("documents_id", id_type(), nullable=False, server_default=""),
    Column("jobs_at", Double, nullable=False),
    Column("jobs_id", id_type(), nullable=False, server_default=""),
    # The same of corrections and tag jobs; null: as far as the webhook is old.
    Column("changes_at", Double),
    Column("changes_id", id_type(), nullable=False, server_default=""),
    Column("tag_jobs_at", Double),
    Column("tag_jobs_id", id_type(), nullable=False, server_default=""),
)
Index("ix_webhook_user", webhook.c.user_id)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("id", id_type(), primary_key=True),
    Column("webhook_id", id_type(), nullable=False),
    Column("event", String(40), nullable=False),
    Column("body", Text, nullable=False),
    # pending, delivered, failed
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("status", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("due_at", Double),
    Column("ended_at", Double),
)
Index("ix_webhook_delivery_of", webhook_delivery.c.webhook_id, webhook_delivery.c.created_at)
_PENDING = text("state = 'pending'")
Index(
    "ix_webhook_delivery_pending",
    webhook_delivery.c.webhook_id,
    webhook_delivery.c.id,
    sqlite_where=_PENDING,
    postgresql_where=_PENDING,
)
