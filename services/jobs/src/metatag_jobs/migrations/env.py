"""Runs the migrations of jobs; called by `metatag_runtime.sql.migrate` only."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

# Replicas that start together take turns. Any constant of our own.
_LOCK = 7_301_553_053


def run() -> None:
    """Lock and upgrade: each migration in a transaction of its own, so that none holds the locks of others."""
    attributes = context.config.attributes
    connection = attributes["connection"]
    on_server = connection.dialect.name == "postgresql"
    if on_server:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        connection.commit()
    try:
        context.configure(
            connection=connection,
            version_table=attributes["version_table"],
            transactional_ddl=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    finally:
        if on_server:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
            connection.commit()


run()
