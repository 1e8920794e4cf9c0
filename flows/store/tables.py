"""The rows of the data database.

Personal data is only in ``sealed_*`` columns (bytes from the vault) and, as keyed hashes that cannot be turned back,
in ``blind`` columns. Every other column holds closed words, ids, numbers and times, and may be shown and logged.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, ForeignKey, Index, Table, UniqueConstraint, event
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

from flows.store.columns import ANNOTATIONS, Json, counted, json_any, json_list, json_map, naming, plain_defaults

SubjectKind = Literal["customer", "incident", "house"]
AliasKind = Literal["wa_id", "user_id"]
Place = Literal["private", "group"]
Author = Literal["customer", "us"]
Origin = Literal["webhook", "echo", "import"]
ItemStatus = Literal["open", "done", "failed", "expired"]
RunStatus = Literal["moving", "waiting", "finished", "stuck"]
StepStatus = Literal["waiting", "again", "done", "skipped", "failed", "timed_out"]
TaskKind = Literal["ask", "approve", "do"]
TaskStatus = Literal["open", "answered", "expired", "withdrawn"]
TimerKind = Literal["wait", "again", "timeout", "retry", "warning", "breach", "gather"]
PromiseStatus = Literal["open", "kept", "broken", "void"]
Recipient = Literal["customer", "team", "group"]
OutboxForm = Literal["text", "template", "notice", "by_hand"]
OutboxStatus = Literal["ready", "sending", "sent", "failed", "handed_over", "withdrawn"]
FollowUpStatus = Literal["waiting", "started", "cancelled"]
StatementKind = Literal["statement", "retrospective"]
StatementStatus = Literal["draft", "in_force", "replaced", "refused"]


def _link(to: str, *, primary_key: bool = False, index: bool = False) -> MappedColumn[Any]:
    # Checked at the commit, so that rows of one transaction may be written in any order.
    return mapped_column(ForeignKey(to, deferrable=True, initially="DEFERRED"), primary_key=primary_key, index=index)


class Base(DeclarativeBase):
    metadata = naming()
    type_annotation_map = ANNOTATIONS

    def __init__(self, **values: Any) -> None:
        """Fill in the defaults at once, so that a new row reads the same before and after it is written."""
        type(self).registry.constructor(self, **{**plain_defaults(type(self).__table__), **values})


class Subject(Base):
    """A customer, an incident or the house itself (its reviews): the only thing that anyone claims. Its row is the
    lock for all that hangs on it."""

    __tablename__ = "subjects"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[SubjectKind]
    severity: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(index=True)  # when it next needs a hand
    bells: Mapped[int] = mapped_column(default=0)  # how often somebody brought work; never goes down
    claimed_by: Mapped[str | None]
    claimed_until: Mapped[datetime | None] = mapped_column(index=True)


class Customer(Base):
    """A person who writes to us, known to everything else by a random id."""

    __tablename__ = "customers"

    id: Mapped[str] = _link("subjects.id", primary_key=True)
    first_seen_at: Mapped[datetime]
    last_wrote_at: Mapped[datetime | None]  # opens the 24-hour customer service window
    locale: Mapped[str | None]
    sealed_profile: Mapped[bytes | None]
    labels: Mapped[list[str]] = json_list(required=True)
    merged_into: Mapped[str | None] = _link("customers.id", index=True)


class Alias(Base):
    """An address by which a customer is known: the number, or the business-scoped user id."""

    __tablename__ = "aliases"

    blind: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = _link("customers.id", index=True)
    kind: Mapped[AliasKind]
    sealed_address: Mapped[bytes]
    added_at: Mapped[datetime]  # after a change of number the newest is the one to write to


class Message(Base):
    """What a customer wrote, or what colleagues wrote to one past Firebreak. ``handled_at`` is empty until the rules
    have read it; what is not to be read is handled from the beginning."""

    __tablename__ = "messages"
    __table_args__ = (Index(None, "customer_id", "handled_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = _link("customers.id")
    blind: Mapped[str] = mapped_column(unique=True)
    author: Mapped[Author] = mapped_column(default="customer")
    origin: Mapped[Origin] = mapped_column(default="webhook")
    kind: Mapped[str]  # as WhatsApp names it; a type we do not know yet is kept under its own name
    place: Mapped[Place]
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime]
    sealed_content: Mapped[bytes]
    facts: Mapped[Json | None] = json_map()
    case_id: Mapped[str | None] = _link("cases.id", index=True)
    handled_at: Mapped[datetime | None]


class Seen(Base):
    """A message or status that came in before. WhatsApp repeats a delivery for up to seven days."""

    __tablename__ = "seen"

    blind: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)


class Delivery(Base):
    """What one webhook status said about a message of ours. ``key`` is what we gave as biz_opaque_callback_data."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(counted(), primary_key=True)
    blind: Mapped[str] = mapped_column(index=True)
    key: Mapped[str | None] = mapped_column(index=True)
    status: Mapped[str]
    code: Mapped[int | None]
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    outbox_id: Mapped[str | None] = _link("outbox.id", index=True)
    handled_at: Mapped[datetime | None] = mapped_column(index=True)


