"""What people made of the machine's tags, and who does not want to be learnt from."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, Double, String, Text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _id() -> String:
    return String(64).with_variant(String(64, collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "tag_feedback",
        Column("doc_id", _id(), primary_key=True),
        Column("user_id", _id(), nullable=False),
        Column("made_at", Double, nullable=False),
        Column("body", Text, nullable=False),
        Column("excerpt", Text, nullable=False),
    )
    op.create_index("ix_tag_feedback_user", "tag_feedback", ["user_id", "made_at"])
    op.create_table(
        "learning",
        Column("user_id", _id(), primary_key=True),
        Column("enabled", Boolean, nullable=False),
    )
