"""Users whose data is being removed."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, Double, String

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "erasure",
        Column("user_id", String(64).with_variant(String(64, collation="C"), "postgresql"), primary_key=True),
        Column("asked_at", Double, nullable=False),
        Column("is_done", Boolean, nullable=False),
    )
