"""The clocks of the authorities that have to hear of a leak: by the law of those whose data it is, the shortest first,
and from the moment when somebody noticed it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.runs import providers, redating
from flows.runs.progress import progress_of
from flows.store.tables import Affected, Customer, Incident, Run
from rules.bundle import Bundle
from rules.legal_clocks import LegalClock
from rules.personal_data import jurisdiction_of
from rules.vocabulary import UNKNOWN, Facts


def clocks_for(bundle: Bundle, promise: str, facts: Facts, where: Collection[str]) -> list[LegalClock]:
    """The legal clocks about this promise that run for a leak with these facts, whose people live there; the shortest
    first. Where nobody knows where they live, every country counts."""
    countries = [each for each in where if each != UNKNOWN]
    if not countries or len(countries) < len(where):
        countries = list(bundle.vocabulary["jurisdiction"].values)
    about = [clock for clock in bundle.legal_clocks.values() if clock.promise == promise]
    found = [
        clock for clock in about if any(clock.when.holds({**facts, "jurisdiction": country}) for country in countries)
    ]
    return sorted(found, key=lambda clock: (clock.within, clock.id))


def homes(desk: Desk, session: Session, incident_id: str) -> set[str]:
    """Where the people live whose data leaked, as far as their numbers tell; `unknown` for those that do not, and for
    a leak of which nobody is known yet."""
    concerned = select(Customer).join(Affected, Affected.customer_id == Customer.id)
    found = set()
    for customer in session.scalars(concerned.where(Affected.incident_id == incident_id)):
        number = providers.number_of(session, desk.store.vault, customer)
        found.add(jurisdiction_of(number) if number is not None else UNKNOWN)
    return {str(each) for each in found} or {UNKNOWN}


def facts_of(desk: Desk, session: Session, incident: Incident, bundle: Bundle, wanted: Collection[str]) -> Facts:
    """What is known of a leak at this moment."""
    about = providers.About(session, desk.now(), incident=incident, given=desk.given, vault=desk.store.vault)
    return providers.gather(about, bundle, wanted)


def shorten(desk: Desk, session: Session, run: Run, name: str) -> dict[str, object]:
    """Date a promise of a leak's run by the shortest clock of the law that runs for it, counted from when the leak was
    noticed; it only ever becomes shorter. Returns what the history says of it."""
    progress, incident = progress_of(desk, session, run), session.get_one(Incident, run.incident_id)
    bundle, promise = progress.bundle, progress.promises[name]
    wanted = {fact for clock in bundle.legal_clocks.values() for fact in clock.when.facts()} - {"jurisdiction"}
    where = homes(desk, session, incident.id)
    clocks = clocks_for(bundle, name, facts_of(desk, session, incident, bundle, wanted), where)
    due = promise.due_at
    if clocks and promise.status == "open":
        due = min(due, (incident.noticed_at or incident.opened_at) + clocks[0].within)
    if due < promise.due_at:
        redating.date_promise(session, run, progress, name, due, progress.playbook.promises[name], desk.now())
    return {"promise": name, "due": due.isoformat(), "clocks": [each.id for each in clocks], "where": sorted(where)}
