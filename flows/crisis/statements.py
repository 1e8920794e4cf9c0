"""The official statement of an incident, version by version: drafted, approved by the right people, in force, replaced.

Nothing of a version changes once it is decided: the database refuses it, and `words` holds what it opens against the
digest that was approved.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.errors import FirebreakError
from flows.ids import new_id
from flows.runs import history, incident_events
from flows.runs.outcome import waits_for
from flows.runs.progress import progress_of
from flows.store.sessions import once
from flows.store.subjects import lock, ring
from flows.store.tables import Approval, Incident, Run, Statement, StatementKind, Step, Timer
from flows.store.vault import Vault

AWAITED = "draft"
"""What a step waits for (`Waiting`) that wants to go on whenever a draft of a kind is made or decided."""

_OF_KIND = select(Statement).where(Statement.incident_id == bindparam("incident"), Statement.kind == bindparam("kind"))
_NEWEST = _OF_KIND.where(Statement.status == bindparam("status")).order_by(Statement.version.desc()).limit(1)


class WrongStatement(FirebreakError):
    """This statement cannot be drafted, or decided, like that."""


# -- what there is ----------------------------------------------------------------------------------------------------


def in_force(session: Session, incident_id: str, kind: StatementKind = "statement") -> Statement | None:
    """The version that is in force; None as long as nobody's words have been approved."""
    return next(iter(once(session, _NEWEST, incident=incident_id, kind=kind, status="in_force")), None)


def open_draft(session: Session, incident_id: str, kind: StatementKind = "statement") -> Statement | None:
    """The version that waits for approval."""
    return session.scalars(_NEWEST, {"incident": incident_id, "kind": kind, "status": "draft"}).first()


def versions(session: Session, incident_id: str, kind: StatementKind = "statement") -> Sequence[Statement]:
    """Every version that was drafted, the first one first."""
    return session.scalars(_OF_KIND.order_by(Statement.version), {"incident": incident_id, "kind": kind}).all()


def words(vault: Vault, statement: Statement) -> dict[str, str]:
    """The words in each language. Raises `WrongStatement` if they are not those that the digest stands for, and
    `Erased` when nobody can open them any more."""
    texts: dict[str, str] = vault.open(statement.sealed_texts)
    if digest_of(texts, statement.remedies, statement.news_at) != statement.digest:
        raise WrongStatement(f"{statement.id} is not what was approved: somebody has changed it in the database")
    return texts


def digest_of(texts: Mapping[str, str], remedies: Sequence[str], news_at: datetime | None) -> str:
    """64 hex digits that stand for exactly these words, remedies and time."""
    said = [dict(texts), sorted(remedies), news_at.isoformat() if news_at is not None else None]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def approvals(session: Session, statement: Statement) -> Sequence[Approval]:
    """Who has said yes or no, in that order."""
    said = select(Approval).where(Approval.statement_id == statement.id)
    return session.scalars(said.order_by(Approval.at, Approval.by, Approval.role)).all()


def missing(session: Session, statement: Statement) -> list[str]:
    """The roles that must still say yes. Where all have, but nobody besides the author, the first one again; an empty
    role stands for anybody but the author."""
    said = [each for each in approvals(session, statement) if each.approved]
    left = [role for role in statement.approvers if role not in {each.role for each in said}]
    if not left and all(each.by == statement.drafted_by for each in said):
        return [statement.approvers[0] if statement.approvers else ""]
    return left


# -- drafting ---------------------------------------------------------------------------------------------------------


def draft(
    desk: Desk,
    session: Session,
    incident: Incident,
    texts: Mapping[str, str],
    remedies: Sequence[str],
    news_at: datetime | None,
    by: str,
    kind: StatementKind = "statement",
    *,
    flow_run: str | None = None,
) -> Statement:
    """Draft the next version: `texts` are language -> words, `remedies` what may be promised, `news_at` when there will
    be news. A draft that is still open gives way to it. The words must have been looked at (`flows.crisis.wording`):
    here they are only kept. Raises `WrongStatement` for a time that is over."""
    now = desk.now()
    if incident.closed_at is not None and kind == "statement":
        raise WrongStatement(f"{incident.id} is closed: nothing more is said about it")
    if news_at is not None and news_at <= now:
        raise WrongStatement("the time for news lies in the past; give one that is still to come")
    lock(session, incident.id)
    if (before := open_draft(session, incident.id, kind)) is not None:
        before.status, before.ended_at = "replaced", now
        session.flush()
    of_kind = select(func.max(Statement.version)).where(Statement.incident_id == incident.id, Statement.kind == kind)
    statement = Statement(
        id=new_id("S"),
        incident_id=incident.id,
        kind=kind,
        version=(session.scalar(of_kind) or 0) + 1,
        status="draft",
        drafted_by=by,
        drafted_at=now,
        remedies=list(remedies),
        news_at=news_at,
        sealed_texts=desk.store.vault.seal(incident.id, dict(texts)),
        approvers=[],
        digest=digest_of(texts, remedies, news_at),
    )
    statement.approvers = _approvers(desk, session, incident.id, kind)
    session.add(statement)
    said = {"languages": sorted(texts), "remedies": list(remedies)}
    until = {"news_at": news_at.isoformat()} if news_at is not None else {}
    _tell(session, statement, now, "statement drafted", flow_run, by=by, **said, **until)
    _wake(session, statement, now)
    return statement


