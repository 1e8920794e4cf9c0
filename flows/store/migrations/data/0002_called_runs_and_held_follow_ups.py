"""Runs that other runs call, and follow-ups that are held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("runs") as runs:
        runs.add_column(sa.Column("called_by", sa.String(), nullable=True))
        runs.add_column(sa.Column("called_at", sa.String(), nullable=True))
        runs.create_foreign_key(
            "fk_runs_called_by", "runs", ["called_by"], ["id"], initially="DEFERRED", deferrable=True
        )
        runs.create_index("ix_runs_called_by", ["called_by"])
    with op.batch_alter_table("follow_ups") as follow_ups:
        follow_ups.add_column(sa.Column("hold_if", sa.JSON(), nullable=True))
        follow_ups.add_column(sa.Column("held_since", sa.DateTime(timezone=True), nullable=True))
