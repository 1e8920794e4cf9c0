"""A leak on a stage, for tests: opened, with customers of several countries, and answered step by step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select

from flows import answering
from flows.rehearsal.stage import Stage
from flows.runs import breaches
from flows.store import customers
from flows.store.tables import Promise, Run, Task

BERLIN, LONDON, SHANGHAI, SAO_PAULO = "4915112345678", "447911123456", "8613800138000", "5511987654321"
MINOR = {"leak_way": "wrong_chat", "leaked_data": "contact", "leak_scope": "one_stranger", "people_affected": 1}
GRAVE = {"leak_way": "lost_phone", "leaked_data": "sensitive", "leak_scope": "public", "people_affected": 12}


def known(stage: Stage, *numbers: str) -> list[str]:
    """The customers with these numbers."""
    found = []
    for number in numbers:
        with stage.store.begin() as session:
            who = customers.recognise(session, stage.store.vault, stage.clock.now(), wa_id=number)
            found.append(who.id)
    return found


def opened(stage: Stage, told: dict[str, object], whose: Iterable[str] = (), ago: timedelta = timedelta(0)) -> str:
    """A leak that was noticed so long ago, whose data it is, and everything that follows at once."""
    noticed = stage.clock.now() - ago
    with stage.store.begin() as session:
        leak = breaches.open_breach(stage.desk, session, told=told, noticed_at=noticed, opened_by="first_phone")
    added(stage, leak.id, whose)
    return leak.id


def added(stage: Stage, leak: str, whose: Iterable[str]) -> list[str]:
    """Say whose data it is, too, and let everything follow; returns who was not known before."""
    with stage.store.begin() as session:
        new = breaches.add_affected(stage.desk, session, leak, list(whose), "first_phone")
    stage.settle()
    return new


def answer(stage: Stage, path: str, given: dict[str, object] | None = None) -> None:
    """A colleague answers what this step of any run asks."""
    with stage.store.begin() as session:
        task = session.scalars(select(Task).where(Task.path == path, Task.status == "open")).one()
        vocabulary = stage.desk.shelf.current.vocabulary
        answering.answer(session, vocabulary, task.id, given or {}, "first_phone", stage.clock.now())
    stage.settle()


def due_after(stage: Stage, leak: str, name: str) -> timedelta:
    """How long after the start of the rehearsal a promise of the leak is due."""
    with stage.store.read() as session:
        mine = select(Promise.due_at).join(Run, Run.id == Promise.run_id)
        due = session.scalars(mine.where(Run.incident_id == leak, Promise.name == name)).one()
        return due - stage.clock.now()
