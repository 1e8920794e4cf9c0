"""A customer's answer to an offer of ours: a tap on one of its buttons, or the choice in words."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.runs.complaints import SIGN
from flows.runs.words import written
from flows.store.tables import Case, Customer, Message, Outbox, Run, Step
from rules.phrases import CHOICE, LONGEST_ANSWER
from rules.vocabulary import UNKNOWN, FactError, Value

OFFERED, ASKED = "offered", "asked"
"""What the step of an offer keeps: the choices, in their order, and whether the text has left."""
BUTTON = "remedy:"
"""How the id of a button begins that stands for a choice."""

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
    """What a customer chose, of which case's offer (None: that offer is closed by now), and whether by a tap."""

    choice: str
    case_id: str | None
    tapped: bool

    def facts(self, read: dict[str, Value]) -> dict[str, Value]:
        """The facts of the message: what was read in it, and the choice. Whoever answers our question does not complain
        by it, unless there is a sign of more."""
        more = not self.tapped and any(value is True for name, value in read.items() if name.startswith(SIGN))
        return {**read, CHOICE: self.choice, **({} if more else {"intent": "other"})}


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
            return Answer(choice, _case_tapped(desk, session, message, content.get("about")), tapped=True)
    if message.kind not in ("text", "interactive", "button") or message.place != "private":
        return None
    for case_id, outcome in session.execute(_OPEN, {"customer": message.customer_id}):
        text = written(desk.store.vault, session, message).text if outcome.get(ASKED) else ""
        if 0 < len(text) <= LONGEST_ANSWER:
            choice = bundle.phrases.chosen(text, outcome.get(OFFERED, ()), bundle.words)
            return Answer(choice, case_id, tapped=False) if choice is not None else None
    return None


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


def _case_tapped(desk: Desk, session: Session, message: Message, about: object) -> str | None:
    """The case whose open offer the button belongs to: by the message that it stands under, else the newest offer."""
    waiting = session.execute(_OPEN, {"customer": message.customer_id}).all()
    if not waiting:
        return None
    if isinstance(about, str) and len(waiting) > 1:
        blind = desk.store.vault.blind("wamid", about)
        under = session.scalars(select(Outbox.case_id).where(Outbox.provider_blind == blind)).first()
        if any(case_id == under for case_id, *_ in waiting):
            return under
    return str(waiting[0].case_id) if waiting[0].case_id is not None else None


def _is_known(desk: Desk, choice: str) -> bool:
    try:
        return desk.shelf.current.vocabulary[CHOICE].gate(choice) != UNKNOWN
    except FactError:
        return False