class Complaint(Base):
    """That somebody complained, written with the reading of the message, so that a crowd is never forgotten. Nothing
    personal: ``signs`` are the names of the facts that say what kind of complaint it is."""

    __tablename__ = "complaints"
    __table_args__ = (Index(None, "at", "customer_id"),)

    message_id: Mapped[str] = _link("messages.id", primary_key=True)
    customer_id: Mapped[str] = _link("customers.id", index=True)
    at: Mapped[datetime]  # when the customer wrote it
    severity: Mapped[int] = mapped_column(default=0)
    topic: Mapped[str | None] = mapped_column(index=True)  # what it is about: the fact `topic`
    signs: Mapped[list[str]] = json_list(required=True)


class Case(Base):
    """One request or complaint of one customer."""

    __tablename__ = "cases"

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = _link("customers.id", index=True)
    playbook: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(index=True)
    closed_at: Mapped[datetime | None]
    closed_as: Mapped[str | None]
    severity: Mapped[int] = mapped_column(default=0)
    incident_id: Mapped[str | None] = _link("incidents.id", index=True)
    facts: Mapped[Json] = json_map(required=True)
    labels: Mapped[list[str]] = json_list(required=True)
    overruled: Mapped[Json | None] = json_map()  # a person's word on how severe it is: see flows/runs/retriage.py
    sealed_reasons: Mapped[bytes | None]  # why, in their own words, each time
    sealed_orders: Mapped[bytes | None]  # what the order source said of the customer, as it was looked up


class Incident(Base):
    """A crisis that gathers many cases. ``sealed_what`` is what a person wrote about it, under the incident's key.
    While it is open, nothing is sent that is not about a crisis, unless somebody has lifted that freeze."""

    __tablename__ = "incidents"

    id: Mapped[str] = _link("subjects.id", primary_key=True)
    kind: Mapped[str]
    severity: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime] = mapped_column(index=True)
    opened_by: Mapped[str]
    topic: Mapped[str | None] = mapped_column(index=True)  # the fact `topic` of the complaints that it gathers
    noticed_at: Mapped[datetime | None]  # when we became aware of it: the clocks of a leak run from there
    stood_down_at: Mapped[datetime | None]  # when a person decided that it is over
    closed_at: Mapped[datetime | None]
    merged_into: Mapped[str | None] = _link("incidents.id")
    freeze_lifted_at: Mapped[datetime | None]
    freeze_lifted_by: Mapped[str | None]
    facts: Mapped[Json] = json_map(required=True)
    sealed_what: Mapped[bytes | None]
    duties: Mapped[Json | None] = json_map()  # who does what: "lead", "fix" or a level -> a colleague's short name
    sealed_lift_reason: Mapped[bytes | None]  # why somebody has lifted the freeze
    sealed_room: Mapped[bytes | None]  # where the team talks about it: a link into their messenger


