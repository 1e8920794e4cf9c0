"""The end of a crisis: what a person is shown before they decide that it is over, and the decision itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import distinct, func, or_, select
from sqlalchemy.orm import Session

from flows.crisis import statements
from flows.crisis.team_words import TEAM_WORDS, in_units
from flows.crisis.words import Language
from flows.desk import Desk
from flows.errors import FirebreakError
from flows.runs import history, incident_events, listing, providers
from flows.runs.outcome import waits_for
from flows.runs.progress import progress_of
from flows.store.subjects import lock, ring
from flows.store.tables import Case, Incident, JournalLine, Promise, Run, Step, Task, TaskItem, Timer
from rules.bundle import Bundle
from rules.vocabulary import UNKNOWN, value_to_json

VERB = "stand_down"
AWAITED = "stand_down"
"""What a step waits for (`Waiting`) that asks whether it is over: the moment to ask, or the decision."""
WANTED = "wanted_by"
"""Where such a step keeps who wants to be asked now, whatever the fire does."""
LISTED = "listed"
"""Where the sealed details of a task with a list keep its words: number -> words."""
_FACTS = ("fire_state", "customers_waiting", "longest_wait")


class NotYet(FirebreakError):
    """The crisis cannot be ended like that."""


# -- what is known ----------------------------------------------------------------------------------------------------


def situation(desk: Desk, session: Session, incident: Incident, bundle: Bundle) -> dict[str, object]:
    """What speaks for and against an end, as JSON holds it: `fire_state`, `customers_waiting` and `longest_wait` (each
    may be unknown), `urgent_open` cases, `late_updates`: customers who were not told in time how it goes,
    `promises_broken`, and `statement`: the version in force."""
    wanted = [name for name in _FACTS if name in bundle.vocabulary.facts]
    about = providers.About(
        session, desk.now(), incident=incident, given=desk.given, vault=desk.store.vault, bundle=bundle
    )
    known = providers.gather(about, bundle, wanted)
    worst = len(bundle.vocabulary.fact("severity").values) - 1
    cases = select(Case.id).where(Case.incident_id == incident.id, Case.closed_at.is_(None))
    urgent = select(func.count()).select_from(cases.where(Case.severity >= worst).subquery())
    late = select(func.count(distinct(JournalLine.case_id))).where(
        JournalLine.event == "update late", JournalLine.case_id.in_(cases)
    )
    mine = or_(Run.incident_id == incident.id, Run.case_id.in_(cases))
    broken = select(func.count()).select_from(Promise).join(Run, Run.id == Promise.run_id)
    statement = statements.in_force(session, incident.id)
    return {
        **{name: value_to_json(known.get(name, UNKNOWN)) for name in wanted},
        "urgent_open": session.scalar(urgent) or 0,
        "late_updates": session.scalar(late) or 0,
        "promises_broken": session.scalar(broken.where(mine, Promise.status == "broken")) or 0,
        "statement": statement.version if statement is not None else None,
    }


def in_words(found: Mapping[str, object], bundle: Bundle, language: Language = "en") -> dict[str, str]:
    """The same as people read it, under a word or two each."""
    words, facts = TEAM_WORDS[language], bundle.vocabulary
    fire = str(found.get("fire_state", UNKNOWN))
    meaning = facts.fact("fire_state").values.get(fire) if "fire_state" in facts.facts else None
    waiting, longest = found.get("customers_waiting", UNKNOWN), found.get("longest_wait", UNKNOWN)
    burns = words["fire is"].format(state=words.get(fire, fire), meaning=meaning) if meaning else words["not known"]
    version = found["statement"]
    told = {
        "the fire": burns,
        "customers waiting": words["not known"] if waiting == UNKNOWN else str(waiting),
        **({"longest wait": in_units(str(longest), language)} if longest not in (UNKNOWN, None) else {}),
        "urgent cases open": str(found["urgent_open"]),
        "updates that are late": str(found["late_updates"]),
        "promises broken": str(found["promises_broken"]),
        "statement in force": words["version"].format(version=version) if version else words["none"],
    }
    return {words[title]: value for title, value in told.items()}


def speaks_against(found: Mapping[str, object], language: Language = "en") -> list[str]:
    """What a person should think twice about before they say yes, in words."""
    words = TEAM_WORDS[language]
    against = []
    if found.get("fire_state") in ("burning", "dying"):
        against.append(words[f"it is {found['fire_state']}"])
    waiting, urgent = found.get("customers_waiting"), found["urgent_open"]
    for number, one, many in ((waiting, "one waits", "many wait"), (urgent, "one urgent", "many urgent")):
        if isinstance(number, int) and number:
            against.append(words[one if number == 1 else many].format(number=number))
    return against


# -- asking and deciding ----------------------------------------------------------------------------------------------


def step_of(desk: Desk, session: Session, incident: Incident) -> tuple[Run, Step, tuple[str, ...]] | None:
    """The step that asks whether this incident is over, with its run and its checklist; None where none waits."""
    waiting = select(Run, Step).join(Step, Step.run_id == Run.id).order_by(Run.started_at, Step.path)
    mine = waiting.where(Run.incident_id == incident.id, Run.status != "finished", Step.verb == VERB)
    for run, step in session.execute(mine.where(Step.status == "waiting")).tuples():
        if waits_for(step.waiting_for, AWAITED, VERB):
            verb = progress_of(desk, session, run).playbook.step(step.path).verb
            return run, step, tuple(str(each) for each in vars(verb)["checklist"])
    return None


def open_tasks(session: Session, run: Run, step: Step) -> Sequence[Task]:
    """What people are asked by that step at this moment: the checklist, or the decision."""
    mine = select(Task).where(Task.run_id == run.id, Task.path == step.path, Task.status == "open")
    return session.scalars(mine.order_by(Task.created_at, Task.id)).all()


def items_on(session: Session, run: Run, step: Step) -> Sequence[TaskItem]:
    """The checklist as it was ticked off for the decision that is open now; empty as long as nobody was given it, and
    after a no, since it is gone through anew then."""
    lists = select(Task).where(Task.run_id == run.id, Task.path == step.path, Task.kind == "do")
    newest = session.scalars(lists.order_by(Task.created_at.desc(), Task.id.desc()).limit(1)).first()
    if newest is None or (newest.settled_at is not None and not open_tasks(session, run, step)):
        return ()
    return listing.items_of(session, newest.id)


def propose(desk: Desk, session: Session, incident: Incident, by: str, *, flow_run: str | None = None) -> bool:
    """A person wants the end to be decided about now. Returns whether the role that decides still has to be asked;
    False where it has been already. Raises `NotYet` where nothing waits for it."""
    run, step, _ = awaited(desk, session, incident)
    if open_tasks(session, run, step):
        return False
    step.outcome = {**step.outcome, WANTED: by}
    history.tell(session, run, desk.now(), "stand-down proposed", {"by": by}, path=step.path, flow_run=flow_run)
    _wake(session, run, step, desk)
    return True


def stand_down(
    desk: Desk, session: Session, incident: Incident, by: str, checklist: int, *, flow_run: str | None = None
) -> None:
    """A person has decided that the incident is over, after so many things on the checklist were done. Whoever waits
    for that hears of it; its procedure closes it. Raises `NotYet` if it is over already."""
    lock(session, incident.id)
    session.refresh(incident)
    if incident.stood_down_at is not None or incident.closed_at is not None:
        raise NotYet(f"{incident.id} is over already")
    now = desk.now()
    incident.stood_down_at = now
    ids = {"incident_id": incident.id, "flow_run": flow_run}
    history.tell_of(session, incident.id, now, "stood down", {"by": by, "checklist": checklist}, **ids)
    session.flush()
    incident_events.tell(session, incident.id, "stood_down", now)
    if (found := step_of(desk, session, incident)) is not None:
        _wake(session, found[0], found[1], desk)


def awaited(desk: Desk, session: Session, incident: Incident) -> tuple[Run, Step, tuple[str, ...]]:
    """The step that asks whether it is over. Raises `NotYet` where it is over, or where none waits."""
    lock(session, incident.id)
    session.refresh(incident)
    if incident.stood_down_at is not None or incident.closed_at is not None:
        raise NotYet(f"{incident.id} is over already")
    found = step_of(desk, session, incident)
    if found is None:
        raise NotYet(
            f"the procedure of {incident.id} has not come to its end, or knows no `stand_down`: `firebreak incident "
            f"{incident.id}` tells what it waits for, `firebreak incident close {incident.id}` ends it by hand"
        )
    return found


def _wake(session: Session, run: Run, step: Step, desk: Desk) -> None:
    """Let the step look again at once."""
    now = desk.now()
    here = {"run_id": run.id, "path": step.path, "kind": "wait", "name": "", "due_at": now}
    timer = session.scalars(select(Timer).filter_by(**here)).first()
    if timer is None:
        session.add(Timer(subject_id=run.subject_id, **here))
    else:  # the same moment is kept once
        timer.fired_at = timer.cancelled_at = None
    ring(session, run.subject_id, now)
