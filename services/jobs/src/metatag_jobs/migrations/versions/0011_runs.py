"""An index over the runs that go over other documents."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it, in a transaction of its own: a column that is added keeps readers waiting until the end of its."""
    run = text("reprocess_of IS NOT NULL")
    op.create_index("ix_doc_reprocess", "doc", ["reprocess_of"], sqlite_where=run, postgresql_where=run)
