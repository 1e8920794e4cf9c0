"""Reading what customers wrote: from a stored message to facts, a decision, and a case that it opens or joins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from flows.crisis import gathering, own_promises
from flows.desk import Desk
from flows.hearing import Hearing
from flows.runs import (
    alongside,
    choices,
    complaints,
    history,
    opening,
    own_words,
    providers,
    retriage,
    settling,
    under_way,
)
from flows.runs.words import written
from flows.store.tables import Case, Customer, Message, Subject
from rules.bundle import Bundle
from rules.language import Playbook
from rules.text.stop import ASKS_TO_STOP, asks_to_stop
from rules.topics import topic_of
from rules.vocabulary import UNKNOWN, Facts, Value, Vocabulary, facts_to_json

_KINDS = {
    "text": "text",
    "edit": "text",
    "image": "media",
    "video": "media",
    "audio": "media",
    "voice": "media",
    "document": "media",
    "button": "button",
    "interactive": "button",
    "reaction": "other",
    "sticker": "other",
    "location": "other",
    "contacts": "other",
    "order": "other",
    "revoke": "other",
}
"""WhatsApp's type -> the fact `message_kind`. A type that is not listed stays unknown, so that a person looks."""

_ALL_UNREAD = (
    select(Message)
    .where(Message.customer_id.in_(bindparam("customers", expanding=True)), Message.handled_at.is_(None))
    .order_by(Message.sent_at, Message.received_at, Message.id)
)


def unread(session: Session, subject_id: str) -> list[Message]:
    """The messages of a customer that the rules have not read yet, in the order in which they were written."""
    return unread_of(session, [subject_id])[subject_id]


def unread_of(session: Session, subject_ids: Sequence[str]) -> dict[str, list[Message]]:
    """The same of several customers, by their ids."""
    found: dict[str, list[Message]] = {subject_id: [] for subject_id in subject_ids}
    for message in session.scalars(_ALL_UNREAD, {"customers": list(subject_ids)}):
        found[message.customer_id].append(message)
    return found


def read_message(
    desk: Desk, session: Session, message: Message, flow_run: str | None = None, hearing: Hearing | None = None
) -> Case | None:
    """Read one message: note its facts, decide, and open or join a case. Returns the case it belongs to now. `hearing`
    is what the third voice heard in it, if there is such a voice. What a colleague wrote in the app is only looked
    through for what should not have been sent."""
    bundle, now = desk.shelf.current, desk.now()
    customer = session.get_one(Customer, message.customer_id)
    message.handled_at = now
    if message.author == "us":
        own_words.after_echo(desk, session, message, flow_run)
        own_promises.after_echo(desk, session, message, flow_run)
        return None
    answer = choices.answer_in(desk, session, message)
    message.facts = facts_to_json(_facts_of(desk, session, message, hearing, answer))
    if (locale := message.facts.get("locale", UNKNOWN)) != UNKNOWN:
        customer.locale = str(locale)
    complaint = complaints.record(session, message)  # before anything is decided: whoever complains is one of the crowd
    if complaint is not None:
        complaint.topic = topic_of(bundle, {**desk.given, **message.facts})
        message.facts = {**message.facts, "topic": complaint.topic}
        complaints.count(session, complaint)
    vault, zone = desk.store.vault, desk.timezone
    about = providers.About(session, now, customer=customer, message=message, given=desk.given, vault=vault, zone=zone)
    wanted = bundle.triggers.facts() | {"severity", "surge", "place"}  # the procedure may ask where it was written, too
    known = providers.known(about, bundle, wanted)
    derived = bundle.derive(known, wanted)
    triage = derived.decisions.get(bundle.triage.name)  # none where a rehearsal takes the severity as known
    read = derived.facts["severity"]
    severity = retriage.word_on(session, bundle.vocabulary, customer.id, message.facts, read)
    decision = bundle.triggers.decide({**derived.facts, "severity": severity})
    # How severe it was found stays true of the case. What else the packs say follows from the moment.
    facts = bundle.vocabulary.gate({**known, "severity": severity})
    if complaint is not None:
        complaint.severity = opening.severity_rank(bundle.vocabulary, facts)
    said = {
        "message": message.id,
        "kind": message.kind,
        "place": message.place,
        "facts": message.facts,
        "severity": str(facts["severity"]),
        **({"read_as": str(read)} if severity != read else {}),  # a person's word wins
        "because": {
            "triage": triage.in_words() if triage else {},
            "trigger": decision.in_words(),
            **({hearing.name: hearing.in_words()} if hearing is not None else {}),
        },
    }
    # WhatsApp delivers again for seven days; a time before that is somebody's wrong clock.
    asked_at = min(now, max(message.sent_at, now - timedelta(days=7)))
    playbook = bundle.playbooks[str(decision.then["playbook"])] if decision.rule is not None else None
    if answer is not None and answer.late:  # it belongs to the case that it was asked in, open or not
        playbook = None
    alone = playbook is not None and playbook.mode == "parallel"
    case = None if alone else _joins(session, bundle, customer, playbook)
    if gathering.taken_out(case):  # a person's word: for this customer the crisis is not what it is about
        decision = bundle.triggers.decide({**derived.facts, gathering.ABOUT_IT: False})
        playbook = bundle.playbooks[str(decision.then["playbook"])] if decision.rule is not None else None
    if answer is not None and (playbook is None or answer.tapped):  # it belongs where it was asked for
        case = choices.case_of(session, answer) or case
        if answer.late and case is not None:
            choices.ask_about_change(desk, session, answer, case)
    elif answer is None and case is not None and (change := choices.change_in(desk, session, message, case)):
        choices.ask_about_change(desk, session, change, case)
    photo = message.facts.get("has_photo") is True or (case is not None and case.facts.get("has_photo") is True)
    if case is None and playbook is not None:
        case = opening.open_case(
            desk, session, bundle, customer, playbook, facts, said=said, asked_at=asked_at, flow_run=flow_run
        )
        message.case_id = case.id
    else:
        message.case_id = case.id if case else None
        history.tell_of(session, customer.id, now, "message read", said, case_id=message.case_id, flow_run=flow_run)
        if case is not None and playbook is not None and _begins(bundle.vocabulary, playbook, case, facts):
            facts = {**facts, **({"has_photo": True} if photo else {})}
            opening.begin_anew(desk, session, bundle, playbook, case, facts, asked_at=asked_at, flow_run=flow_run)
        elif case is not None:
            if photo:  # it stays true of the case, whichever message brought it
                case.facts = {**case.facts, "has_photo": True}
            settling.happened(desk, session, "customer_reply", case.id, flow_run, message)
    if complaint is not None:
        gathering.seen(desk, session, bundle, case, complaint, derived.facts, flow_run)
    beside = alongside.start(desk, session, customer, message, case, asked_at=asked_at, flow_run=flow_run)
    if case is None and beside:
        case, message.case_id = beside[0], beside[0].id
    _raise_severity(session, customer.id, case)
    return case


