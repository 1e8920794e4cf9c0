"""The flows by which a crisis is led from the form of Prefect's custom run: `assign`, `statement`, `freeze` and
`stand-down`."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.runtime import flow_run
from pydantic import Field
from sqlalchemy.orm import Session

from flows import checklist, duties
from flows.at_hand import desk_at_hand
from flows.crisis import freeze as freezing
from flows.crisis import standing_down, statements
from flows.desk import Desk
from flows.errors import NotFound
from flows.forms import SHORT_NAME, By, Form, IncidentId
from flows.store.tables import Incident, Statement


class AssignForm(Form):
    """Who does what in an incident. Whoever is not named goes on as before; to name nobody any more, use
    `firebreak incident assign`."""

    incident: IncidentId
    lead: str | None = Field(None, description="Who leads: a colleague's short name", pattern=SHORT_NAME)
    fix: str | None = Field(None, description="Who follows the repair of the cause", pattern=SHORT_NAME)
    urgent: str | None = Field(None, description="Who answers urgent complaints", pattern=SHORT_NAME)
    important: str | None = Field(None, description="Who answers important complaints", pattern=SHORT_NAME)
    general: str | None = Field(None, description="Who answers general complaints", pattern=SHORT_NAME)
    by: By


class Vote(StrEnum):
    """Yes or no to the words of a statement."""

    approve = "yes, in just these words"
    refuse = "no, it is not to be said"


class Objection(StrEnum):
    """Why a statement is refused."""

    explains = "it explains or excuses; say what we do"
    promises = "it promises what we cannot keep"
    untrue = "something in it is not true, or not known for sure"
    unclear = "customers will not understand it"
    cold = "it does not sound like us"
    other = "for another reason; I will tell you"


class StatementForm(Form):
    """A yes or a no to a statement that was drafted. Read it first: the task or `firebreak statement show` has the
    words, which are not kept here."""

    statement: str = Field(description="The statement's id, which begins with S-", pattern=r"^S-[0-9A-Z]{10}$")
    vote: Vote = Field(description="Your decision")
    digest: str | None = Field(
        None,
        description="For a yes: the digest of the words that you have read, 8 digits at least; others are refused",
        pattern=r"^[0-9a-f]{8,64}$",
    )
    role: str | None = Field(
        None, description="For which role you decide, where several must", pattern=r"^[a-z][a-z0-9_]{1,39}$"
    )
    reason: Objection = Field(
        Objection.other, description="For a no: why. For words of your own: `firebreak statement refuse`"
    )
    by: By


class Freeze(StrEnum):
    """What is to become of a freeze."""

    lift = "lift it: what is not about the crisis may leave again"
    again = "put it in force again"


class Lifted(StrEnum):
    """Why a freeze is lifted while the crisis goes on."""

    few = "only some customers are hit, and the others wait for their messages"
    needed = "something must leave that customers need"
    nearly_over = "the cause is mended, and little is left to do"
    needless = "what is frozen does not disturb anybody in this crisis"


class FreezeForm(Form):
    """The freeze of an incident: whether only what is about the crisis may leave."""

    incident: IncidentId
    change: Freeze = Field(description="What is to be done")
    reason: Lifted = Field(
        Lifted.few, description="For lifting: why. For words of your own: `firebreak freeze lift --reason`"
    )
    by: By


class End(StrEnum):
    """How far the end of a crisis is decided."""

    ask = "show me the checklist, and ask those who decide whether it is over"
    tick = "what is named below is done"
    over = "it is over: what is named below is done, and with it the whole checklist"


class StandDownForm(Form):
    """Whether a crisis is over. Begin with the first choice: its result shows the checklist with its numbers."""

    incident: IncidentId
    step: End = Field(End.ask, description="What is to be done")
    done: list[Annotated[int, Field(ge=1, le=99)]] = Field(
        [], description="Numbers of the checklist that are done", max_length=99
    )
    by: By


@flow(name="assign", flow_run_name="assign: {form.incident}", persist_result=False)
async def assign(form: AssignForm) -> str:
    """Say who leads, who follows the repair, and who answers which complaints.

    Args:
        form: who does what in which incident, and who says so
    """
    with desk_at_hand() as desk:
        return await _shown("assigned", await asyncio.to_thread(_assign, desk, form))


@flow(name="statement", flow_run_name="{form.vote.name}: {form.statement}", persist_result=False)
async def statement(form: StatementForm) -> str:
    """Say yes or no to a statement that was drafted.

    Args:
        form: which statement, yes or no and why, and who decides
    """
    with desk_at_hand() as desk:
        return await _shown("statement-decided", await asyncio.to_thread(_vote, desk, form))


@flow(name="freeze", flow_run_name="{form.change.name}: {form.incident}", persist_result=False)
async def freeze(form: FreezeForm) -> str:
    """Lift the freeze of an incident, or put it in force again; the crisis team is told.

    Args:
        form: what is to be done with whose freeze, why, and who does it
    """
    with desk_at_hand() as desk:
        return await _shown("freeze-changed", await asyncio.to_thread(_freeze, desk, form))


@flow(name="stand-down", flow_run_name="{form.step.name}: {form.incident}", persist_result=False)
async def stand_down(form: StandDownForm) -> str:
    """Ask whether an incident is over, tick off what is done before that, or decide it here and now.

    Args:
        form: which incident, what is done, and who says so
    """
    with desk_at_hand() as desk:
        return await _shown("stand-down", await asyncio.to_thread(_stand_down, desk, form))


def _assign(desk: Desk, form: AssignForm) -> str:
    named = form.model_dump(include={"lead", "fix", "urgent", "important", "general"}, exclude_none=True)
    with desk.store.begin() as session:
        incident = _incident(session, form.incident)
        duties.assign(desk, session, incident, named, form.by, flow_run.get_id())
        told = ", ".join(f"{duty}: {name}" for duty, name in (incident.duties or {}).items())
    return f"**{form.incident}**: {told or 'nobody does anything in particular'}"


def _vote(desk: Desk, form: StatementForm) -> str:
    yes = form.vote is Vote.approve
    if yes and form.digest is None:
        raise statements.WrongStatement("a yes is for words that you have read: give the digest that stands below them")
    with desk.store.begin() as session:
        found = session.get(Statement, form.statement)
        if found is None:
            raise NotFound(f'there is no statement "{form.statement}"; `firebreak statement list` lists them')
        statements.vote(
            desk,
            session,
            found,
            form.by,
            yes,
            form.digest,
            role=form.role or "",
            reason="" if yes else form.reason.value,
            flow_run=flow_run.get_id(),
        )
        left = statements.missing(session, found) if found.status == "draft" else []
        state = {"draft": "a draft", "in_force": "in force"}.get(found.status, found.status)
    lacks = f"; still to say yes: {', '.join(role or 'somebody else' for role in left)}" if left else ""
    return f"**{form.statement}** is {state}{lacks}"


def _freeze(desk: Desk, form: FreezeForm) -> str:
    with desk.store.begin() as session:
        incident = _incident(session, form.incident)
        if form.change is Freeze.lift:
            freezing.lift(desk, session, incident, form.by, form.reason.value, flow_run=flow_run.get_id())
            return f"The freeze of **{form.incident}** is lifted"
        freezing.again(desk, session, incident, form.by, flow_run=flow_run.get_id())
        return f"**{form.incident}** freezes what is not about it again"


def _stand_down(desk: Desk, form: StandDownForm) -> str:
    done = [str(number) for number in form.done]
    with desk.store.begin() as session:
        incident = _incident(session, form.incident)
        if form.step is End.over:
            checklist.decide(desk, session, incident, form.by, done, flow_run=flow_run.get_id())
            return f"**{form.incident}** is over: {form.by} stands down"
        if form.step is End.tick:
            checklist.tick(desk, session, incident, form.by, done)
        else:
            standing_down.propose(desk, session, incident, form.by, flow_run=flow_run.get_id())
        known = checklist.told(desk, session, incident)
    situation = [f"- {title}: {value}" for title, value in known["shown"].items()]
    things = [f"{each['number']}. {each['words']} ({each['status']})" for each in known["checklist"]]
    return "\n".join([f"**{form.incident}**", "", *situation, "", *things])


def _incident(session: Session, wanted: str) -> Incident:
    found = session.get(Incident, wanted)
    if found is None:
        raise NotFound(f'there is no incident "{wanted}"; `firebreak incident list` lists the open ones')
    return found


async def _shown(key: str, said: str) -> str:
    await acreate_markdown_artifact(said, key=key)
    return said
