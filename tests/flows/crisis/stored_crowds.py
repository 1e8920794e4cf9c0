"""A crowd as the store holds it, written at once: ten thousand customers in a second, each with a case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from flows.ids import new_id
from flows.store.database import Store
from flows.store.tables import Case, Complaint, Customer, Incident, Message, Outbox, Promise, Run, Subject, Task

ANGERS = ("furious", "furious", "upset", "calm")
BUNDLE = "0" * 64


def incident(session: Session, opened_at: datetime, severity: int = 1) -> str:
    """An open incident without a procedure."""
    named = new_id("I")
    session.add(Subject(id=named, kind="incident", severity=severity))
    session.add(
        Incident(
            id=named,
            kind="other",
            severity=severity,
            opened_at=opened_at,
            opened_by="shift",
            facts={},
            topic="delivery",
        )
    )
    session.flush()
    return named


def crowd(
    store: Store,
    count: int,
    *,
    incident_id: str | None = None,
    heard: int = 2,
    spread: timedelta = timedelta(minutes=15),
) -> list[str]:
    """Open complaints of so many customers, who wrote within `spread` before now; every `heard`-th has been answered.
    A tenth is urgent, three tenths important. Returns the ids of the cases, the oldest first."""
    now = store.clock.now()
    rows: dict[Any, list[dict[str, Any]]] = {}
    cases = []
    sealed = b"nothing that a test opens"
    for number in range(count):
        at = now - spread + number * spread / count
        customer, case, run, message = (new_id(kind) for kind in ("P", "C", "R", "M"))
        cases.append(case)
        severity = 2 if number % 10 == 0 else 1 if number % 10 < 4 else 0

        def add(table: Any, **values: Any) -> None:
            rows.setdefault(table, []).append(values)

        add(Subject, id=customer, kind="customer", severity=severity, due_at=None, bells=0)
        add(Customer, id=customer, first_seen_at=at, last_wrote_at=at, labels=[])
        add(
            Case,
            id=case,
            customer_id=customer,
            playbook="complaint-general",
            opened_at=at,
            severity=severity,
            incident_id=incident_id,
            facts={"intent": "complaint"},
            labels=[],
        )
        add(
            Run,
            id=run,
            subject_id=customer,
            case_id=case,
            playbook="complaint-general",
            version="1.0.0",
            bundle=BUNDLE,
            status="waiting",
            started_at=at,
            inputs={},
            alongside=False,
        )
        facts = {"intent": "complaint", "anger": ANGERS[number % len(ANGERS)]}
        add(
            Message,
            id=message,
            customer_id=customer,
            blind=message,
            kind="text",
            place="private",
            sent_at=at,
            received_at=at,
            sealed_content=sealed,
            facts=facts,
            case_id=case,
            handled_at=at,
            author="customer",
            origin="webhook",
        )
        topic = "delivery" if number % 5 else "payment"
        signs = ["sign_slow_parcel"] if number % 3 else []
        add(Complaint, message_id=message, customer_id=customer, at=at, severity=severity, topic=topic, signs=signs)
        late = number % 4 == 1
        status = "broken" if late else "open"
        add(Promise, run_id=run, name="first_reply", due_at=at + timedelta(minutes=10), status=status)
        left = number % heard == 0
        add(
            Outbox,
            id=new_id("O"),
            key=f"{run}/first/1",
            subject_id=customer,
            customer_id=customer,
            case_id=case,
            run_id=run,
            path="first",
            to="customer",
            reply="complaint/first",
            form="text",
            status="sent" if left else "ready",
            tries=int(left),
            sealed_body=sealed,
            created_at=at,
            sent_at=at + timedelta(seconds=2) if left else None,
        )
        add(
            Task,
            id=new_id("T"),
            subject_id=customer,
            case_id=case,
            run_id=run,
            path="looked_into",
            kind="ask",
            role="on_call",
            question="Please look into it",
            form={},
            status="open",
            created_at=at,
        )
    with store.begin() as session:
        bundle_is_there(session, now)
        for table, values in rows.items():
            session.execute(insert(table), values)
    return cases


def bundle_is_there(session: Session, now: datetime) -> None:
    """The content that the runs of a crowd name, which none of them ever reads."""
    from flows.store.tables import Bundle

    if session.get(Bundle, BUNDLE) is None:
        session.add(Bundle(digest=BUNDLE, stored_at=now, files={}))
        session.flush()
