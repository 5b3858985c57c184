"""What all tables of jobs share."""

from __future__ import annotations

from sqlalchemy import MetaData, String

metadata = MetaData()


def id_type() -> String:
    """Return the type of ids, in byte order: cheaper than a language's order, and ids have none."""
    return String(64).with_variant(String(64, collation="C"), "postgresql")
