"""Complaints, by which a crowd of them is noticed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "complaints",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("signs", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_complaints_message_id", initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_complaints_customer_id", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("message_id", name="pk_complaints"),
    )
    op.create_index("ix_complaints_at_customer_id", "complaints", ["at", "customer_id"])
    op.create_index("ix_complaints_customer_id", "complaints", ["customer_id"])
