"""A customer's answer to an offer of ours: a tap on one of its buttons, or the choice in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.runs import asides, under_way
from flows.runs.progress import recorded
from flows.runs.words import written
from flows.store.tables import Case, Customer, Message, Outbox, Run, Step
from rules.phrases import CHOICE, LONGEST_ANSWER
from rules.vocabulary import SIGN, UNKNOWN, FactError, Value

OFFERED, ASKED = "offered", "asked"
"""What the step of an offer keeps: the choices, in their order, and whether the text has left."""
BUTTON = "remedy:"
"""How the id of a button begins that stands for a choice."""

GRAVE = ("sign_safety", "sign_media_threat", "sign_legal_threat")
"""The signs that a message cannot lose by holding an answer, too. A loss is none of them: whoever chooses their money
back names it."""

_OPEN = (
    select(Run.case_id, Step.outcome)
    .join(Step, Step.run_id == Run.id)
    .where(
        Run.subject_id == bindparam("customer"),
        Run.status != "finished",
        Step.verb == "offer",
        Step.status == "waiting",
    )
    .order_by(Step.began_at.desc(), Step.run_id)
)


@dataclass(frozen=True)
class Answer:
    """What a customer chose, of which case's offer (None: of none that is known any more), whether by a tap, and if
    that offer had been answered before, what they chose then."""

    choice: str
    case_id: str | None
    tapped: bool
    before: str | None = None

    @property
    def late(self) -> bool:
        """Whether the offer was closed already: a second tap, or another one after that."""
        return self.before is not None

    def facts(self, read: dict[str, Value]) -> dict[str, Value]:
        """The facts of the message: what was read in it, and the choice. Whoever answers our question does not complain
        by it, unless there is a sign of something grave."""
        if any(read.get(name) is True for name in GRAVE):
            return {**read, CHOICE: self.choice}
        signs = {name: False for name in read if name.startswith(SIGN)}
        return {**read, **signs, CHOICE: self.choice, "intent": "other"}


def answer_in(desk: Desk, session: Session, message: Message) -> Answer | None:
    """The answer to an offer that a customer's message holds. A tap always is one; words are where an offer is open,
    and only if they are clear."""
    bundle = desk.shelf.current
    if message.author != "customer" or CHOICE not in bundle.vocabulary.facts:
        return None
    if message.kind in ("interactive", "button"):
        content = desk.store.vault.open_or_nothing(message.sealed_content)
        choice = choice_of(content.get("choice"))
        if choice is not None and _is_known(desk, choice):
            return _tapped(desk, session, message, choice, content.get("about"))
    if message.kind not in ("text", "interactive", "button") or message.place != "private":
        return None
    for case_id, outcome in _open_offers(session, message.customer_id):
        text = written(desk.store.vault, session, message).text if outcome.get(ASKED) else ""
        if 0 < len(text) <= LONGEST_ANSWER:
            choice = bundle.phrases.chosen(text, outcome.get(OFFERED, ()))
            return Answer(choice, case_id, tapped=False) if choice is not None else None
    return None


def change_in(desk: Desk, session: Session, message: Message, case: Case) -> Answer | None:
    """Another choice than the one that was noted in this case, if a customer's words clearly hold one: no offer is open
    any more, so nothing else would take it up."""
    before = case.facts.get(CHOICE)
    if before in (None, str(UNKNOWN)) or message.kind != "text" or message.place != "private":
        return None
    text = written(desk.store.vault, session, message).text
    choice = desk.shelf.current.phrases.chosen(text, ())
    return Answer(choice, case.id, tapped=False, before=str(before)) if choice not in (None, before) else None


def facts_of_tap(desk: Desk, session: Session, message: Message) -> dict[str, Value]:
    """The facts of a tap but for the choice: its words are ours, so there is no sign of anything in them."""
    signs = [name for name in desk.shelf.current.vocabulary.facts if name.startswith(SIGN)]
    spoken = session.get_one(Customer, message.customer_id).locale
    return {**dict.fromkeys(signs, False), "locale": spoken or UNKNOWN}


def case_of(session: Session, answer: Answer | None) -> Case | None:
    """The case whose offer is answered."""
    return session.get(Case, answer.case_id) if answer is not None and answer.case_id is not None else None


def choice_of(button_id: object) -> str | None:
    """The choice that a button stands for; None for any other id."""
    return button_id.removeprefix(BUTTON) if isinstance(button_id, str) and button_id.startswith(BUTTON) else None


def ask_about_change(desk: Desk, session: Session, answer: Answer, case: Case) -> None:
    """The customer has chosen anew after their choice was noted: what was begun may be under way; a person looks."""
    if answer.before in (None, answer.choice):
        return
    question = (
        f"The customer first chose {answer.before} and now {answer.choice}. Please see what can still be "
        "done, tell them, and mark this done"
    )
    if not asides.is_asked(session, question, case_id=case.id):  # else it was said twice
        asides.ask(session, case.customer_id, question, desk.now(), case_id=case.id)


def _tapped(desk: Desk, session: Session, message: Message, choice: str, about: object) -> Answer:
    """A tap belongs to the case whose message it stands under, else to the newest offer that is open."""
    waiting = [case_id for case_id, _ in _open_offers(session, message.customer_id)]
    under = None
    if isinstance(about, str):
        sent = select(Outbox.case_id).where(Outbox.provider_blind == desk.store.vault.blind("wamid", about))
        under = session.scalars(sent.where(Outbox.customer_id == message.customer_id)).first()
    if under in waiting or (under is None and waiting):
        return Answer(choice, under or waiting[0], tapped=True)
    case = session.get(Case, under) if under is not None else None
    before = case.facts.get(CHOICE) if case is not None else None
    return Answer(choice, under, tapped=True, before=str(before) if before is not None else None)


def _open_offers(session: Session, customer_id: str) -> Sequence[tuple[str | None, Mapping[str, Any]]]:
    """The offers that wait for this customer's answer, the newest first: the case of each, and what its step keeps."""
    if under_way.here(session, customer_id) is None:
        return session.execute(_OPEN, {"customer": customer_id}).tuples().all()
    found = [(step, run) for run in under_way.runs_of(session, customer_id) for step in recorded(session, run).values()]
    offers = [(step, run) for step, run in found if step.verb == "offer" and step.status == "waiting"]
    offers.sort(key=lambda each: each[0].run_id)
    offers.sort(key=lambda each: each[0].began_at, reverse=True)
    return [(run.case_id, step.outcome) for step, run in offers]


def _is_known(desk: Desk, choice: str) -> bool:
    try:
        return desk.shelf.current.vocabulary[CHOICE].gate(choice) != UNKNOWN
    except FactError:
        return False
