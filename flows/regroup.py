"""The flows `regroup` and `retriage`: which cases belong to which incident, and how severe a case is, put right by a
person from the form of Prefect's custom run."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.runtime import flow_run
from pydantic import Field

from flows.at_hand import desk_at_hand
from flows.crisis import regrouping
from flows.desk import Desk
from flows.forms import CASE, INCIDENT, By, Form, IncidentId, Severity, Topic
from flows.runs import retriage as severities


class Change(StrEnum):
    """What is to be done with an incident."""

    let_join = "let cases join it: those named below, or all that complain about a topic"
    take_out = "take the cases named below out of it"
    split_off = "open another incident with a part of it: the cases named below, or a topic"
    merge_into = "let it go on in another incident"
    close = "close it"


class Reason(StrEnum):
    """Why an incident is over."""

    solved = "the cause is mended, and everyone has heard"
    false_alarm = "there was none"
    duplicate = "another one is about the same"
    other = "another reason"


class RegroupForm(Form):
    """Which cases belong to which incident."""

    change: Change = Field(description="What is to be done")
    incident: IncidentId
    cases: list[Annotated[str, Field(pattern=CASE)]] = Field(
        [], description="Ids of cases, which begin with C-", max_length=1000
    )
    topic: Topic | None = Field(None, description="Instead of cases: what they complain about")
    into: str | None = Field(None, description="For a merge: the incident in which it goes on", pattern=INCIDENT)
    why: Reason = Field(Reason.solved, description="For closing: why it is over")
    by: By


class Severe(StrEnum):
    """Why a case is more or less severe than the rules found it."""

    spoke = "somebody has spoken with the customer"
    misread = "the words were misread: a name, a joke, a turn of speech, a question"
    hidden = "the words say less than what happened"
    news = "something is known by now that is not in the chat"
    same_as_others = "others have written the same, and were found so severe"


class RetriageForm(Form):
    """How severe a case is, by a person's word, which wins over the rules."""

    case: str = Field(description="The case's id, which begins with C-", pattern=CASE)
    severity: Severity = Field(description="urgent: people in danger, a great loss, press, lawyers")
    reason: Severe = Field(
        description="Why; whoever comes after you will ask. For words of your own: `firebreak retriage`"
    )
    by: By


@flow(name="regroup", flow_run_name="{form.change.name}: {form.incident}", persist_result=False)
async def regroup(form: RegroupForm) -> str:
    """Let cases join or leave an incident, split or merge incidents, or close one.

    Args:
        form: what is to be done with which incident, and who does it
    """
    with desk_at_hand() as desk:
        said = await asyncio.to_thread(_regroup, desk, form)
        await acreate_markdown_artifact(said, key="regrouped")
        return said


@flow(name="retriage", flow_run_name="{form.severity.name}: {form.case}", persist_result=False)
async def retriage(form: RetriageForm) -> str:
    """Say how severe a case is; the procedure for that takes it over.

    Args:
        form: which case, how severe it is and why, and who says so
    """
    with desk_at_hand() as desk:
        said = await asyncio.to_thread(_retriage, desk, form)
        await acreate_markdown_artifact(said, key="retriaged")
        return said


def _regroup(desk: Desk, form: RegroupForm) -> str:
    topic, run = form.topic.name if form.topic is not None else None, flow_run.get_id()
    match form.change:
        case Change.let_join:
            done = regrouping.join(desk, form.incident, cases=form.cases, topic=topic, by=form.by, flow_run=run)
            return f"{len(done.cases)} joined **{form.incident}**"
        case Change.take_out:
            left = regrouping.leave(desk, form.cases, form.by, run)
            return f"{len(left)} left **{form.incident}**"
        case Change.split_off:
            what = form.topic.value if form.topic is not None else f"split off from {form.incident}"
            done = regrouping.split(
                desk, form.incident, cases=form.cases, topic=topic, what=what, by=form.by, flow_run=run
            )
            return f"**{done.incident_id}** is open, with {len(done.cases)} of {form.incident}"
        case Change.merge_into:
            done = regrouping.merge(desk, form.incident, form.into or "", form.by, run)
            return f"**{form.incident}** goes on in **{form.into}**, with {len(done.cases)} more"
        case Change.close:
            as_ = regrouping.close(desk, form.incident, form.by, form.why.name)
            return f"**{form.incident}** is closed as {as_}"


def _retriage(desk: Desk, form: RetriageForm) -> str:
    about = form.case, form.severity.value, form.reason.value, form.by
    with desk.store.begin() as session:
        case = severities.by_hand(desk, session, *about, flow_run.get_id())
        return f"**{case.id}** is {case.facts['severity']}; its procedure is {case.playbook}"
