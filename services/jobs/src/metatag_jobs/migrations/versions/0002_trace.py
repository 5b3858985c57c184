"""A job keeps its place in the trace of the request that made it."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; older pods leave it empty."""
    op.add_column("job", Column("trace_parent", String(55), nullable=False, server_default=""))
