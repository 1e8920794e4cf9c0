"""Answers of people as examples: what a colleague said of a message that could not be read for sure.

Nothing of it is kept twice. The answer is in its task, and the message sealed with its customer, so that erasing the
customer erases the example, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.runs.words import written
from flows.store.database import Store
from flows.store.tables import Case, Customer, Message, Run, Task
from flows.store.vault import Vault
from rules.vocabulary import SIGN, UNKNOWN, Vocabulary
from rules.voice.labelled import LABELS


@dataclass(frozen=True)
class Example:
    """A message (`text`, without personal data), the facts that a person said of it, and what had been `read` of the
    same facts. `locale` is the language it is written in, or unknown."""

    task: str
    case: str
    at: datetime
    by: str
    said: Mapping[str, Any]
    read: Mapping[str, Any]
    locale: str
    text: str

    @property
    def agreed(self) -> bool:
        """Whether it had been read as the person says."""
        return self.read == self.said

    def to_json(self, *, texts: bool) -> dict[str, Any]:
        """All of it; the text only if it is wanted."""
        told = {"task": self.task, "case": self.case, "at": self.at.isoformat(), "by": self.by, "locale": self.locale}
        facts = {"said": dict(self.said), "read": dict(self.read), "agreed": self.agreed}
        return {**told, **facts, **({"text": self.text} if texts else {})}


def examples(store: Store, vocabulary: Vocabulary) -> list[Example]:
    """Every answer by which the first message of a case is labelled, the newest first. What has no words, such as a
    voice note, and what is erased is left out."""
    # A procedure that began anew asks about a later message, and which one nobody has noted.
    begun = select(func.count()).where(Run.case_id == Case.id, Run.playbook == Case.playbook, Run.called_by.is_(None))
    answered = select(Task, Case).join(Case, Case.id == Task.case_id)
    answered = answered.where(Task.kind == "ask", Task.status == "answered", begun.scalar_subquery() == 1)
    with store.read() as session:
        tasks = session.execute(answered.order_by(Task.answered_at.desc(), Task.id)).tuples()
        return [each for task, case in tasks for each in _example(session, store.vault, vocabulary, task, case)]


def _example(session: Session, vault: Vault, vocabulary: Vocabulary, task: Task, case: Case) -> Iterator[Example]:
    said = {name: value for name, value in (task.answer or {}).items() if _is_label(vocabulary, name, value)}
    if not said or task.answered_at is None:
        return
    of_case = select(Message).where(Message.case_id == case.id, Message.author == "customer")
    first = session.scalars(of_case.order_by(Message.sent_at, Message.received_at, Message.id).limit(1)).first()
    words = written(vault, session, first) if first is not None else None
    if first is None or words is None or not words.text.strip():
        return
    facts = first.facts or {}
    locales = (
        (task.answer or {}).get("locale"),
        facts.get("locale"),
        session.get_one(Customer, case.customer_id).locale,
    )
    locale = str(next((each for each in locales if each not in (None, UNKNOWN)), UNKNOWN))
    read = {name: facts.get(name, UNKNOWN) for name in said}
    by = task.answered_by or ""
    yield Example(task.id, case.id, task.answered_at, by, said, read, locale, words.masked(locale))


def _is_label(vocabulary: Vocabulary, name: str, value: object) -> bool:
    """Whether an answer says something of the message, in words that the vocabulary has today."""
    fact = vocabulary.facts.get(name)
    if fact is None or fact.source != "text" or not (name in LABELS or name.startswith(SIGN)):
        return False
    return value in fact.values or (fact.kind == "yes_no" and isinstance(value, bool))