# -- deciding ---------------------------------------------------------------------------------------------------------


def vote(
    desk: Desk,
    session: Session,
    statement: Statement,
    by: str,
    yes: bool,
    digest: str | None = None,
    *,
    role: str = "",
    reason: str = "",
    flow_run: str | None = None,
) -> Statement:
    """Somebody says yes or no to a draft, for a role. One no refuses it. It is in force once every role that must has
    said yes, and at least one person besides the author; then it replaces the version before it.

    `digest` stands for the words that they have read, or begins like that. Raises `WrongStatement` if those are others,
    or if the draft is decided already.
    """
    lock(session, statement.incident_id)
    session.refresh(statement)
    now = desk.now()
    if statement.status != "draft":
        state = {"in_force": "in force"}.get(statement.status, statement.status)
        raise WrongStatement(f"{statement.id} (version {statement.version}) is {state} already; nobody can change that")
    if digest is not None and not (len(digest) >= 8 and statement.digest.startswith(digest)):
        raise WrongStatement(f"what was read is not {statement.id} as it stands: read it again, then decide")
    _check_role(session, statement, role, yes)
    if yes and statement.news_at is not None and statement.news_at <= now:
        raise WrongStatement(f"{statement.id} promises news for a time that is over; draft it anew")
    role = role or (missing(session, statement)[0] if yes else "")
    key = {"statement_id": statement.id, "by": by, "role": role}
    if session.get(Approval, key) is None:
        session.add(Approval(**key, at=now, approved=yes, digest=statement.digest))
        session.flush()
        event = "statement approved" if yes else "statement refused"
        _tell(session, statement, now, event, flow_run, by=by, **({"role": role} if role else {}))
    if not yes:
        statement.status, statement.ended_at = "refused", now
        if reason.strip():
            statement.sealed_reason = desk.store.vault.seal(statement.incident_id, {"text": reason.strip()})
    elif not missing(session, statement):
        _put_in_force(session, statement, now, flow_run)
    session.flush()
    _wake(session, statement, now)
    return statement


def _check_role(session: Session, statement: Statement, role: str, yes: bool) -> None:
    if role and statement.approvers and role not in statement.approvers:
        raise WrongStatement(f'"{role}" does not decide about {statement.id}: {", ".join(statement.approvers)} do')
    left = missing(session, statement)
    if yes and not role and len(left) > 1:
        raise WrongStatement(f"say for whom you approve: --role {' or --role '.join(left)}")


def _put_in_force(session: Session, statement: Statement, now: datetime, flow_run: str | None) -> None:
    before = in_force(session, statement.incident_id, statement.kind)
    if before is not None:
        before.status, before.ended_at = "replaced", now
    statement.status, statement.in_force_at = "in_force", now
    session.flush()
    replaced = {"replaces": before.version} if before is not None else {}
    _tell(session, statement, now, "statement in force", flow_run, **replaced)
    if statement.kind == "statement":
        incident_events.tell(session, statement.incident_id, "statement", now)


def _tell(session: Session, statement: Statement, now: datetime, event: str, flow_run: str | None, **said: Any) -> None:
    about = {"statement": statement.id, "version": statement.version, "kind": statement.kind, **said}
    ids = {"incident_id": statement.incident_id, "flow_run": flow_run}
    history.tell_of(session, statement.incident_id, now, event, about, **ids)


# -- whoever asks for drafts and approvals ----------------------------------------------------------------------------


def _approvers(desk: Desk, session: Session, incident_id: str, kind: str) -> list[str]:
    """The roles that the incident's procedures have decide about statements of this kind, also where they have not come
    to it yet, or have not begun."""
    under_way = select(Run).where(Run.incident_id == incident_id, Run.status != "finished").order_by(Run.started_at)
    for run in session.scalars(under_way).all():
        for step in progress_of(desk, session, run).playbook.walk():
            if step.verb.verb == "one_voice" and vars(step.verb)["kind"] == kind:
                return [str(role) for role in vars(step.verb)["approved_by"]]
    # What is told afterwards may be drafted before its procedure begins, on the next working day.
    later = desk.shelf.current.playbooks.values() if kind == "retrospective" else ()
    for step in (step for playbook in later for step in playbook.walk() if step.verb.verb == "one_voice"):
        if vars(step.verb)["kind"] == kind:
            return [str(role) for role in vars(step.verb)["approved_by"]]
    return []


def _wake(session: Session, statement: Statement, now: datetime) -> None:
    """Let every step go on that waits for drafts of this kind."""
    waiting = select(Step).join(Run, Run.id == Step.run_id)
    waiting = waiting.where(
        Run.incident_id == statement.incident_id, Run.status != "finished", Step.status == "waiting"
    )
    for step in session.scalars(waiting).all():
        if not waits_for(step.waiting_for, AWAITED, statement.kind):
            continue
        here = {"run_id": step.run_id, "path": step.path, "kind": "wait", "name": "", "due_at": now}
        timer = session.scalars(select(Timer).filter_by(**here)).first()
        if timer is None:
            session.add(Timer(subject_id=statement.incident_id, **here))
        else:  # the same moment is kept once
            timer.fired_at = timer.cancelled_at = None
        ring(session, statement.incident_id, now)
