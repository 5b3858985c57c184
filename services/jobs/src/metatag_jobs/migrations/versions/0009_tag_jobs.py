"""Changes of the tags of many documents."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, Double, Integer, String, Text, text

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _id() -> String:
    return String(64).with_variant(String(64, collation="C"), "postgresql")


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def upgrade() -> None:
    """Add the table, and the index in which the changes of one job are found in order: no row is in it yet."""
    op.create_table(
        "tag_job",
        Column("id", _id(), primary_key=True),
        Column("user_id", _id(), nullable=False),
        Column("state", String(16), nullable=False),
        Column("change", Text, nullable=False),
        Column("wanted", Text, nullable=False),
        Column("is_counted", Boolean, nullable=False, server_default=text("false")),
        _count("total"),
        Column("total_exact", Boolean, nullable=False, server_default=text("false")),
        *map(_count, ("done", "changed", "refused", "missing", "restored", "left_alone")),
        Column("place_at", Double, nullable=False),
        Column("place_id", _id(), nullable=False),
        _count("tries"),
        Column("problem", Text, nullable=False, server_default=""),
        Column("created_at", Double, nullable=False),
        Column("completed_at", Double),
    )
    op.create_index("ix_tag_job_user", "tag_job", ["user_id", "id"])
    is_open = text("state IN ('running', 'undoing')")
    op.create_index("ix_tag_job_open", "tag_job", ["id"], sqlite_where=is_open, postgresql_where=is_open)
    of_tag_job = text("tag_job_id IS NOT NULL")
    columns = ["tag_job_id", "doc_id"]
    op.create_index(
        "ix_doc_change_of_tag_job", "doc_change", columns, sqlite_where=of_tag_job, postgresql_where=of_tag_job
    )
    op.drop_index("ix_doc_change_tag_job", "doc_change")
