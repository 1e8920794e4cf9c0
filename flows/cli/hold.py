"""`firebreak hold` and `firebreak holds`: what must stay, whoever asks for its deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.context import By, Json, load_settings, open_store, who
from flows.cli.paper import fill, ink, many, say, say_json

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from flows.store.tables import Hold


def hold(
    wanted: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="A message (M-…), a letter (O-…), a case or a customer: all of theirs."),
    ] = None,
    reason: Annotated[
        str | None, typer.Option(metavar="R", help="Why: evidence, order, dispute, law or lawyer.")
    ] = None,
    lift: Annotated[str | None, typer.Option(metavar="H-…", help="End this hold instead.")] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Hold records, so that no erasing touches them, or end a hold.

    A hold always wins, message by message. What is held as evidence or for an order may still have personal details
    masked; what is held for a dispute, the law or a lawyer stays to the letter.

    \b
    Examples:
      firebreak hold M-7K3MQ9XW2A --reason evidence
      firebreak hold C-4YV0N2ZZKD --reason lawyer --by privacy_lead
      firebreak hold --lift H-9D2T6JQX1B
    """
    from flows.errors import FirebreakError

    name = who(by)
    if lift is not None and (wanted is not None or reason is not None):
        raise FirebreakError("--lift ends a hold and takes nothing beside it but --by")
    if lift is not None:
        _lift(lift, name, as_json)
    elif wanted is None:
        raise FirebreakError("name what is to be held: a message, a case or a customer; or a hold to end with --lift")
    elif reason is None:
        raise FirebreakError("say why with --reason: evidence, order, dispute, law or lawyer")
    else:
        _place(wanted, reason, name, as_json)


def _place(wanted: str, reason: str, by: str, as_json: bool) -> None:
    from flows.erasing import holds

    with open_store() as store, store.begin() as session:
        customer_id, case_id, about = _about(session, wanted)
        placed = holds.place(session, store.clock.now(), customer_id, reason, by, about=[about], case_id=case_id)[0]
        said = to_json(placed)
    if as_json:
        say_json(said)
        return
    what = about or f"everything of {customer_id}"
    say(f"{said['id']} holds {what} (reason: {reason}); firebreak hold --lift {said['id']} ends it")


def _lift(wanted: str, by: str, as_json: bool) -> None:
    from flows.erasing import holds
    from flows.errors import NotFound
    from flows.store.tables import Hold
    from flows.telling.finding import by_id

    with open_store() as store, store.begin() as session:
        found = by_id(session, Hold, wanted)
        if found is None:
            raise NotFound(f'there is no hold "{wanted}"; `firebreak holds` lists them')
        said = to_json(holds.lift(session, store.clock.now(), found.id, by))
    if as_json:
        say_json(said)
        return
    say(f"{said['id']} is lifted; it keeps nothing any more")


def list_holds(
    wanted: Annotated[str | None, typer.Argument(metavar="[ID]", help="Only those of this case or customer.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were lifted.")] = False,
    as_json: Json = False,
) -> None:
    """List what is held, why, since when and by whom.

    \b
    Examples:
      firebreak holds
      firebreak holds C-7K3MQ9XW2A --all
      firebreak holds --json
    """
    from sqlalchemy import select

    from flows.cli.timeline import day_and_minute
    from flows.cli.whose import customer_of
    from flows.store.tables import Hold

    settings = load_settings()
    with open_store(settings) as store, store.read() as session:
        listed = select(Hold).order_by(Hold.placed_at, Hold.id)
        if not everything:
            listed = listed.where(Hold.lifted_at.is_(None))
        if wanted is not None:
            listed = listed.where(Hold.customer_id == customer_of(session, wanted)[0].id)
        found = session.scalars(listed).all()
    if as_json:
        say_json([to_json(each) for each in found])
        return
    say(many(len(found), "hold") if found else "Nothing is held.")
    for each in found:
        what = each.about or "everything"
        placed = f"{day_and_minute(each.placed_at, settings.timezone)} by {each.placed_by}"
        lifted = f"  lifted by {each.lifted_by}" if each.lifted_at else ""
        say(f"{ink(each.id, 'bold')}  {fill(each.reason, 9)} {fill(what, 13)} of {each.customer_id}")
        say(ink(f"  {placed}{f', for {each.case_id}' if each.case_id else ''}{lifted}", "dim"))


def _about(session: Session, wanted: str) -> tuple[str, str | None, str | None]:
    """Customer, case and item that are meant: an item by itself, or everything of a customer."""
    from flows.cli.whose import customer_of
    from flows.store.customers import current
    from flows.store.tables import Message, Outbox
    from flows.telling.finding import by_id

    for table in (Message, Outbox):
        row: Any = by_id(session, table, wanted)
        if row is not None and row.customer_id is not None:
            return current(session, row.customer_id).id, row.case_id, row.id
    customer, case = customer_of(session, wanted)
    return customer.id, case.id if case else None, None


def to_json(each: Hold) -> dict[str, Any]:
    """A hold for a machine."""
    times = {name: getattr(each, name) for name in ("placed_at", "lifted_at")}
    return {
        "id": each.id,
        "customer": each.customer_id,
        "case": each.case_id,
        "about": each.about,
        "everything": each.about is None,
        "reason": each.reason,
        "by": each.placed_by,
        **{name: at.isoformat() if at else None for name, at in times.items()},
        "lifted_by": each.lifted_by,
    }
