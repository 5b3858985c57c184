"""The audit log, which can be added to and not changed, and the role of an auditor.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
# Entries may be swept after this, whatever a setting says: who breaks in does not erase the trace.
KEPT_DAYS = 30
REFUSAL = "the audit log cannot be changed"

_SQLITE = (
    f"""
    CREATE TRIGGER gateway_audit_update BEFORE UPDATE ON gateway_audit
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,
    f"""
    CREATE TRIGGER gateway_audit_delete BEFORE DELETE ON gateway_audit
    WHEN OLD.at > datetime('now', '-{KEPT_DAYS} days')
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,
)
_POSTGRES = (
    f"""
    CREATE FUNCTION gateway_audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF OLD.at <= now() - interval '{KEPT_DAYS} days' THEN
                RETURN OLD;
            END IF;
        END IF;
        RAISE EXCEPTION '{REFUSAL}';
    END $$
    """,
    """
    CREATE TRIGGER gateway_audit_row BEFORE UPDATE OR DELETE ON gateway_audit
    FOR EACH ROW EXECUTE FUNCTION gateway_audit_keep()
    """,
    """
    CREATE TRIGGER gateway_audit_truncate BEFORE TRUNCATE ON gateway_audit
    FOR EACH STATEMENT EXECUTE FUNCTION gateway_audit_keep()
    """,
)


def upgrade() -> None:
    """Make the table and its triggers, and the column of the role."""
    op.add_column("gateway_user", sa.Column("is_auditor", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "gateway_audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("at", MOMENT, nullable=False, index=True),
        sa.Column("actor_id", sa.String(64), nullable=False),
        sa.Column("actor_kind", sa.String(20), nullable=False),
        sa.Column("key_id", sa.String(36), nullable=False),
        sa.Column("action", sa.String(50), nullable=False),
        sa.Column("target_kind", sa.String(30), nullable=False),
        sa.Column("target_id", sa.String(200), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("details", sa.Text, nullable=False),
    )
    for name in ("actor", "target"):
        op.create_index(f"ix_gateway_audit_{name}", "gateway_audit", [f"{name}_id", "id"])
    op.create_index("ix_gateway_audit_action", "gateway_audit", ["action", "id"])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRES:
        op.execute(statement)


def downgrade() -> None:
    """Drop both."""
    op.drop_table("gateway_audit")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION gateway_audit_keep()")
    op.drop_column("gateway_user", "is_auditor")
