"""Procedures that start in addition to whatever a message starts or joins, such as advice about a card number in it.

Each decides by its own triggers, after the message has found its case, and belongs to that case. It never takes the
message away from another procedure, is no open case to anybody, and has its turn when the others wait.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.crisis import silence
from flows.desk import Desk
from flows.runs import history, opening, providers
from flows.store.tables import Case, Customer, Message, Run
from rules.language import Playbook, ReplyName


def start(
    desk: Desk,
    session: Session,
    customer: Customer,
    message: Message,
    case: Case | None,
    *,
    asked_at: datetime,
    flow_run: str | None,
) -> list[Case]:
    """Start every procedure alongside others whose triggers hold for this message, in its case or, if it has none, in
    one of its own. Returns the cases that were opened for that."""
    bundle = desk.shelf.current
    if not bundle.asides:
        return []
    about = providers.About(
        session,
        desk.now(),
        customer=customer,
        case=case,
        message=message,
        given=desk.given,
        vault=desk.store.vault,
        zone=desk.timezone,
    )
    wanted = frozenset[str]().union(*(rules.facts() for rules in bundle.asides.values()))
    facts = providers.gather(about, bundle, wanted | {"severity"})
    opened = []
    for name, rules in bundle.asides.items():
        playbook = bundle.playbooks[name]
        decision = rules.decide(facts)
        if decision.rule is None or _runs_already(session, customer, playbook, case):
            continue
        urgent = silence.silenced(session, customer.id)
        if urgent is not None and not _only_in_groups(playbook):  # a person speaks with them; no machine talks between
            kept = {"playbook": name, "message": message.id, "urgent": urgent.id}
            history.tell_of(session, customer.id, desk.now(), "kept silent", kept, case_id=urgent.id, flow_run=flow_run)
            continue
        said = {"message": message.id, "because": {"trigger": decision.in_words()}}
        if case is None:
            lasting = bundle.vocabulary.gate({**(message.facts or {}), "severity": facts["severity"]})
            opened.append(
                opening.open_case(
                    desk, session, bundle, customer, playbook, lasting, said=said, asked_at=asked_at, flow_run=flow_run
                )
            )
            continue
        told = {"playbook": name, "version": playbook.version, **said}
        history.tell_of(session, customer.id, desk.now(), "started alongside", told, case_id=case.id, flow_run=flow_run)
        opening.start_run(
            desk,
            session,
            bundle,
            playbook,
            subject_id=customer.id,
            case_id=case.id,
            asked_at=asked_at,
            flow_run=flow_run,
        )
    return opened


def _only_in_groups(playbook: Playbook) -> bool:
    """Whether all that a procedure says is for a group: that disturbs nobody's talk with the customer."""
    speaking = [
        step.verb for step in playbook.walk() if any(isinstance(each, ReplyName) for each in vars(step.verb).values())
    ]
    return bool(speaking) and not any(verb.in_private for verb in speaking)


def _runs_already(session: Session, customer: Customer, playbook: Playbook, case: Case | None) -> bool:
    """Whether it is under way in this case; without a case, in one of its own."""
    going = select(Run.id).where(
        Run.subject_id == customer.id, Run.playbook == playbook.name, Run.status != "finished", Run.alongside
    )
    if case is not None:
        going = going.where(Run.case_id == case.id)
    else:
        going = going.join(Case, Case.id == Run.case_id).where(Case.playbook == playbook.name)
    return session.scalars(going.limit(1)).first() is not None
