"""Runs the migrations of jobs; called by `metatag_runtime.sql.migrate` only."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, text

# Replicas that start together take turns. Any constant of our own.
_LOCK = 7_301_553_053


def run() -> None:
    """Connect, lock, upgrade in one transaction."""
    attributes = context.config.attributes
    engine = create_engine(attributes["url"])
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        context.configure(connection=connection, version_table=attributes["version_table"], transactional_ddl=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
