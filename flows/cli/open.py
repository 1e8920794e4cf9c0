"""`firebreak open`: a case that no message has opened."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.context import By, Json, open_desk, who
from flows.cli.inputs import Inputs, filled_in
from flows.cli.paper import say, say_json


def open_case(
    playbook: Annotated[str, typer.Argument(metavar="PLAYBOOK", help="The playbook to start.")],
    customer: Annotated[
        str, typer.Option(metavar="P-…", help="The customer's id, or the beginning of it; `firebreak case` shows it.")
    ],
    severity: Annotated[str, typer.Option(metavar="S", help="general, important or urgent.")] = "important",
    incident: Annotated[
        str | None,
        typer.Option(metavar="I-…", help="The incident it is about; the only open one where the playbook needs one."),
    ] = None,
    inputs: Inputs = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Open a case by hand, for a customer who is known already.

    What the playbook asks for (its `inputs`) is asked for here, or given with --input. For a crisis that hits many
    customers there is `firebreak incident open`; what a customer wrote to another phone is told by `firebreak heard`.

    \b
    Examples:
      firebreak open complaint-urgent --customer P-7JX2K0QM4A
      firebreak open deletion-request --customer P-7JX2K0QM4A --severity general --by first_phone
      firebreak open crisis-complaint --customer P-7JX2K0QM4A --incident I-9ZK3MQ2XW1
    """
    from flows.cli.whose import customer_of, incident_of
    from flows.crisis import by_hand
    from flows.runs import opening

    name = who(by)
    with open_desk() as desk:
        content = desk.shelf.current
        chosen = opening.playbook_named(content, playbook, "case")
        given = filled_in(chosen, content.vocabulary, inputs)
        with desk.store.begin() as session:
            whose, _ = customer_of(session, customer)
            case = by_hand.open_case(
                desk,
                session,
                customer_id=whose.id,
                playbook=playbook,
                severity=severity,
                opened_by=name,
                inputs=given,
                incident_id=incident_of(session, incident).id if incident is not None else None,
            )
    if as_json:
        told = {"id": case.id, "playbook": playbook, "severity": severity, "opened_by": name}
        say_json({**told, "incident": case.incident_id})
        return
    about = f", about {case.incident_id}" if case.incident_id is not None else ""
    say(f"{case.id} is open{about}. firebreak case {case.id} shows how it goes on")
