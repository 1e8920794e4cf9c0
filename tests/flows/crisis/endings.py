"""An incident whose procedure ends by a decision, and is looked back at the next working day."""

from __future__ import annotations

from functools import cache

from sqlalchemy import select

from flows.rehearsal.stage import Stage
from flows.runs import opening
from flows.shelf import Shelf
from flows.store.tables import Incident, Outbox, Task
from flows.verbs import all_verbs
from rules.bundle import Bundle
from rules.language import FactName, FactValues
from tests.flows.runs import trials

CHECKLIST = ("The cause is mended, and somebody has tried it", "Everybody who wrote has been answered")
CRISIS = f"""
steps:
  - id: lead
    escalate: {{to: shift_lead, why: Please lead this incident, again_every: 5 minutes}}
  - parallel:
      voice:
        - one_voice: {{drafted_by: shift_lead, approved_by: [senior_owner], announce_to: [crisis_team]}}
      end:
        - id: over
          stand_down:
            who: shift_lead
            checklist:
              - {CHECKLIST[0]}
              - {CHECKLIST[1]}
            again_every: 4 hours
  - follow_up: {{after: next working day 10:00, playbook: retrospective}}
  - notify: {{who: crisis_team, message: It is over. Thank you}}
  - close: stood_down
"""


@cache
def shelf() -> Shelf:
    """The shipped content with that procedure."""
    files = dict(trials.bundle("steps: [{close: done}]\n", crisis_end=CRISIS).files)
    return Shelf(Bundle.parse(files, all_verbs()), all_verbs())


def staged(fire: str = "burning") -> Stage:
    """A rehearsal in which the fire is in this state, for as long as nobody says otherwise."""
    given: FactValues = {FactName("privacy_notice"): "current", FactName("fire_state"): fire}
    return Stage(shelf(), given)


def opened(stage: Stage, topic: str | None = "delivery", kind: str = "delivery") -> str:
    """Open an incident that somebody leads already; its id."""
    with stage.store.begin() as session:
        known = opening.open_incident(
            stage.desk,
            session,
            kind=kind,
            severity="important",
            what="-",
            opened_by="ann",
            playbook="crisis-end",
            topic=topic,
        ).id
    stage.settle()
    stage.answer({}, "lead")
    stage.settle()
    return known


def the_fire_is(stage: Stage, state: str) -> None:
    """From now on the fire is in this state."""
    stage.desk.given[FactName("fire_state")] = state  # type: ignore[index]


def asked(stage: Stage) -> list[Task]:
    """What the step that decides about the end asks for now."""
    with stage.store.read() as session:
        mine = select(Task).where(Task.status == "open", Task.path.endswith("over") | Task.path.contains("end"))
        return list(session.scalars(mine.order_by(Task.created_at, Task.id)))


def incident(stage: Stage, known: str) -> Incident:
    with stage.store.read() as session:
        return session.get_one(Incident, known)


def told(stage: Stage, role: str) -> list[str]:
    """The notices to a role, the first first."""
    with stage.store.read() as session:
        rows = session.scalars(select(Outbox).where(Outbox.role == role).order_by(Outbox.created_at, Outbox.key)).all()
        return [str(stage.store.vault.open(row.sealed_body)["body"]) for row in rows]
