"""When machines are silent: while a person of ours speaks with a customer whose matter is urgent, nothing else reaches
that customer by itself.

The procedure of the urgent case goes on. Letters of other procedures wait in the outbox, what would run alongside does
not begin, and follow-ups are held. It ends when the case is closed, when a person says that it is less severe, or with
the label `handed_back`, by which a playbook says that machines may speak again.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from flows.runs import under_way
from flows.store.tables import Case, Outbox, Run

URGENT = "urgent"
"""The severity at which a person speaks and machines are silent."""
HANDED_BACK = "handed_back"
"""The label of an urgent case in which machines may speak again."""
LOOK_AGAIN = timedelta(minutes=15)
"""How often what waits is looked at again."""


def silenced(session: Session, customer_id: str) -> Case | None:
    """The urgent case for whose sake machines are silent towards this customer, the oldest if there are several; None
    if they may speak."""
    for case in under_way.cases_of(session, customer_id):
        if case.severity > 0 and case.facts.get("severity") == URGENT and HANDED_BACK not in case.labels:
            return case
    return None


def must_wait(session: Session, letter: Outbox) -> Case | None:
    """The urgent case that a letter to a customer has to wait for; None if it may leave. What an urgent case's own
    procedure says leaves, and so does what a colleague writes."""
    if letter.to != "customer" or letter.customer_id is None:
        return None
    urgent = silenced(session, letter.customer_id)
    if urgent is None:
        return None
    run = session.get(Run, letter.run_id) if letter.run_id else None
    own = letter.case_id == urgent.id and (run is None or not run.alongside)
    return None if own or letter.form == "by_hand" else urgent
