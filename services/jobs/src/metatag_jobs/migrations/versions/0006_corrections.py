"""Corrections by people: the document's version, note and review, and its history."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Double, String, Text, text

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _id() -> String:
    return String(64).with_variant(String(64, collation="C"), "postgresql")


def upgrade() -> None:
    """Add them; constant defaults rewrite no row, and older pods do not look at them."""
    op.add_column("doc", Column("version", BigInteger, nullable=False, server_default="1"))
    op.add_column("doc", Column("note", Text, nullable=False, server_default=""))
    op.add_column("doc", Column("reviewed_at", Double))
    op.add_column("doc", Column("reviewed_by", _id()))
    op.add_column("doc", Column("edited", Boolean, nullable=False, server_default=text("false")))
    op.create_table(
        "doc_change",
        Column("doc_id", _id(), primary_key=True),
        Column("version", BigInteger, primary_key=True),
        Column("made_at", Double, nullable=False),
        Column("made_by", _id(), nullable=False),
        Column("action", String(16), nullable=False),
        Column("body", Text, nullable=False),
        Column("undone", Boolean, nullable=False, server_default=text("false")),
        Column("undoes", Text),
        Column("tag_job_id", _id()),
    )
    of_tag_job = text("tag_job_id IS NOT NULL")
    op.create_index(
        "ix_doc_change_tag_job",
        "doc_change",
        ["tag_job_id"],
        sqlite_where=of_tag_job,
        postgresql_where=of_tag_job,
    )
