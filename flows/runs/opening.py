"""Opening cases, incidents and runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.errors import FirebreakError, NotFound
from flows.ids import new_id
from flows.runs import begun, ending, history, requested
from flows.runs.providers import PROVIDERS, About
from flows.store.inserts import insert_new
from flows.store.subjects import lock, ring
from flows.store.tables import Case, Customer, FollowUp, Incident, Promise, Run, Subject, Timer
from rules.bundle import Bundle
from rules.language import FIRST_REPLY, FactName, Playbook, Scope, Step
from rules.problems import did_you_mean
from rules.vocabulary import UNKNOWN, Facts, Value, Vocabulary, facts_to_json, value_to_json


class NoSuchPlaybook(FirebreakError):
    """There is no playbook of that name."""


class NotAsked(FirebreakError):
    """Something was filled in that the playbook does not ask for, or does not offer."""


def inputs_of(vocabulary: Vocabulary, playbook: Playbook, given: Mapping[str, object]) -> dict[str, Value]:
    """What was filled in for the `inputs` of a playbook, with its types; what is not filled in stays unknown."""
    found: dict[str, Value] = {}
    for name, value in given.items():
        if name not in playbook.inputs:
            asked = ", ".join(playbook.inputs) or "nothing"
            hint = did_you_mean(name, playbook.inputs)
            raise NotAsked(f'{playbook.name} does not ask for "{name}"{hint}; it asks for {asked}')
        offered = {value_to_json(each): each for each in playbook.inputs[FactName(name)]}
        by_word = {str(each).lower(): typed for each, typed in offered.items()}
        typed = by_word.get(str(value).lower())
        if typed is None:
            raise NotAsked(f'{name} cannot be "{value}"; choose one of {", ".join(by_word)}')
        found[name] = vocabulary.fact(name).gate(typed)
    return found


def severity_rank(vocabulary: Vocabulary, facts: Mapping[str, Any]) -> int:
    """Where the fact `severity` stands among its values, from 0; an unknown severity counts on the cautious side."""
    fact = vocabulary.fact("severity")
    value = facts.get("severity", UNKNOWN)
    if value == UNKNOWN:
        value = fact.unknown_counts_as or UNKNOWN
    return fact.number(value)


def playbook_named(bundle: Bundle, name: str, scope: Scope) -> Playbook:
    """The playbook called `name`; `NoSuchPlaybook` with the nearest name if there is none of that scope."""
    fitting = {each.name: each for each in bundle.playbooks.values() if each.scope == scope}
    if name not in fitting:
        what = {"case": "a case", "incident": "an incident", "house": "our own records"}[scope]
        raise NoSuchPlaybook(f'there is no playbook "{name}" for {what}{did_you_mean(name, fitting)}')
    return fitting[name]


def open_case(
    desk: Desk,
    session: Session,
    bundle: Bundle,
    customer: Customer,
    playbook: Playbook,
    facts: Facts,
    *,
    said: Mapping[str, Any],
    asked_at: datetime | None = None,
    heard_at: datetime | None = None,
    flow_run: str | None = None,
) -> Case:
    """Open a case for a customer and start its run. `said` goes into the history: what it was opened for. The promises
    run from `asked_at`, when the customer wrote, and not from when we came to read it; that of a first reply from
    `heard_at`, where it could not be read before."""
    now = desk.now()
    case = Case(
        id=new_id("C"),
        customer_id=customer.id,
        playbook=playbook.name,
        opened_at=now,
        severity=severity_rank(bundle.vocabulary, facts),
        facts=facts_to_json(_lasting(bundle.vocabulary, facts)),
    )
    session.add(case)
    history.tell_of(
        session,
        customer.id,
        now,
        "case opened",
        {"playbook": playbook.name, "version": playbook.version, **said},
        case_id=case.id,
        flow_run=flow_run,
    )
    start_run(
        desk,
        session,
        bundle,
        playbook,
        subject_id=customer.id,
        case_id=case.id,
        asked_at=asked_at,
        heard_at=heard_at,
        flow_run=flow_run,
    )
    return case


def begin_anew(
    desk: Desk,
    session: Session,
    bundle: Bundle,
    playbook: Playbook,
    case: Case,
    facts: Facts,
    *,
    asked_at: datetime | None,
    by_hand: bool = False,
    flow_run: str | None = None,
) -> Run:
    """The procedure of an open case begins again with these facts, or another one takes the case over: what it waited
    for and had planned is withdrawn. What a customer writes never makes a case less severe; a person (`by_hand`) may.
    """
    now = desk.now()
    if not by_hand and severity_rank(bundle.vocabulary, facts) < case.severity and "severity" in case.facts:
        facts = {**facts, "severity": bundle.vocabulary.fact("severity").gate(case.facts["severity"])}
    its_own = select(Run).where(Run.case_id == case.id, Run.status != "finished", Run.alongside.is_(False))
    for run in session.scalars(its_own).all():
        ending.end_run(session, run, now)
    planned = update(FollowUp).where(FollowUp.case_id == case.id, FollowUp.status == "waiting")
    session.execute(planned.values(status="cancelled", decided_at=now))
    asked = {str(name) for step in playbook.walk() for name in _settled_by(step)}
    kept = {name: value for name, value in case.facts.items() if name not in asked}
    case.facts = {**kept, **facts_to_json(_lasting(bundle.vocabulary, facts))}
    before, case.severity = case.severity, severity_rank(bundle.vocabulary, facts)
    said = {"playbook": playbook.name, "severity": str(facts["severity"]), "ranks": [before, case.severity]}
    event = "procedure begins anew" if case.playbook == playbook.name else "procedure taken over"
    if case.playbook != playbook.name:
        said["from"], case.playbook = case.playbook, playbook.name
    history.tell_of(session, case.customer_id, now, event, said, case_id=case.id, flow_run=flow_run)
    session.flush()  # what has not left is withdrawn, and is no answer
    answered = PROVIDERS["had_first_reply"](About(session, now, case=case))
    run = start_run(
        desk,
        session,
        bundle,
        playbook,
        subject_id=case.customer_id,
        case_id=case.id,
        asked_at=asked_at,
        flow_run=flow_run,
    )
    if "from" in said and answered is True and FIRST_REPLY in playbook.promises:
        promise = session.get_one(Promise, (run.id, FIRST_REPLY))
        promise.status, promise.settled_at = "kept", now
        ending.cancel_timers(session, run.id, f"promises.{FIRST_REPLY}", now)
    return run


def open_case_by_hand(
    desk: Desk,
    session: Session,
    *,
    customer_id: str,
    playbook: str,
    severity: str,
    opened_by: str,
    inputs: Mapping[str, object] | None = None,
    flow_run: str | None = None,
) -> Case:
    """Open a case that no message has opened. Where an imported chat asks for this playbook, the case is about that
    message (`requested`). Raises `NotFound` for an unknown customer, `NoSuchPlaybook`, and `NotAsked` for an input that
    the playbook does not ask for or does not offer."""
    customer = session.get(Customer, customer_id)
    if customer is None:
        raise NotFound(f'there is no customer "{customer_id}"')
    bundle = desk.shelf.current
    chosen = playbook_named(bundle, playbook, "case")
    given = inputs_of(bundle.vocabulary, chosen, inputs or {})
    request = requested.of(desk, session, customer, chosen)
    read = request.facts if request is not None else {}
    facts = bundle.vocabulary.gate({**read, **given, "severity": severity})
    said = {"opened_by": opened_by, "severity": severity, **({"inputs": facts_to_json(given)} if given else {})}
    if request is not None:
        said["message"] = request.message.id
    asked_at = min(request.message.sent_at, desk.now()) if request is not None else None
    # The law counts from when it was written; nobody could answer before it was known here.
    case = open_case(
        desk,
        session,
        bundle,
        customer,
        chosen,
        facts,
        said=said,
        asked_at=asked_at,
        heard_at=desk.now(),
        flow_run=flow_run,
    )
    if request is not None:
        request.message.case_id = case.id
    ring(session, customer.id, desk.now())
    return case


def open_incident(
    desk: Desk,
    session: Session,
    *,
    kind: str,
    severity: str,
    what: str,
    opened_by: str,
    playbook: str = "incident",
    inputs: Mapping[str, object] | None = None,
    facts: Facts | None = None,
    noticed_at: datetime | None = None,
    topic: str | None = None,
    flow_run: str | None = None,
) -> Incident:
    """Open an incident and start its run. `what` is free text and is sealed under the incident's own key; `facts` are
    known besides what the playbook asks for. The promises run from `noticed_at`, when somebody became aware of it.
    `topic` is what the complaints that it gathers are about (`flows.crisis.gathering`).
    Raises `NoSuchPlaybook`, and `NotAsked` for an input that the playbook does not ask for or does not offer."""
    bundle, now = desk.shelf.current, desk.now()
    chosen = playbook_named(bundle, playbook, "incident")
    about = {"topic": bundle.vocabulary.fact("topic").gate(topic)} if topic is not None else {}
    given = {**about, **(facts or {}), **inputs_of(bundle.vocabulary, chosen, inputs or {})}
    known = {**given, "severity": bundle.vocabulary.fact("severity").gate(severity)}
    rank = severity_rank(bundle.vocabulary, known)
    incident_id = new_id("I")
    session.add(Subject(id=incident_id, kind="incident", severity=rank))
    incident = Incident(
        id=incident_id,
        kind=kind,
        severity=rank,
        opened_at=now,
        opened_by=opened_by,
        topic=topic,
        noticed_at=noticed_at,
        facts=facts_to_json(known),
        sealed_what=desk.store.vault.seal(incident_id, {"what": what}),
    )
    session.add(incident)
    session.flush()
    history.tell_of(
        session,
        incident_id,
        now,
        "incident opened",
        {
            "kind": kind,
            "severity": severity,
            "opened_by": opened_by,
            **({"noticed_at": noticed_at.isoformat()} if noticed_at is not None else {}),
            **({"inputs": facts_to_json(given)} if given else {}),
        },
        incident_id=incident_id,
        flow_run=flow_run,
    )
    start_run(
        desk,
        session,
        bundle,
        chosen,
        subject_id=incident_id,
        incident_id=incident_id,
        asked_at=noticed_at,
        flow_run=flow_run,
    )
    ring(session, incident_id, now)
    return incident


HOUSE = "house"
"""The subject that all procedures about our own records hang on; its row is their lock."""
QUARTERLY_REVIEW = "quarterly-review"


def open_review(
    desk: Desk, session: Session, opened_by: str, playbook: str = QUARTERLY_REVIEW, *, flow_run: str | None = None
) -> Run:
    """Start a procedure about our own records, or return the run of it that is under way. Raises `NoSuchPlaybook`."""
    bundle, now = desk.shelf.current, desk.now()
    chosen = playbook_named(bundle, playbook, "house")
    insert_new(session, Subject, id=HOUSE, kind="house")
    lock(session, HOUSE)
    going_on = select(Run).where(Run.subject_id == HOUSE, Run.playbook == playbook, Run.status != "finished")
    if (known := session.scalars(going_on.order_by(Run.started_at.desc()).limit(1)).first()) is not None:
        return known
    run = start_run(desk, session, bundle, chosen, subject_id=HOUSE, flow_run=flow_run)
    said = {"playbook": playbook, "opened_by": opened_by}
    history.tell_of(session, HOUSE, now, "review opened", said, run_id=run.id, flow_run=flow_run)
    ring(session, HOUSE, now)
    return run


def start_run(
    desk: Desk,
    session: Session,
    bundle: Bundle,
    playbook: Playbook,
    *,
    subject_id: str,
    case_id: str | None = None,
    incident_id: str | None = None,
    asked_at: datetime | None = None,
    heard_at: datetime | None = None,
    called_from: tuple[str, str] | None = None,
    flow_run: str | None = None,
) -> Run:
    """Start a run of this version of the playbook, with its clocks. `called_from` is the run and the path of the step
    that hears of its end."""
    now = desk.now()
    desk.shelf.keep(session, bundle, now)
    run = Run(
        id=new_id("R"),
        subject_id=subject_id,
        case_id=case_id,
        incident_id=incident_id,
        playbook=playbook.name,
        version=playbook.version,
        bundle=bundle.digest,
        status="moving",
        started_at=now,
        called_by=called_from[0] if called_from else None,
        called_at=called_from[1] if called_from else None,
        alongside=playbook.alongside or _called_alongside(session, called_from),
    )
    session.add(run)
    promises = begun.here(session)[run.id] = {}
    for name, promise in playbook.promises.items():
        since = heard_at if name == FIRST_REPLY else None
        due = (since or asked_at or now) + promise.within
        promises[name] = Promise(run_id=run.id, name=name, due_at=due, status="open")
        session.add(promises[name])
        early = [("warning", before) for before in dict.fromkeys(promise.warn_before) if before < promise.within]
        for kind, before in [*early, ("breach", timedelta(0))]:
            session.add(
                Timer(
                    subject_id=subject_id,
                    run_id=run.id,
                    path=f"promises.{name}",
                    kind=kind,
                    name=name,
                    due_at=due - before,
                )
            )
    history.tell_of(
        session,
        subject_id,
        now,
        "run started",
        {"playbook": playbook.name, "version": playbook.version, "bundle": bundle.digest},
        case_id=case_id,
        incident_id=incident_id,
        run_id=run.id,
        flow_run=flow_run,
    )
    return run


def _called_alongside(session: Session, called_from: tuple[str, str] | None) -> bool:
    """Whether the run that calls another one stands beside the procedure of its case: then what it calls does, too."""
    return called_from is not None and session.get_one(Run, called_from[0]).alongside


def _settled_by(step: Step) -> Iterable[str]:
    """The facts that a step asks for or settles: a new run of its procedure does so anew."""
    return (str(name) for value in vars(step.verb).values() if isinstance(value, Mapping) for name in value)


def _lasting(vocabulary: Vocabulary, facts: Facts) -> Facts:
    """The facts that stay true of the case. What depends on the moment is asked again whenever it is needed."""
    passing = {name for name in PROVIDERS if name in vocabulary.facts and vocabulary[name].source != "message"}
    return {name: value for name, value in facts.items() if value != UNKNOWN and name not in passing}
