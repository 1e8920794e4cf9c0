"""`firebreak import-chat`: a chat exported from the WhatsApp Business app becomes records of its customer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from flows.cli.context import By, Json, load_settings, open_store, who
from flows.cli.paper import say, say_json_line, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.chats.asking import Read
    from flows.chats.people import Sides
    from flows.chats.reading import Chat, Said
    from flows.chats.storing import Kept
    from flows.settings import Settings
    from flows.store.database import Store


def import_chat(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The exported chat: a .txt, or the .zip around it.")],
    we: Annotated[str | None, typer.Option("--me", "--we", metavar="NAME", help="Who in the chat is us.")] = None,
    customer: Annotated[
        str | None, typer.Option("--customer", metavar="NUMBER", help="The customer's number, with its country code.")
    ] = None,
    customer_name: Annotated[
        str | None, typer.Option("--customer-name", metavar="NAME", help="Who in a group is the customer.")
    ] = None,
    dates: Annotated[
        str | None, typer.Option("--dates", metavar="ORDER", help="How the chat writes dates: dmy, mdy or ymd.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option("--zone", metavar="ZONE", help="The phone's time zone, if not that of the settings.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only read the file; nothing is stored.")] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Keep an exported chat as records of its customer.

    For teams on the Business app, without the API: open the chat in the app, choose "Export chat", and a request to
    delete can be handled on it. Android and iPhone are read, in English, Chinese, Spanish, Portuguese, Arabic,
    Indonesian, German and French. Nothing is kept twice: a longer export adds what is new. In a group only the customer
    and we are kept.

    Who is us, and which number the customer has, is asked for where the file does not tell. --json prints one object
    for each message, in a line of its own, with time, sender, text and kind.

    \b
    Examples:
      firebreak import-chat chat.zip --dry-run
      firebreak import-chat chat.zip --customer "+49 170 1234567"
      firebreak import-chat chat.txt --me "Blue Door Café" --customer 5215512345678 --dates dmy
    """
    from flows.chats.people import require_complete, sides_of
    from flows.chats.reading import read_chat

    settings = load_settings()
    known = {name for name in (we, customer_name) if name is not None}
    chat = read_chat(file, _zone(zone) or settings.timezone, dates, known)
    sides = sides_of(chat, we, customer_name, customer)
    if dry_run:
        kept, read = None, None
    else:
        require_complete(chat, sides)
        kept, read = _keep(settings, chat, sides, who(by))
    if as_json:
        for place, said in enumerate(chat.said):
            say_json_line(_to_json(said, sides, kept, place))
        return
    from flows.cli.chat_summary import summary

    for line in summary(chat, sides, kept, _read(chat, sides) if read is None else read):
        say(line)


def _keep(settings: Settings, chat: Chat, sides: Sides, by: str) -> tuple[Kept, Sequence[Read]]:
    """Store the chat, and what its last messages were read as."""
    from flows.assembly import open_shelf
    from flows.chats.asking import language_of, last_messages
    from flows.chats.storing import keep

    with open_store(settings) as store:
        read = last_messages(open_shelf(store, tell).current, chat, sides)
        kept = store.attempt(
            lambda session: keep(session, store.vault, store.clock.now(), chat, sides, by, language_of(read))
        )
        if kept.new:
            _warn_of_erasures(store, kept, settings.timezone)
    return kept, read


def _warn_of_erasures(store: Store, kept: Kept, zone: ZoneInfo) -> None:
    """Whoever imports a chat of somebody whose records were erased may bring them back without knowing."""
    from flows.cli.paper import many
    from flows.cli.timeline import day_and_minute
    from flows.erasing import ledger

    lines = ledger.lines(store, customer_id=kept.customer)
    erased = [line for line in lines if line.finished_at is not None and line.scope.rest == "erase"]
    if erased:
        tell(
            f"Records of this customer were erased on {day_and_minute(erased[-1].at, zone)} ({erased[-1].id}). "
            f"{many(kept.new, 'message')} of this file {'is' if kept.new == 1 else 'are'} kept again from now on: "
            "if that was not meant, erase them again, and delete the file."
        )


def _read(chat: Chat, sides: Sides) -> Sequence[Read]:
    from flows.assembly import open_shelf
    from flows.chats.asking import last_messages

    return last_messages(open_shelf().current, chat, sides) if sides.customer else ()


def _to_json(said: Said, sides: Sides, kept: Kept | None, place: int) -> dict[str, Any]:
    """One message. Who wrote it and its file are left out where they are not known; `customer` and `id` say where it is
    kept, `id` only if it is new."""
    told: dict[str, Any] = {
        "time": said.at.isoformat(),
        "sender": said.sender or None,
        "text": said.text,
        "kind": said.kind,
    }
    author = sides.author_of(said)
    further = {"file": said.file, "author": author if author != "other" else ""}
    if kept is not None and author in ("us", "customer"):
        further |= {"customer": kept.customer, "id": kept.ids.get(place, "")}
    return {**told, **{name: value for name, value in further.items() if value}}


def _zone(name: str | None) -> ZoneInfo | None:
    from flows.errors import FirebreakError

    try:
        return ZoneInfo(name) if name is not None else None
    except (KeyError, ValueError, OSError):  # there is none of that name, or it is no name at all
        raise FirebreakError(f'--zone: there is no time zone "{name}"; one is called Europe/Berlin.') from None
