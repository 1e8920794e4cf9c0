"""Whose a message is, lists of things to do, holds, exports, when a leak was noticed, and runs beside others."""

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
    with op.batch_alter_table("runs") as runs:
        runs.add_column(sa.Column("alongside", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("runs") as runs:
        runs.alter_column("alongside", server_default=None)
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
    _letters_by_hand()


def _letters_by_hand() -> None:
    """What colleagues have sent by hand was known by its answered task only. From now on it is a letter like all
    others, in the words that the task had, sent when it was answered; where no step waited for it nobody knows."""
    moment = sa.DateTime(timezone=True)
    tasks = sa.table(
        "tasks",
        *(sa.column(name) for name in ("id", "subject_id", "case_id", "run_id", "path", "kind", "status")),
        *(sa.column(name, moment) for name in ("created_at", "answered_at")),
        sa.column("sealed_details"),
    )
    steps = sa.table("steps", *(sa.column(name) for name in ("run_id", "path", "verb", "status")))
    names = ("id", "key", "subject_id", "customer_id", "case_id", "run_id", "path", "to", "form", "status", "tries")
    about = ("reply", "reply_version", "locale")
    outbox = sa.table(
        "outbox",
        *(sa.column(name) for name in (*names, *about, "provider_blind", "sealed_body")),
        *(sa.column(name, moment) for name in ("created_at", "sent_at")),
    )
    connection = op.get_bind()
    done = sa.select(tasks).join(steps, (steps.c.run_id == tasks.c.run_id) & (steps.c.path == tasks.c.path))
    done = done.where(tasks.c.kind == "do", tasks.c.status == "answered", tasks.c.case_id.is_not(None))
    for task in connection.execute(done.where(steps.c.verb == "reply", steps.c.status == "done")).all():
        here = sa.select(outbox).where(outbox.c.run_id == task.run_id, outbox.c.path == task.path)
        newest_first = here.where(outbox.c.to == "customer").order_by(outbox.c.created_at.desc(), outbox.c.id)
        rows = connection.execute(newest_first).all()
        if any(row.status == "sent" for row in rows):
            continue
        left = {"form": "by_hand", "status": "sent", "sent_at": task.answered_at}
        if rows and rows[0].status == "handed_over" and rows[0].provider_blind is None:
            connection.execute(sa.update(outbox).where(outbox.c.id == rows[0].id).values(left))
            continue
        words = task.sealed_details or (rows[0].sealed_body if rows else None)
        if words is not None:
            row = {name: getattr(task, name) for name in ("subject_id", "case_id", "run_id", "path", "created_at")}
            row |= {name: getattr(rows[0], name) if rows else None for name in about}
            row |= {"id": task.id.replace("T-", "O-", 1), "key": f"{task.run_id}/{task.path}/by hand/{task.id}"}
            row |= {"customer_id": task.subject_id, "to": "customer", "tries": 0, "sealed_body": words, **left}
            connection.execute(sa.insert(outbox).values(row))


def _link(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}", initially="DEFERRED", deferrable=True)
