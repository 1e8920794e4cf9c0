"""Facts about who waits in a crisis (see `flows.crisis.waiting`), or, outside of one, of all who wait."""

from __future__ import annotations

from datetime import timedelta

from flows.crisis import waiting
from flows.crisis.facts import incident_of
from flows.runs.providers import About, provides
from rules.vocabulary import Value
from rules.windows import since


@provides
def customers_waiting(about: About) -> Value:
    incident = incident_of(about)
    return waiting.count(about.session, incident.id if incident is not None else None)


@provides
def longest_wait(about: About) -> Value:
    incident = incident_of(about)
    first = waiting.longest(about.session, incident.id if incident is not None else None)
    return since(first, about.now) or timedelta(0)
