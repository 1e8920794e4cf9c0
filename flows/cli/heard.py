"""`firebreak heard`: what a customer wrote in a place that Firebreak does not see."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.context import Json, load_settings, open_store
from flows.cli.paper import say, say_json

if TYPE_CHECKING:
    from flows.store.database import Store


def heard(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Whose: their number, with its country code.")],
    words: Annotated[
        str, typer.Argument(metavar="WORDS", help="What they wrote, word for word; - reads it from stdin.")
    ],
    name: Annotated[str, typer.Option(metavar="NAME", help="What they are called, if that is known.")] = "",
    as_json: Json = False,
) -> None:
    """Tell what a customer wrote, where no webhook does.

    That is to the Business app, on another phone, in a call.

    It is read like every message: it opens or joins a case, counts in the crowd, and is answered by the procedure that
    fits. In `manual` mode the answer is a task with the text ready. A number that nobody knows yet is a new customer.

    \b
    Examples:
      firebreak heard "+44 7700 900123" "My parcel has not arrived" --name "Ann"
      pbpaste | firebreak heard "+86 138 0013 8000" -
    """
    from flows.errors import FirebreakError
    from flows.orders.source import digits_of

    text = (sys.stdin.read() if words == "-" else words).strip()
    if not text:
        raise FirebreakError("Say what they wrote, in quotes after the number.")
    digits = digits_of(number)
    if digits is None:
        raise FirebreakError("That is no number with its country code; write it as in +44 7700 900123.")
    with open_store(load_settings()) as store:
        told = _keep(store, digits, text, name.strip())
    if as_json:
        say_json(told)
        return
    say(f"{told['message']} is kept; it is read at once if Firebreak is up. firebreak case {told['customer']} shows it")


def _keep(store: Store, digits: str, text: str, name: str) -> dict[str, Any]:
    """Keep it through the one door by which every message comes in."""
    from sqlalchemy import select

    from flows.ids import new_id
    from flows.receiving.receive import receive
    from flows.store.tables import Message

    wamid = f"heard.{new_id('M')}"
    sent = str(int(store.clock.now().timestamp()))
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": "heard", "display_phone_number": "heard"},
        "contacts": [{"wa_id": digits, **({"profile": {"name": name}} if name else {})}],
        "messages": [{"from": digits, "id": wamid, "timestamp": sent, "type": "text", "text": {"body": text}}],
    }
    entry = {"id": "heard", "changes": [{"field": "messages", "value": value}]}
    receive(store, json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())
    with store.read() as session:
        blind = store.vault.blind("wamid", wamid)
        kept = session.scalars(select(Message).where(Message.blind == blind)).one()
        return {"message": kept.id, "customer": kept.customer_id}
