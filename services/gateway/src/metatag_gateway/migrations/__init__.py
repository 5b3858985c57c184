"""The history of the gateway's tables, for Alembic."""
