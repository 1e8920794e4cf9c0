"""Whose a message is, lists of things to do, holds, exports, and when a leak was noticed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("messages") as messages:
        messages.add_column(sa.Column("author", sa.String(20), nullable=False, server_default="customer"))
        messages.add_column(sa.Column("origin", sa.String(20), nullable=False, server_default="webhook"))
    with op.batch_alter_table("messages") as messages:  # what stands there has its value; new rows bring their own
        messages.alter_column("author", server_default=None)
        messages.alter_column("origin", server_default=None)
    op.add_column("incidents", sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "task_items",
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        _link("task_items", "task_id", "tasks.id"),
        sa.PrimaryKeyConstraint("task_id", "number", name="pk_task_items"),
    )
    op.create_index("ix_task_items_about", "task_items", ["about"])
    op.create_table(
        "holds",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.String(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        _link("holds", "customer_id", "customers.id"),
        _link("holds", "case_id", "cases.id"),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
    )
    for column in ("customer_id", "case_id", "about"):
        op.create_index(f"ix_holds_{column}", "holds", [column])
    op.create_table(
        "exports",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("sealed_path", sa.LargeBinary(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        _link("exports", "customer_id", "customers.id"),
        _link("exports", "case_id", "cases.id"),
        sa.PrimaryKeyConstraint("id", name="pk_exports"),
    )
    for column in ("customer_id", "case_id"):
        op.create_index(f"ix_exports_{column}", "exports", [column])
    op.create_table(
        "affected",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("told_case_id", sa.String(), nullable=True),
        _link("affected", "incident_id", "incidents.id"),
        _link("affected", "customer_id", "customers.id"),
        _link("affected", "told_case_id", "cases.id"),
        sa.PrimaryKeyConstraint("id", name="pk_affected"),
    )
    for column in ("incident_id", "customer_id", "told_case_id"):
        op.create_index(f"ix_affected_{column}", "affected", [column])


def _link(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}", initially="DEFERRED", deferrable=True)
