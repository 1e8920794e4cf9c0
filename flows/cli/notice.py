"""`firebreak notice`: the proof of which privacy notice a customer was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import Json, load_settings, open_store
from flows.cli.paper import ink, say, say_json, width, wrap

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def notice(
    wanted: Annotated[
        str, typer.Argument(metavar="CUSTOMER|CASE", help="The id of a customer or of one of their cases.")
    ],
    as_json: Json = False,
) -> None:
    """Show which privacy notice a customer was sent.

    It says when, whether it arrived, and in which words.

    It can be shown after the customer's data has been erased, too: it says which version was sent, and to which id, but
    nothing of theirs. The words are those of that version, as it was released.

    \b
    Examples:
      firebreak notice P-7K3MQ9XW2A
      firebreak notice C-4YV0N2ZZKD --json
    """
    from flows.cli.timeline import day_and_minute
    from flows.shelf import ROOT
    from flows.telling import notice_proof

    settings = load_settings()
    with open_store(settings) as store, store.read() as session:
        customer = _customer(session, wanted)
        found = notice_proof.sent_to(session, customer, ROOT)
    if as_json:
        say_json({"customer": customer, "notices": [each.to_json() for each in found]})
        return
    if not found:
        say(f"{customer} has had no privacy notice from us.")
    for each in found:
        when = day_and_minute(each.sent_at or each.created_at, settings.timezone)
        about = f" in case {each.case}" if each.case else ""
        say(f"{ink(f'privacy notice {each.version}', 'bold')} ({each.locale}), {each.status} {when}{about}")
        for name, at in (("delivered", each.delivered_at), ("read", each.read_at)):
            say(f"  {name}: {day_and_minute(at, settings.timezone) if at else 'not reported'}")
        for paragraph in (each.text or "No copy of that version was kept.").splitlines():
            for line in wrap(paragraph, width() - 4):
                say(f"    {line}")


def _customer(session: Session, wanted: str) -> str:
    from flows.errors import NotFound
    from flows.store.tables import Case, Customer
    from flows.telling.finding import by_id

    case = by_id(session, Case, wanted)
    if case is not None:
        return case.customer_id
    customer = by_id(session, Customer, wanted)
    if customer is None:
        raise NotFound(f'there is no customer and no case "{wanted}"; `firebreak cases --all` lists them')
    return customer.merged_into or customer.id
