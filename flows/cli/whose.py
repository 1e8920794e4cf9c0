"""Whom a command is about: a customer by their own id, by one of their cases, or by one of their messages; or which
incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from flows.store.tables import Case, Customer, Incident


def customer_of(session: Session, wanted: str) -> tuple[Customer, Case | None]:
    """The customer whose id, or whose case's id, begins like this, and the case if it was one. Raises `NotFound`."""
    from flows.errors import NotFound
    from flows.store.tables import Case, Customer
    from flows.telling import story

    about = story.find(session, wanted)
    if isinstance(about, Customer):
        return about, None
    if isinstance(about, Case):
        return session.get_one(Customer, about.customer_id), about
    raise NotFound(f"{about.id} is an incident; name a case (C-…) or a customer (P-…) of it")


def case_of(session: Session, wanted: str) -> Case:
    """The case of this id; for a customer the newest one that is open, else the newest of all. Raises `NotFound`."""
    from sqlalchemy import select

    from flows.errors import NotFound
    from flows.store.tables import Case

    customer, case = customer_of(session, wanted)
    if case is not None:
        return case
    theirs = select(Case).where(Case.customer_id == customer.id)
    newest = theirs.order_by(Case.closed_at.is_not(None), Case.opened_at.desc(), Case.id).limit(1)
    found = session.scalars(newest).first()
    if found is None:
        raise NotFound(
            f"{customer.id} has no case; `firebreak open deletion-request --customer {customer.id}` opens one"
        )
    return found


def incident_of(session: Session, wanted: str | None = None) -> Incident:
    """The incident whose id begins like this; without one the only one that is open. Raises `NotFound`."""
    from sqlalchemy import select

    from flows.errors import NotFound
    from flows.store.tables import Incident
    from flows.telling.finding import by_id

    if wanted is not None:
        found = by_id(session, Incident, wanted)
        if found is None:
            raise NotFound(f'there is no incident "{wanted}"; `firebreak incident list` lists them')
        return found
    still_open = session.scalars(select(Incident).where(Incident.closed_at.is_(None)).order_by(Incident.id)).all()
    if not still_open:
        raise NotFound("no incident is open; name one: `firebreak incident list --all` lists them")
    if len(still_open) > 1:
        raise NotFound(f"several incidents are open, name one: {', '.join(each.id for each in still_open)}")
    return still_open[0]


def looked_back_on(session: Session, wanted: str | None = None) -> Incident:
    """The incident whose id begins like this; without one the only one that is open, else the one that ended last.
    Leaks of personal data have a report of their own. Raises `NotFound`."""
    from sqlalchemy import func, select

    from flows.errors import NotFound
    from flows.runs.breaches import KIND
    from flows.store.tables import Incident

    if wanted is not None:
        return incident_of(session, wanted)
    no_leak = select(Incident).where(Incident.kind != KIND, Incident.merged_into.is_(None))
    still_open = session.scalars(no_leak.where(Incident.closed_at.is_(None), Incident.stood_down_at.is_(None))).all()
    if len(still_open) > 1:
        raise NotFound(f"several incidents are open, name one: {', '.join(each.id for each in still_open)}")
    ended = func.coalesce(Incident.stood_down_at, Incident.closed_at)
    newest = session.scalars(no_leak.where(ended.is_not(None)).order_by(ended.desc(), Incident.id).limit(1)).first()
    found = still_open[0] if still_open else newest
    if found is None:
        raise NotFound("there has been no incident; `firebreak incident open` opens one")
    return found
