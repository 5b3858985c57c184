"""What a request said beside its documents' sources: its digest for the idempotency key, and columns of its own."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String, Text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; older pods leave them empty."""
    op.add_column("job", Column("request_digest", String(64)))
    op.add_column("job", Column("columns", Text))
    op.add_column("doc", Column("columns", Text))
