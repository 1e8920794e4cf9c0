"""What the forms of Prefect's page share: how severe something is, what it is about, and how ids and names look.

What is typed into a form stays in Prefect's database, so every form has choices, ids and colleagues' short names, and
no room for a customer's words.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

SHORT_NAME = r"^[a-z][a-z0-9_.-]{1,29}$"
INCIDENT = r"^I-[0-9A-Z]{10}$"
CASE = r"^C-[0-9A-Z]{10}$"

By = Annotated[
    str,
    Field(
        description="Your short name as colleagues know it; never a customer's",
        pattern=SHORT_NAME,
        examples=["shift.lead"],
    ),
]
IncidentId = Annotated[str, Field(description="The incident's id, which begins with I-", pattern=INCIDENT)]


class Form(BaseModel):
    """A form that takes nothing but its own fields."""

    model_config = ConfigDict(extra="forbid")


class Severity(StrEnum):
    """How bad it is, low to high."""

    general = "general"
    important = "important"
    urgent = "urgent"


class Topic(StrEnum):
    """What complaints are about: the values of the fact `topic`."""

    fire = "fire, smoke, an explosion, overheating, an electric shock"
    illness = "somebody fell ill, or something was not fit for use"
    danger = "another danger to people"
    loss = "a large loss of property or money, fraud, theft"
    payment = "charged wrongly, or money that does not come back"
    wrong_order = "the wrong article, or something is missing"
    delivery = "a delivery is late or lost"
    failure = "a product does not work or arrived damaged"
    outage = "the shop, the app or an account cannot be used"
    treatment = "how customers were treated, or that nobody answers"
    data = "personal data in other hands"
    other = "something else"
