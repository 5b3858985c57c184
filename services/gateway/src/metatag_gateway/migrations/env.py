"""Alembic's entry: brings the tables up to date."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text


def run() -> None:
    """Apply the revisions in one transaction; the service's own version table keeps it apart from others."""
    attributes = context.config.attributes
    connection = attributes["connection"]
    if connection.dialect.name == "postgresql":
        # Several replicas start at once: one migrates, the others wait and find nothing to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(72650040)"))
    context.configure(connection=connection, version_table=attributes["version_table"])
    with context.begin_transaction():
        context.run_migrations()


run()
