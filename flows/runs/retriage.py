"""A person's word on how severe a case is: it wins over the rules, until there is something new.

What customers write only ever makes their case more severe. A person may also make it less severe. That holds against
every sign (`sign_…`) that had been seen in the case by then, however often it is repeated; a kind of sign that was not
among them goes by the rules again. Why they said so is sealed, the rest stands in the journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from flows.crisis import gathering
from flows.desk import Desk
from flows.errors import FirebreakError, NotFound
from flows.runs import history, opening, providers, under_way
from flows.store.subjects import lock, ring
from flows.store.tables import Case, Customer, Message, Subject
from flows.store.vault import Vault
from rules.bundle import Bundle
from rules.language import Playbook
from rules.problems import did_you_mean
from rules.vocabulary import SIGN, Facts, Value, Vocabulary

SEVERITY, COMPLAINT = "severity", "complaint"
LONGEST_REASON = 2000  # characters

_FACTS_OF_MESSAGES = select(Message.facts).where(Message.case_id == bindparam("case"), Message.facts.is_not(None))
_NEWEST = (
    select(Message)
    .where(Message.case_id == bindparam("case"), Message.author == "customer", Message.facts.is_not(None))
    .order_by(Message.sent_at.desc(), Message.id)
    .limit(1)
)


class CannotRetriage(FirebreakError):
    """How severe a case is cannot be changed like this; the text says why."""


def by_hand(
    desk: Desk, session: Session, case_id: str, severity: str, reason: str, by: str, flow_run: str | None = None
) -> Case:
    """A person says how severe an open case is, and why: the procedure for that takes it over, where there is one.

    Raises `NotFound` for an unknown case, `CannotRetriage` for a closed one, a severity that there is not, or no
    reason.
    """
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound(f'there is no case "{case_id}"')
    lock(session, case.customer_id)
    session.refresh(case)
    bundle, now, words = desk.shelf.current, desk.now(), reason.strip()
    known = bundle.vocabulary.fact(SEVERITY)
    if severity not in known.values:
        raise CannotRetriage(f'"{severity}" is no severity{did_you_mean(severity, known.values)}')
    if case.closed_at is not None:
        raise CannotRetriage(f"{case.id} is closed; `firebreak open` opens a new case for its customer")
    if not words or len(words) > LONGEST_REASON:
        raise CannotRetriage(f"Say why, in 1 to {LONGEST_REASON} characters: whoever comes after you will ask.")
    before = str(case.facts.get(SEVERITY, known.unknown_counts_as))
    case.overruled = {SEVERITY: severity, "by": by, "at": now.isoformat(), "signs": sorted(signs_of(session, case))}
    said = {"by": by, "at": now.isoformat(), "from": before, "to": severity, "reason": words}
    case.sealed_reasons = desk.store.vault.seal(case.customer_id, {"said": [*reasons(desk.store.vault, case), said]})
    told = {"by": by, "from": before, "to": severity}
    history.tell_of(session, case.customer_id, now, "severity overruled", told, case_id=case.id, flow_run=flow_run)
    _carry_out(desk, session, bundle, case, bundle.vocabulary.gate({SEVERITY: severity}), flow_run)
    gathering.became_worse(session, case, now)
    _of_customer(session, case.customer_id)
    ring(session, case.customer_id, now)
    return case


def reasons(vault: Vault, case: Case) -> list[dict[str, str]]:
    """Who said when how severe a case is, and why, the oldest first: personal, for a person who asks. Empty when nobody
    did, or when it is erased."""
    return list(vault.open_or_nothing(case.sealed_reasons).get("said", ()))


def word_on(session: Session, vocabulary: Vocabulary, customer_id: str, facts: Mapping[str, Any], read: Value) -> Value:
    """How severe a new message counts: as it was `read`, or as a person has said about the open case, where that is
    less and the message has no sign that had not been seen by then."""
    overruled = [case for case in under_way.cases_of(session, customer_id) if case.overruled]
    going = {run.case_id for run in under_way.runs_of(session, customer_id) if not run.alongside} if overruled else ()
    case = next((each for each in reversed(overruled) if each.id in going), None)  # the newest one
    if case is None or case.overruled is None:
        return read
    known = vocabulary.fact(SEVERITY)
    said = str(case.overruled.get(SEVERITY))
    new = signs(facts) - set(case.overruled.get("signs", ()))
    if said not in known.values or new or known.number(said) >= opening.severity_rank(vocabulary, {SEVERITY: read}):
        return read
    return known.gate(said)


def signs(facts: Mapping[str, Any] | None) -> set[str]:
    """The signs of a complaint among these facts."""
    return {name for name, value in (facts or {}).items() if name.startswith(SIGN) and value is True}


def signs_of(session: Session, case: Case) -> set[str]:
    """Every sign that was seen in a case."""
    return signs(case.facts).union(*map(signs, session.scalars(_FACTS_OF_MESSAGES, {"case": case.id})))


def _carry_out(desk: Desk, session: Session, bundle: Bundle, case: Case, said: Facts, flow_run: str | None) -> None:
    """Let the procedure for this severity take the case over; where its own is right for that, it only knows it."""
    severity = {SEVERITY: said[SEVERITY]}
    chosen = _procedure(desk, session, bundle, case, severity)
    if chosen is not None:
        opening.begin_anew(
            desk, session, bundle, chosen, case, severity, asked_at=None, by_hand=True, flow_run=flow_run
        )
        return
    case.facts = {**case.facts, SEVERITY: str(said[SEVERITY])}
    case.severity = opening.severity_rank(bundle.vocabulary, severity)


def _procedure(
    desk: Desk, session: Session, bundle: Bundle, case: Case, severity: Mapping[str, Value]
) -> Playbook | None:
    """The procedure that the newest message would start if it were so severe; None where that is the one of the case,
    or has nothing to do with it."""
    about = providers.About(
        session,
        desk.now(),
        customer=session.get_one(Customer, case.customer_id),
        case=case,
        message=session.scalars(_NEWEST, {"case": case.id}).first(),
        given=desk.given,
        vault=desk.store.vault,
        zone=desk.timezone,
    )
    known = providers.known(about, bundle, bundle.triggers.facts())
    # What the case is about, not what was said last; and where nobody could tell that, it is a complaint by now.
    for intent in dict.fromkeys((str(case.facts.get("intent", COMPLAINT)), COMPLAINT)):
        facts = {**known, "intent": intent, **severity}
        decision = bundle.triggers.decide(bundle.derive(facts, bundle.triggers.facts()).facts)
        chosen = bundle.playbooks.get(str(decision.then.get("playbook"))) if decision.rule is not None else None
        if chosen is None:
            continue
        if chosen.name == case.playbook:
            return None
        own = bundle.playbooks.get(case.playbook)
        if case.playbook in chosen.takes_over or (own is not None and chosen.name in own.takes_over):
            return chosen
    return None


def _of_customer(session: Session, customer_id: str) -> None:
    """How urgently a customer needs a hand follows from their open cases."""
    session.flush()
    worst = select(func.max(Case.severity)).where(Case.customer_id == customer_id, Case.closed_at.is_(None))
    session.get_one(Subject, customer_id).severity = session.scalar(worst) or 0
