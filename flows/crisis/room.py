"""The war room of an incident: where the team talks about it, and who does what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from flows.crisis.waiting import levels
from flows.errors import FirebreakError
from flows.runs import history, incident_events
from flows.store.subjects import lock
from flows.store.tables import Incident
from flows.store.vault import Vault
from rules.problems import did_you_mean

LINK_KNOWN = "room"
"""The event that tells whoever waits for it that there is a (new) link."""
COMMAND = "firebreak incident room {id} --link LINK"
"""How a colleague tells the link."""
_LINK = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s\x00-\x1f\x7f]{2,490}")


class WrongLink(FirebreakError):
    """What was given is no link."""


class WrongDuty(FirebreakError):
    """There is no such thing to do in an incident, or nobody is called like that."""


def link_of(vault: Vault, incident: Incident) -> str | None:
    """The link to the room, opened for colleagues; None if nobody has told one."""
    if incident.sealed_room is None:
        return None
    return str(vault.open_or_nothing(incident.sealed_room).get("link") or "") or None


def tell_link(session: Session, vault: Vault, incident: Incident, link: str, by: str, now: datetime) -> None:
    """Keep the link to the room, sealed, and wake the step that tells it to the team. Raises `WrongLink`."""
    given = link.strip()
    if not _LINK.fullmatch(given):
        raise WrongLink('That is no link. One begins with its service, as in "https://t.me/+AbCd".')
    lock(session, incident.id)
    incident.sealed_room = vault.seal(incident.id, {"link": given})
    history.tell_of(session, incident.id, now, "room known", {"by": by}, incident_id=incident.id)
    incident_events.tell(session, incident.id, LINK_KNOWN, now)


def assign(
    session: Session,
    incident: Incident,
    duties: Mapping[str, str],
    by: str,
    now: datetime,
    flow_run: str | None = None,
) -> None:
    """Say who does what in an incident: `lead`, `fix`, or a level of severity whose complaints somebody answers, each
    with a colleague's short name; an empty name takes it back. Raises `WrongDuty`."""
    known = ("lead", "fix", *levels())
    for duty, name in duties.items():
        if duty not in known:
            raise WrongDuty(f'"{duty}" is nothing to do in an incident: {", ".join(known)}{did_you_mean(duty, known)}')
        if len(name) > 60 or not name.isprintable():
            raise WrongDuty("A name has at most 60 characters, all of which can be printed.")
    lock(session, incident.id)
    both = {**(incident.duties or {}), **{duty: name.strip() for duty, name in duties.items()}}
    incident.duties = {duty: name for duty, name in both.items() if name}
    said = {"by": by, "duties": dict(duties)}
    ids = {"incident_id": incident.id, "flow_run": flow_run}
    history.tell_of(session, incident.id, now, "duties assigned", said, **ids)
