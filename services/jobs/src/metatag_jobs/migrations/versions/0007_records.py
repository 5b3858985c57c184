"""Names of batches, folders of documents, equal contents, the review queue and the trash."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Double, Integer, String, Text, text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _id() -> String:
    return String(64).with_variant(String(64, collation="C"), "postgresql")


def upgrade() -> None:
    """Add them. The index first: it keeps writers waiting, and columns that are added keep readers waiting as well."""
    with_file = text("file_id IS NOT NULL")
    op.create_index("ix_doc_file", "doc", ["file_id", "id"], sqlite_where=with_file, postgresql_where=with_file)
    op.create_table(
        "doc_review",
        Column("doc_id", _id(), primary_key=True),
        Column("user_id", _id(), nullable=False),
        Column("job_id", _id(), nullable=False),
        Column("reasons", Integer, nullable=False),
        Column("due_at", Double, nullable=False),
    )
    op.create_index("ix_doc_review_due", "doc_review", ["user_id", "due_at", "doc_id"])
    op.create_table(
        "doc_trash",
        Column("doc_id", _id(), primary_key=True),
        Column("user_id", _id(), nullable=False),
        Column("trashed_at", Double, nullable=False),
    )
    op.create_index("ix_doc_trash_user", "doc_trash", ["user_id", "trashed_at"])
    op.create_index("ix_doc_trash_age", "doc_trash", ["trashed_at"])
    op.add_column("job", Column("name", String(200), nullable=False, server_default=""))
    op.add_column("doc", Column("folder", Text, nullable=False, server_default=""))
    op.add_column("doc", Column("trashed_at", Double))
