"""Crises: what complaints are about, statements with their approvals, the freeze, and looked-up orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("complaints", sa.Column("topic", sa.String(), nullable=True))
    op.create_index("ix_complaints_topic", "complaints", ["topic"])
    op.add_column("cases", sa.Column("overruled", sa.JSON(), nullable=True))
    op.add_column("cases", sa.Column("sealed_reasons", sa.LargeBinary(), nullable=True))
    op.add_column("cases", sa.Column("sealed_orders", sa.LargeBinary(), nullable=True))
    op.add_column("outbox", sa.Column("fold", sa.String(), nullable=True))
    op.add_column("outbox", sa.Column("speaks_for", sa.Integer(), nullable=True))
    op.create_index("ix_outbox_fold_sending_since", "outbox", ["fold", "sending_since"])
    with op.batch_alter_table("incidents") as incidents:
        incidents.add_column(sa.Column("topic", sa.String(), nullable=True))
        incidents.add_column(sa.Column("stood_down_at", sa.DateTime(timezone=True), nullable=True))
        incidents.add_column(sa.Column("merged_into", sa.String(), nullable=True))
        incidents.add_column(sa.Column("freeze_lifted_at", sa.DateTime(timezone=True), nullable=True))
        incidents.add_column(sa.Column("freeze_lifted_by", sa.String(), nullable=True))
        incidents.add_column(sa.Column("duties", sa.JSON(), nullable=True))
        incidents.add_column(sa.Column("sealed_lift_reason", sa.LargeBinary(), nullable=True))
        incidents.add_column(sa.Column("sealed_room", sa.LargeBinary(), nullable=True))
        incidents.create_index("ix_incidents_topic", ["topic"])
        incidents.create_foreign_key(
            "fk_incidents_merged_into", "incidents", ["merged_into"], ["id"], deferrable=True, initially="DEFERRED"
        )
    op.create_table(
        "statements",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("drafted_by", sa.String(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remedies", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("news_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_texts", sa.LargeBinary(), nullable=False),
        sa.Column("approvers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=True),
        _link("statements", "incident_id", "incidents.id"),
        sa.PrimaryKeyConstraint("id", name="pk_statements"),
        sa.UniqueConstraint("incident_id", "kind", "version", name="uq_statements_incident_id_kind_version"),
    )
    op.create_index("ix_statements_incident_id", "statements", ["incident_id"])
    op.create_table(
        "approvals",
        sa.Column("statement_id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        _link("approvals", "statement_id", "statements.id"),
        sa.PrimaryKeyConstraint("statement_id", "by", "role", name="pk_approvals"),
    )
    _lock_statements()
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("statement_id", sa.String(), nullable=True))
        outbox.create_index("ix_outbox_statement_id", ["statement_id"])
        outbox.create_foreign_key(
            "fk_outbox_statement_id", "statements", ["statement_id"], ["id"], deferrable=True, initially="DEFERRED"
        )


_LOCKED = "incident_id, kind, version, drafted_by, drafted_at, remedies, news_at, sealed_texts, approvers, digest"


def _lock_statements() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"""CREATE TRIGGER statements_are_locked BEFORE UPDATE OF {_LOCKED} ON statements
            WHEN OLD.status <> 'draft'
            BEGIN SELECT RAISE(ABORT, 'a statement that is decided is never changed'); END"""
        )
    else:
        op.execute(
            """CREATE FUNCTION statements_are_locked() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'a statement that is decided is never changed'; END $$"""
        )
        op.execute(
            f"""CREATE TRIGGER statements_are_locked BEFORE UPDATE OF {_LOCKED} ON statements
            FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION statements_are_locked()"""
        )


def _link(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], f"fk_{table}_{column}", deferrable=True, initially="DEFERRED")