def _facts_of(
    desk: Desk, session: Session, message: Message, hearing: Hearing | None, answer: choices.Answer | None
) -> dict[str, Value]:
    """The facts of one message by itself, and of what it answers."""
    kind: dict[str, Value] = {
        "message_kind": _KINDS.get(message.kind, UNKNOWN),
        "has_photo": message.kind == "image",
        "place": message.place,  # of this message, wherever the case began
    }
    if answer is not None and answer.tapped:
        return answer.facts({**choices.facts_of_tap(desk, session, message), **kind})
    text, region, names, before = written(desk.store.vault, session, message)
    if ASKS_TO_STOP in desk.shelf.current.vocabulary.facts:
        kind[ASKS_TO_STOP] = asks_to_stop(text)
    further = [hearing] if hearing is not None else []
    read = {**desk.shelf.current.reading_of(text, before, region, names, further).facts, **kind}
    return answer.facts(read) if answer is not None else read


def _begins(vocabulary: Vocabulary, playbook: Playbook, case: Case, facts: Facts) -> bool:
    """Whether a procedure begins in a case that is open: it takes over another one, or its own begins again, because
    the message is more severe."""
    if case.playbook in playbook.takes_over:
        return True
    worse = opening.severity_rank(vocabulary, facts) > case.severity
    return case.playbook == playbook.name and playbook.mode == "restart_if_worse" and worse


def _joins(session: Session, bundle: Bundle, customer: Customer, playbook: Playbook | None) -> Case | None:
    """The case under way that a message belongs to: one of the same procedure, else one of a procedure that would take
    it over, else one that it takes over itself; if no procedure was chosen, the newest one. A closed case is under way
    again while somebody asks how it went. What only runs alongside others joins nobody."""
    runs = [run for run in under_way.runs_of(session, customer.id) if not run.alongside]
    cases = {case.id: case for run in runs if (case := under_way.case_of(session, run)) is not None}.values()
    going = sorted(sorted(cases, key=lambda case: case.id), key=lambda case: case.opened_at, reverse=True)
    if playbook is None:
        return next(iter(going), None)
    above = [each.name for each in bundle.playbooks.values() if playbook.name in each.takes_over]
    turns = {name: turn for turn, names in enumerate(([playbook.name], above, playbook.takes_over)) for name in names}
    found = [case for case in going if case.playbook in turns and case.closed_at is None]
    return min(found, key=lambda each: turns[each.playbook], default=None)


def _raise_severity(session: Session, customer_id: str, case: Case | None) -> None:
    """The most severe open case says how urgently a customer needs a hand."""
    subject = session.get_one(Subject, customer_id)
    if case is not None:
        subject.severity = max(subject.severity, case.severity)
