"""The flows `incident`, `breach` and `case`: opening one by hand, from the form of Prefect's custom run."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from enum import StrEnum

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.runtime import flow_run
from pydantic import Field

from flows.at_hand import desk_at_hand
from flows.crisis import by_hand, regrouping
from flows.desk import Desk
from flows.forms import INCIDENT, By, Form, Severity, Topic
from flows.runs import breaches


class Kind(StrEnum):
    """What hit the customers."""

    danger = "danger to people"
    product_failure = "a product fails"
    delivery = "deliveries are late or lost"
    wrong_orders = "orders or charges are wrong"
    outage = "a service is down"
    data_leak = "personal data got out"
    other = "something else"


_LIKELY = {
    Kind.product_failure: Topic.failure,
    Kind.delivery: Topic.delivery,
    Kind.wrong_orders: Topic.wrong_order,
    Kind.outage: Topic.outage,
}
"""What the complaints are about where only the kind of the crisis was chosen."""


class IncidentForm(Form):
    """A crisis that hits many customers at once."""

    kind: Kind = Field(description="What hit the customers")
    topic: Topic | None = Field(
        None, description="What the complaints are about that join it, open ones and new ones; empty: by what hit them"
    )
    severity: Severity = Field(Severity.important, description="urgent: people in danger, a great loss, press, lawyers")
    opened_by: By


class Way(StrEnum):
    """How personal data got out."""

    wrong_chat = "a message went to the wrong person"
    group = "it was written into a group"
    lost_phone = "a phone was lost or stolen"
    account_taken = "somebody got into our account"
    other = "in another way"
    unknown = "nobody knows yet"


class Data(StrEnum):
    """The most sensitive kind of data that leaked."""

    contact = "names, numbers, addresses"
    business = "orders, prices, what was talked about"
    sensitive = "identity papers, cards, health, passwords"
    unknown = "nobody knows yet"


class SeenBy(StrEnum):
    """Who may have seen it."""

    one_stranger = "one person"
    group = "a group, or several persons"
    public = "anybody"
    unknown = "nobody knows yet"


class BreachForm(Form):
    """Personal data got out. What nobody knows yet counts as the worst."""

    way: Way = Field(Way.unknown, description="How it got out")
    data: Data = Field(Data.unknown, description="The most sensitive kind of data that leaked")
    people: int | None = Field(None, ge=0, le=999_999_999, description="Of how many people; empty if nobody knows")
    seen_by: SeenBy = Field(SeenBy.unknown, description="Who may have seen it")
    noticed_at: datetime = Field(description="When somebody noticed it: the clocks of the law run from there")
    opened_by: By


class CaseForm(Form):
    """A case that no message has opened."""

    customer: str = Field(
        description="The customer's id, which begins with P-; `firebreak case` shows it", pattern=r"^P-[0-9A-Z]{10}$"
    )
    playbook: str = Field(
        description="The playbook to start, for example complaint-urgent", pattern=r"^[a-z0-9-]{3,60}$"
    )
    severity: Severity = Field(Severity.important, description="How bad it is")
    incident: str | None = Field(
        None,
        description="The incident it is about; empty: the only open one, where the playbook is for a crisis",
        pattern=INCIDENT,
    )
    opened_by: By


@flow(name="incident", flow_run_name="incident: {form.kind.value}", persist_result=False)
async def incident(form: IncidentForm) -> str:
    """Open an incident; the crisis team is told at once.

    Args:
        form: what happened, how bad it is, and who opens it
    """
    with desk_at_hand() as desk:
        return await _shown("incident", await asyncio.to_thread(_open_incident, desk, form))


@flow(name="breach", flow_run_name="breach: {form.way.value}", persist_result=False)
async def breach(form: BreachForm) -> str:
    """Open a leak of personal data; `firebreak breach add` then says whose data it is.

    Args:
        form: how it got out, what, of how many people, who may have seen it, when it was noticed, and who opens it
    """
    with desk_at_hand() as desk:
        return await _shown("breach", await asyncio.to_thread(_open_breach, desk, form))


@flow(name="case", flow_run_name="case: {form.playbook}", persist_result=False)
async def case(form: CaseForm) -> str:
    """Open a case by hand for a customer who is known already.

    Args:
        form: which customer, which playbook, and who opens it
    """
    with desk_at_hand() as desk:
        return await _shown("case", await asyncio.to_thread(_open_case, desk, form))


def _open_incident(desk: Desk, form: IncidentForm) -> str:
    likely = _LIKELY.get(form.kind)
    return regrouping.open_incident(
        desk,
        kind=form.kind.name,
        severity=form.severity.value,
        what=form.kind.value,
        opened_by=form.opened_by,
        playbook=breaches.PLAYBOOK if form.kind is Kind.data_leak else "incident",
        topic=form.topic.name if form.topic is not None else None,
        likely=likely.name if likely is not None else None,
        flow_run=flow_run.get_id(),
    ).incident_id


def _open_breach(desk: Desk, form: BreachForm) -> str:
    at = form.noticed_at
    noticed_at = (at if at.tzinfo is not None else at.replace(tzinfo=desk.timezone)).astimezone(UTC)
    told = breaches.as_facts(
        {
            "leak_way": form.way.name,
            "leaked_data": form.data.name,
            "leak_scope": form.seen_by.name,
            "people_affected": form.people,
        }
    )
    with desk.store.begin() as session:
        return breaches.open_breach(
            desk,
            session,
            told=told,
            noticed_at=noticed_at,
            opened_by=form.opened_by,
            flow_run=flow_run.get_id(),
        ).id


def _open_case(desk: Desk, form: CaseForm) -> str:
    with desk.store.begin() as session:
        return by_hand.open_case(
            desk,
            session,
            customer_id=form.customer,
            playbook=form.playbook,
            severity=form.severity.value,
            opened_by=form.opened_by,
            incident_id=form.incident,
            flow_run=flow_run.get_id(),
        ).id


async def _shown(what: str, opened: str) -> str:
    await acreate_markdown_artifact(
        f"**{opened}** is open. `firebreak case {opened}` tells its story.", key=f"opened-{what}"
    )
    return opened
