"""An incident whose procedure only speaks with one voice, and a customer's case that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache

from sqlalchemy import select

from flows import answering
from flows.crisis import statements, wording
from flows.rehearsal.stage import Stage
from flows.runs import opening
from flows.shelf import Shelf
from flows.store.tables import Case, Incident, Outbox, Statement, Task
from flows.verbs import all_verbs
from rules.bundle import Bundle
from tests.flows.runs import trials

WORDS = {"en": "Many parcels are late. We are on it.", "zh-CN": "许多包裹延误了，我们正在处理。"}

CRISIS = """
steps:
  - id: voice
    one_voice:
      drafted_by: shift_lead
      approved_by: [senior_owner]
      announce_to: [crisis_team]
      again_every: 10 minutes
  - notify: {who: crisis_team, message: We have spoken}
"""
REPLY = """
reply: trial/news
version: 1.0.0
text:
  en: "{statement|We are looking into it.} Version {statement_version|none}. More: {news_at|as soon as we know}."
"""
PROMISES = """
reply: trial/promises
version: 1.0.0
text:
  en: "We will send you your money back today."
"""


CASE = """
steps:
  - ask: {who: on_call, question: Ready?, form: {backup_status: {one_of: [none]}}}
    timeout: 9 days
    on_timeout: [{close: late}]
  - reply: REPLY
  - close: solved
"""


@cache
def shelf(reply: str = "trial/news") -> Shelf:
    """The shipped content with that procedure, and a case that waits for an answer and then sends `reply`."""
    files = dict(trials.bundle(CASE.replace("REPLY", reply), crisis_voice=CRISIS).files)
    files |= {"playbooks/replies/trial/news.yaml": REPLY, "playbooks/replies/trial/promises.yaml": PROMISES}
    return Shelf(Bundle.parse(files, all_verbs()), all_verbs())


def incident(stage: Stage) -> str:
    """Open an incident, let its procedure begin, and return its id."""
    with stage.store.begin() as session:
        opened = opening.open_incident(
            stage.desk,
            session,
            kind="delivery",
            severity="important",
            what="-",
            opened_by="ann",
            playbook="crisis-voice",
        )
        known = opened.id
    stage.settle()
    return known


def joins(stage: Stage, incident_id: str) -> None:
    """The newest case belongs to the incident."""
    with stage.store.begin() as session:
        case = session.scalars(select(Case).order_by(Case.opened_at.desc())).first()
        assert case is not None
        case.incident_id = incident_id


def draft(
    stage: Stage,
    incident_id: str,
    remedies: Sequence[str] = (),
    by: str = "lee",
    texts: Mapping[str, str] = WORDS,
    news_in: timedelta | None = None,
) -> str:
    """Draft the next version and return its id."""
    with stage.store.begin() as session:
        said, allowed = wording.checked(stage.desk.shelf.current, texts, remedies)
        at = stage.clock.now() + news_in if news_in is not None else None
        about = session.get_one(Incident, incident_id)
        made = statements.draft(stage.desk, session, about, said, allowed, at, by)
        known = made.id
    stage.settle()
    return known


def vote(stage: Stage, statement_id: str, by: str, yes: bool = True, digest: str | None = None, role: str = "") -> str:
    """Somebody decides; returns the state that the statement is in then."""
    with stage.store.begin() as session:
        found = session.get_one(Statement, statement_id)
        state = statements.vote(stage.desk, session, found, by, yes, digest, role=role).status
    stage.settle()
    return state


def answer(stage: Stage, task: Task, given: Mapping[str, object], by: str, remark: str = "") -> None:
    """A colleague answers a task, with a remark."""
    with stage.store.begin() as session:
        vocabulary = stage.desk.shelf.current.vocabulary
        answered = answering.answer(session, vocabulary, task.id, given, by, stage.clock.now())
        answered.sealed_remark = stage.store.vault.seal(task.subject_id, {"text": remark})
    stage.settle()


def tasks(stage: Stage) -> list[Task]:
    with stage.store.read() as session:
        return list(session.scalars(select(Task).where(Task.status == "open").order_by(Task.created_at, Task.id)))


def told(stage: Stage, role: str) -> list[str]:
    """The notices to a role, the first first."""
    with stage.store.read() as session:
        rows = session.scalars(select(Outbox).where(Outbox.role == role).order_by(Outbox.created_at, Outbox.key)).all()
        return [str(stage.store.vault.open(row.sealed_body)["body"]) for row in rows]
