"""Sessions: one row for each chain of refresh tokens, which rotation and revocation lock.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table, with a row for each chain there is; one of which no token is left alive has ended."""
    op.create_table(
        "gateway_session",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "user_id", sa.String(36), sa.ForeignKey("gateway_user.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("session_version", sa.Integer, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
    )
    op.execute(
        """
        INSERT INTO gateway_session (id, user_id, session_version, created_at, ended_at)
        SELECT t.family_id, t.user_id, u.session_version, min(t.created_at),
               CASE WHEN count(*) = count(t.revoked_at) THEN max(t.revoked_at) END
        FROM gateway_refresh_token t JOIN gateway_user u ON u.id = t.user_id
        GROUP BY t.family_id, t.user_id, u.session_version
        """
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("gateway_session")
