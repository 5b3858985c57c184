"""Accounts that were deleted while their data is being removed; addresses of their audit entries may be blanked.

Revision ID: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
REFUSAL = "the audit log cannot be changed"
_KEPT = (
    "id", "at", "actor_id", "actor_kind", "key_id", "action", "target_kind", "target_id", "outcome", "request_id",
    "details",
)  # fmt: skip
# Only what a deleted account did, or what was tried on it without a sign-in.
_OF_THE_DELETED = """EXISTS (SELECT 1 FROM gateway_erasure WHERE user_id = OLD.actor_id OR
    (OLD.actor_id = '' AND user_id = OLD.target_id))"""

_SQLITE_STRICT = f"""
    CREATE TRIGGER gateway_audit_update BEFORE UPDATE ON gateway_audit
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
"""
_SQLITE = f"""
    CREATE TRIGGER gateway_audit_update BEFORE UPDATE ON gateway_audit
    WHEN NOT (NEW.address = '' AND {" AND ".join(f"NEW.{name} IS OLD.{name}" for name in _KEPT)} AND {_OF_THE_DELETED})
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
"""
_POSTGRES_UPDATE = f"""
        IF TG_OP = 'UPDATE' THEN
            IF NEW.address = '' AND to_jsonb(NEW) - 'address' = to_jsonb(OLD) - 'address' AND {_OF_THE_DELETED} THEN
                RETURN NEW;
            END IF;
        END IF;
"""


def _postgres(update: str) -> str:
    return f"""
    CREATE OR REPLACE FUNCTION gateway_audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF OLD.at <= now() - interval '30 days' THEN
                RETURN OLD;
            END IF;
        END IF;
        {update}
        RAISE EXCEPTION '{REFUSAL}';
    END $$
    """


def _replace(sqlite: str, postgres: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER gateway_audit_update")
        op.execute(sqlite)
    else:
        op.execute(postgres)


def upgrade() -> None:
    """Make the table, and let the triggers pass what it allows."""
    op.create_table(
        "gateway_erasure",
        sa.Column("user_id", sa.String(36), primary_key=True),
        sa.Column("account_digest", sa.String(64), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
    )
    _replace(_SQLITE, _postgres(_POSTGRES_UPDATE))


def downgrade() -> None:
    """Drop it."""
    _replace(_SQLITE_STRICT, _postgres(""))
    op.drop_table("gateway_erasure")
