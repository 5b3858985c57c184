"""Documents that are processed again: the row of a run names the document over which it goes."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty in every row."""
    op.add_column("doc", Column("reprocess_of", String(64).with_variant(String(64, collation="C"), "postgresql")))
