"""Second factors: encrypted secrets of TOTP, and digests of recovery codes.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and the column that says whether an account is asked for codes."""
    op.add_column("gateway_user", sa.Column("has_totp", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "gateway_totp",
        sa.Column("user_id", sa.String(36), sa.ForeignKey("gateway_user.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("secret", sa.String(255), nullable=False),
        sa.Column("last_step", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "gateway_recovery_code",
        sa.Column("user_id", sa.String(36), sa.ForeignKey("gateway_user.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
    )


def downgrade() -> None:
    """Drop all of it: nobody is asked for codes any more."""
    op.drop_table("gateway_recovery_code")
    op.drop_table("gateway_totp")
    op.drop_column("gateway_user", "has_totp")
