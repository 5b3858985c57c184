"""Webhooks hear of corrections and of changes of many documents' tags."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Double, String, text

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _id() -> String:
    return String(64).with_variant(String(64, collation="C"), "postgresql")


def upgrade() -> None:
    """Add how far each webhook has come, and the index in which corrections are found by their moment."""
    for name in ("changes", "tag_jobs"):
        op.add_column("webhook", Column(f"{name}_at", Double))
        op.add_column("webhook", Column(f"{name}_id", _id(), nullable=False, server_default=""))
    corrections = text("action IN ('correct', 'review', 'undo') AND tag_job_id IS NULL")
    op.create_index(
        "ix_doc_change_correction",
        "doc_change",
        ["made_at", "doc_id"],
        sqlite_where=corrections,
        postgresql_where=corrections,
    )
