"""How a document was read, beside its row, so that lists can be narrowed to it."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Double, String, text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of documents that ended before, the stored result is looked at instead.

    Lists and counts by day find all they need in one index.
    """
    ended = text("state IN ('done', 'failed') AND trashed_at IS NULL")
    columns = ["user_id", "processed_at", "id", "state", "job_id"]
    op.create_index("ix_doc_ended", "doc", columns, sqlite_where=ended, postgresql_where=ended)
    op.drop_index("ix_doc_latest", "doc")
    op.add_column("doc", Column("language", String(16)))
    op.add_column("doc", Column("method", String(32)))
    op.add_column("doc", Column("confidence", Double))
