"""`firebreak may-send`: whether a message may go to a customer now, for whoever is about to send one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import Json, load_settings, open_desk
from flows.cli.paper import ink, say, say_json, tell

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from flows.desk import Desk
    from flows.store.tables import Customer


def may_send(
    to: Annotated[
        str | None,
        typer.Option(metavar="NUMBER|ID", help="To whom: a number, or the id of a customer (P-…) or of a case (C-…)."),
    ] = None,
    purpose: Annotated[
        str,
        typer.Option(metavar="WORD", help="For what: marketing, order, answer or crisis; other words are marketing."),
    ] = "marketing",
    as_json: Json = False,
) -> None:
    """Ask whether a message may be sent to a customer now.

    While a crisis goes on nothing may leave that is not about it. Without --to the question is about a message to
    anybody at all, such as a broadcast. Exit code 0 means yes. Exit code 1 means: do not send it by yourself; the
    answer says `no`, or `ask` where a person may decide otherwise. What cannot be told is never a yes.

    \b
    Examples:
      firebreak may-send && send-the-newsletter
      firebreak may-send --to "+49 151 5551234" --purpose order
      firebreak may-send --to P-7K3MQ9XW2A --json
    """
    from flows.crisis import freeze

    try:
        settings = load_settings()
        with open_desk(settings) as desk, desk.store.read() as session:
            customer = _customer(desk, session, to) if to is not None else None
            answer = freeze.may_send(desk, session, purpose, customer)
    except Exception as error:
        if as_json:
            say_json({"may_send": "no", "error": _in_words(error)})
            raise typer.Exit(1) from None
        tell("may_send: no")
        raise
    if as_json:
        say_json(answer.to_json())
    else:
        say(f"may_send: {ink(answer.may_send, 'green' if answer.yes else 'red', 'bold')}")
        say(f"{answer.reason}.")
        if answer.purpose != purpose.strip().lower():
            say(f'"{purpose}" is no purpose that is known, so it counts as {answer.purpose}.')
        if answer.incidents:
            say(f"Frozen by {', '.join(answer.incidents)}; firebreak freeze shows since when.")
        if answer.until is not None:
            from flows import local_time

            say(f"Ask again at {local_time.minute(answer.until, settings.timezone)}.")
        say(ink(f"Because {answer.because}", "dim"))
    if not answer.yes:
        raise typer.Exit(1)


def _customer(desk: Desk, session: Session, to: str) -> Customer | None:
    """Whom the question is about; None for somebody who has never written to us."""
    from flows.cli.whose import customer_of
    from flows.crisis import freeze

    if to.strip()[:2].upper() in ("P-", "C-"):
        return customer_of(session, to)[0]
    return freeze.customer_at(desk, session, to)


def _in_words(error: Exception) -> str:
    """An error for a machine: its words where they are ours, else only its kind, for they may hold an address."""
    from flows.errors import FirebreakError

    return str(error) if isinstance(error, FirebreakError) else type(error).__name__