class Statement(Base):
    """What we say about an incident, word by word: the official statement while it lasts, or the retrospective after
    it. Versions are counted from 1 for each kind. Once it has its approvals it is in force and never changes; the next
    version replaces it."""

    __tablename__ = "statements"
    __table_args__ = (UniqueConstraint("incident_id", "kind", "version"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[str] = _link("incidents.id", index=True)
    kind: Mapped[StatementKind] = mapped_column(default="statement")
    version: Mapped[int]
    status: Mapped[StatementStatus] = mapped_column(default="draft")
    drafted_by: Mapped[str]  # a colleague's short name, as in every `by`
    drafted_at: Mapped[datetime]
    remedies: Mapped[list[str]] = json_list(required=True)  # values of the fact `remedy` that may be promised
    news_at: Mapped[datetime | None]  # when there will be news, or an end: what customers are told
    sealed_texts: Mapped[bytes]  # language -> words, under the incident's key
    approvers: Mapped[list[str]] = json_list(required=True)  # the roles of which each must say yes; none: anybody else
    digest: Mapped[str]  # SHA-256 of all that was approved: the words, the remedies and the time
    in_force_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # when it was replaced or refused
    sealed_reason: Mapped[bytes | None]  # why it was refused, in the words of whoever did


# The database itself refuses to change what was approved, or refused.
_LOCKED = "incident_id, kind, version, drafted_by, drafted_at, remedies, news_at, sealed_texts, approvers, digest"
_LOCKED_ON_SQLITE = f"""CREATE TRIGGER statements_are_locked BEFORE UPDATE OF {_LOCKED} ON statements
WHEN OLD.status <> 'draft' BEGIN SELECT RAISE(ABORT, 'a statement that is decided is never changed'); END"""
_LOCKED_ON_POSTGRESQL = f"""CREATE FUNCTION statements_are_locked() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a statement that is decided is never changed'; END $$;
CREATE TRIGGER statements_are_locked BEFORE UPDATE OF {_LOCKED} ON statements
FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION statements_are_locked()"""


@event.listens_for(Statement.__table__, "after_create")
def _lock_statements(_table: Table, connection: Connection, **_: object) -> None:
    connection.exec_driver_sql(_LOCKED_ON_SQLITE if connection.dialect.name == "sqlite" else _LOCKED_ON_POSTGRESQL)


class Approval(Base):
    """Who said yes or no to which statement, once for each role; ``digest`` is what they had before their eyes."""

    __tablename__ = "approvals"

    statement_id: Mapped[str] = _link("statements.id", primary_key=True)
    by: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True, default="")  # for which role they spoke
    at: Mapped[datetime]
    approved: Mapped[bool]
    digest: Mapped[str]


class Affected(Base):
    """A customer whose personal data a leak may have touched, and the case in which they are told of it. The same
    customer stands here once for an incident, unless two customers turned out to be one."""

    __tablename__ = "affected"

    id: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[str] = _link("incidents.id", index=True)
    customer_id: Mapped[str] = _link("customers.id", index=True)
    added_at: Mapped[datetime]
    added_by: Mapped[str]
    told_case_id: Mapped[str | None] = _link("cases.id", index=True)  # empty until that case is opened


class Run(Base):
    """One execution of one playbook version, pinned to the bundle that it was started with."""

    __tablename__ = "runs"
    __table_args__ = (Index(None, "subject_id", "status"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = _link("subjects.id")
    case_id: Mapped[str | None] = _link("cases.id", index=True)
    incident_id: Mapped[str | None] = _link("incidents.id", index=True)
    playbook: Mapped[str]
    version: Mapped[str]
    bundle: Mapped[str] = _link("bundles.digest")
    status: Mapped[RunStatus]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    inputs: Mapped[Json] = json_map(required=True)
    called_by: Mapped[str | None] = _link("runs.id", index=True)  # the run that waits for the end of this one
    called_at: Mapped[str | None]  # and the path of its step
    alongside: Mapped[bool] = mapped_column(default=False)  # beside what its case was opened for; see Playbook


class Step(Base):
    """How far a run came at one place of its playbook."""

    __tablename__ = "steps"

    run_id: Mapped[str] = _link("runs.id", primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    verb: Mapped[str]
    status: Mapped[StepStatus]
    attempt: Mapped[int] = mapped_column(default=1)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    waiting_for: Mapped[Json | None] = json_map()
    outcome: Mapped[Json] = json_map(required=True)


class Task(Base):
    """Something that only a person can do or decide."""

    __tablename__ = "tasks"
    __table_args__ = (Index(None, "status", "due_at"), Index(None, "run_id", "path"))

    id: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = _link("subjects.id", index=True)
    case_id: Mapped[str | None] = _link("cases.id", index=True)
    incident_id: Mapped[str | None] = _link("incidents.id", index=True)
    run_id: Mapped[str | None] = _link("runs.id")
    path: Mapped[str | None]
    kind: Mapped[TaskKind]
    role: Mapped[str]
    question: Mapped[str]
    form: Mapped[Json] = json_map(required=True)
    sealed_details: Mapped[bytes | None]
    status: Mapped[TaskStatus] = mapped_column(default="open")
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[Json | None] = json_map()
    sealed_remark: Mapped[bytes | None]
    settled_at: Mapped[datetime | None]  # when the run took the answer, or its absence, into account


class TaskItem(Base):
    """One of several things that a task asks for, each with its own deadline: a message to delete, a customer to
    decide about. ``about`` is the id of what it stands for; what is personal of it is looked up when it is shown."""

    __tablename__ = "task_items"

    task_id: Mapped[str] = _link("tasks.id", primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # 1, 2, 3, … in the order in which they are to be done
    about: Mapped[str] = mapped_column(index=True)
    due_at: Mapped[datetime | None]
    status: Mapped[ItemStatus] = mapped_column(default="open")
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]  # a colleague's short name; "whatsapp" where a webhook told it


class Hold(Base):
    """A reason why something must stay, whoever asks for its deletion. ``about`` is the id of a message or a letter;
    without it everything of the customer is meant."""

    __tablename__ = "holds"

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = _link("customers.id", index=True)
    case_id: Mapped[str | None] = _link("cases.id", index=True)
    about: Mapped[str | None] = mapped_column(index=True)
    reason: Mapped[str]  # a closed word: see flows/erasing/holds.py
    placed_at: Mapped[datetime]
    placed_by: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]


class Export(Base):
    """A file with personal data that was written or read at a colleague's wish: one more copy to remember."""

    __tablename__ = "exports"

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = _link("customers.id", index=True)
    case_id: Mapped[str | None] = _link("cases.id", index=True)
    kind: Mapped[str]  # their_data, chat_export
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    sha256: Mapped[str]
    sealed_path: Mapped[bytes | None]
    removed_at: Mapped[datetime | None]


class Timer(Base):
    """A moment at which a run needs a hand. The same moment for the same reason is kept once."""

    __tablename__ = "timers"
    __table_args__ = (UniqueConstraint("run_id", "path", "kind", "name", "due_at"),)

    id: Mapped[int] = mapped_column(counted(), primary_key=True)
    subject_id: Mapped[str] = _link("subjects.id", index=True)
    run_id: Mapped[str] = _link("runs.id")
    path: Mapped[str]
    kind: Mapped[TimerKind]
    name: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime] = mapped_column(index=True)
    fired_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]


class Promise(Base):
    """A clock that runs for a run: what was promised, until when, and whether it was kept."""

    __tablename__ = "promises"

    run_id: Mapped[str] = _link("runs.id", primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    status: Mapped[PromiseStatus] = mapped_column(default="open")
    settled_at: Mapped[datetime | None]


class Outbox(Base):
    """Something to be said, committed before it is sent. ``key`` makes a second row for the same thing impossible."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(None, "status", "not_before"),
        Index(None, "run_id", "path"),
        Index(None, "fold", "sending_since"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    subject_id: Mapped[str] = _link("subjects.id", index=True)
    customer_id: Mapped[str | None] = _link("customers.id", index=True)
    case_id: Mapped[str | None] = _link("cases.id", index=True)
    incident_id: Mapped[str | None] = _link("incidents.id", index=True)
    run_id: Mapped[str | None] = _link("runs.id")
    path: Mapped[str | None]
    to: Mapped[Recipient]
    role: Mapped[str | None]
    fold: Mapped[str | None]  # notices that say the same of many cases have the same; see flows/sending/folding.py
    speaks_for: Mapped[int | None]  # of how many cases one of those has told; 0: another one has told of this one
    reply: Mapped[str | None]
    reply_version: Mapped[str | None]
    locale: Mapped[str | None]
    form: Mapped[OutboxForm]
    claims: Mapped[Any | None] = json_any()  # what the text says was done, as the run has proven it
    statement_id: Mapped[str | None] = _link("statements.id", index=True)  # whose words it was built from
    sealed_body: Mapped[bytes]
    status: Mapped[OutboxStatus] = mapped_column(default="ready")
    tries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    sending_since: Mapped[datetime | None]
    provider_blind: Mapped[str | None] = mapped_column(index=True)
    code: Mapped[int | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class FollowUp(Base):
    """A playbook that is to start later, unless something made it needless."""

    __tablename__ = "follow_ups"
    __table_args__ = (Index(None, "status", "due_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = _link("subjects.id", index=True)
    case_id: Mapped[str | None] = _link("cases.id", index=True)
    run_id: Mapped[str] = _link("runs.id", index=True)
    path: Mapped[str]
    playbook: Mapped[str]
    due_at: Mapped[datetime]
    unless: Mapped[Json | None] = json_map()
    hold_if: Mapped[Json | None] = json_map()
    held_since: Mapped[datetime | None]
    status: Mapped[FollowUpStatus] = mapped_column(default="waiting")
    decided_at: Mapped[datetime | None]
    because: Mapped[Json | None] = json_map()


class JournalLine(Base):
    """One line of a subject's history. Written by ``flows.store.journal`` only, and never changed."""

    __tablename__ = "journal"

    subject_id: Mapped[str] = _link("subjects.id", primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # 1, 2, 3, … without a gap
    at: Mapped[datetime]
    # Ids without a foreign key: the history outlives what it tells of.
    case_id: Mapped[str | None] = mapped_column(index=True)
    incident_id: Mapped[str | None] = mapped_column(index=True)
    run_id: Mapped[str | None] = mapped_column(index=True)
    path: Mapped[str | None]
    event: Mapped[str]
    data: Mapped[Any] = json_any()
    flow_run: Mapped[str | None]
    previous: Mapped[str]
    hash: Mapped[str]


# The database itself refuses to change a line.
_ON_SQLITE = """CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'a journal line is never changed'); END"""
_ON_POSTGRESQL = """CREATE FUNCTION journal_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a journal line is never changed'; END $$;
CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
FOR EACH ROW EXECUTE FUNCTION journal_is_never_changed()"""


@event.listens_for(JournalLine.__table__, "after_create")
def _never_change_a_line(_table: Table, connection: Connection, **_: object) -> None:
    connection.exec_driver_sql(_ON_SQLITE if connection.dialect.name == "sqlite" else _ON_POSTGRESQL)


class Rejected(Base):
    """A webhook element that could not be taken in, kept for a person to look at."""

    __tablename__ = "rejected"

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    reason: Mapped[str]
    at_path: Mapped[str]
    sealed_element: Mapped[bytes]
    body_hash: Mapped[str]


class Bundle(Base):
    """Frozen content (playbook, rules, replies) under the digest of its files."""

    __tablename__ = "bundles"

    digest: Mapped[str] = mapped_column(primary_key=True)
    stored_at: Mapped[datetime]
    files: Mapped[Json] = json_any()
