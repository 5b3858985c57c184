"""Settings of tagging that people keep under a name.

Revision ID: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "gateway_profile",
        sa.Column("user_id", sa.String(36), sa.ForeignKey("gateway_user.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name_key", sa.String(400), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "name_key"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("gateway_profile")
