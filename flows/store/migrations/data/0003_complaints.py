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
    _of_before()


def _of_before() -> None:
    """The complaints of the messages that were read before this table was there: an update in the middle of a crowd
    must not forget it. How severe each was is not kept with a message; those of the crowd count by their number."""
    messages = sa.table(
        "messages",
        sa.column("id", sa.String()),
        sa.column("customer_id", sa.String()),
        sa.column("sent_at", sa.DateTime(timezone=True)),
        sa.column("received_at", sa.DateTime(timezone=True)),
        sa.column("facts", sa.JSON()),
    )
    complaints = sa.table(
        "complaints",
        sa.column("message_id", sa.String()),
        sa.column("customer_id", sa.String()),
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("severity", sa.Integer()),
        sa.column("signs", sa.JSON()),
    )
    connection = op.get_bind()
    found = []
    for message in connection.execute(sa.select(messages).where(messages.c.facts.is_not(None))):
        facts = message.facts or {}
        signs = sorted(name for name, value in facts.items() if name.startswith("sign_") and value is True)
        if facts.get("intent") == "complaint" or signs:
            at = min(message.sent_at, message.received_at)
            found.append(
                {"message_id": message.id, "customer_id": message.customer_id, "at": at, "severity": 0, "signs": signs}
            )
    if found:
        connection.execute(complaints.insert(), found)
