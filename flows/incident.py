"""The flows `incident` and `case`: opening one by hand, from the form of Prefect's custom run.

What is typed into the form stays in Prefect's database, so it has choices and ids and no room for a customer's words.
"""

from __future__ import annotations

import asyncio
from enum import StrEnum

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.runtime import flow_run
from pydantic import BaseModel, ConfigDict, Field

from flows.at_hand import desk_at_hand
from flows.desk import Desk
from flows.runs import opening


class Kind(StrEnum):
    """What hit the customers."""

    danger = "danger to people"
    product_failure = "a product fails"
    delivery = "deliveries are late or lost"
    wrong_orders = "orders or charges are wrong"
    outage = "a service is down"
    data_leak = "personal data got out"
    other = "something else"


class Severity(StrEnum):
    """How bad it is, low to high."""

    general = "general"
    important = "important"
    urgent = "urgent"


class IncidentForm(BaseModel):
    """A crisis that hits many customers at once."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = Field(description="What hit the customers")
    severity: Severity = Field(Severity.important, description="urgent: people in danger, a great loss, press, lawyers")
    opened_by: str = Field(
        description="Your short name as colleagues know it; never a customer's",
        pattern=r"^[a-z][a-z0-9_.-]{1,29}$",
        examples=["shift.lead"],
    )


class CaseForm(BaseModel):
    """A case that no message has opened."""

    model_config = ConfigDict(extra="forbid")

    customer: str = Field(
        description="The customer's id, which begins with P-; `firebreak case` shows it", pattern=r"^P-[0-9A-Z]{10}$"
    )
    playbook: str = Field(
        description="The playbook to start, for example complaint-urgent", pattern=r"^[a-z0-9-]{3,60}$"
    )
    severity: Severity = Field(Severity.important, description="How bad it is")
    opened_by: str = Field(
        description="Your short name as colleagues know it; never a customer's", pattern=r"^[a-z][a-z0-9_.-]{1,29}$"
    )


@flow(name="incident", flow_run_name="incident: {form.kind.value}", persist_result=False)
async def incident(form: IncidentForm) -> str:
    """Open an incident; the crisis team is told at once.

    Args:
        form: what happened, how bad it is, and who opens it
    """
    with desk_at_hand() as desk:
        return await _shown("incident", await asyncio.to_thread(_open_incident, desk, form))


@flow(name="case", flow_run_name="case: {form.playbook}", persist_result=False)
async def case(form: CaseForm) -> str:
    """Open a case by hand for a customer who is known already.

    Args:
        form: which customer, which playbook, and who opens it
    """
    with desk_at_hand() as desk:
        return await _shown("case", await asyncio.to_thread(_open_case, desk, form))


def _open_incident(desk: Desk, form: IncidentForm) -> str:
    with desk.store.begin() as session:
        return opening.open_incident(
            desk,
            session,
            kind=form.kind.name,
            severity=form.severity.value,
            what=form.kind.value,
            opened_by=form.opened_by,
            flow_run=flow_run.get_id(),
        ).id


def _open_case(desk: Desk, form: CaseForm) -> str:
    with desk.store.begin() as session:
        return opening.open_case_by_hand(
            desk,
            session,
            customer_id=form.customer,
            playbook=form.playbook,
            severity=form.severity.value,
            opened_by=form.opened_by,
            flow_run=flow_run.get_id(),
        ).id


async def _shown(what: str, opened: str) -> str:
    await acreate_markdown_artifact(
        f"**{opened}** is open. `firebreak case {opened}` tells its story.", key=f"opened-{what}"
    )
    return opened
