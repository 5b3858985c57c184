"""What faults need: who lost a document, who leads, which objects are to be deleted, which creations stand still."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Double, String, text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _id() -> String:
    return String(64).with_variant(String(64, collation="C"), "postgresql")


def upgrade() -> None:
    """Add them; older pods do not look at them."""
    op.add_column("doc", Column("lost_by", _id()))
    lost = text("lost_by IS NOT NULL")
    op.create_index("ix_doc_lost", "doc", ["lost_by"], sqlite_where=lost, postgresql_where=lost)
    creating = text("state = 'creating'")
    op.create_index("ix_job_creating", "job", ["updated_at"], sqlite_where=creating, postgresql_where=creating)
    op.create_table(
        "leader",
        Column("name", String(20), primary_key=True),
        Column("owner", String(320), nullable=False),
        Column("beat_at", Double, nullable=False),
    )
    op.create_table("doomed", Column("object", _id(), primary_key=True), Column("due_at", Double, nullable=False))
    op.create_index("ix_doomed_due", "doomed", ["due_at"])
