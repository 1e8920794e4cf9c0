"""`firebreak inventory`: every message of a customer, and what can become of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from flows.cli.context import Json, load_settings, open_desk
from flows.cli.paper import clean, fill, ink, many, say, say_json, width, wrap

if TYPE_CHECKING:
    from flows.erasing.inventory import Inventory, Record

_WHOSE = {"us": "us", "customer": "customer"}


def show_inventory(
    wanted: Annotated[str, typer.Argument(metavar="ID", help="A case, or a customer (P-…).")],
    texts: Annotated[bool, typer.Option("--texts", help="Also show what was written. It is personal.")] = False,
    as_json: Json = False,
) -> None:
    """List every message of a customer, theirs and ours.

    For each: whose it is, when it was sent, which kinds of personal data stand in it, whether it is evidence, until
    when it can be deleted for everyone, whether it is held, and where copies of it live. What has the soonest deadline
    comes first. Texts are left out unless asked for.

    \b
    Examples:
      firebreak inventory C-7K3MQ9XW2A
      firebreak inventory P-4YV0N2ZZKD --texts
      firebreak inventory C-7K3 --json
    """
    from flows.cli.whose import customer_of
    from flows.erasing.inventory import inventory
    from flows.erasing.items import items_of

    settings = load_settings()
    with open_desk(settings) as desk, desk.store.read() as session:
        customer, case = customer_of(session, wanted)
        found = inventory(desk, session, customer)
        said = {item.id: item.text for item in items_of(session, desk.store.vault, customer.id)} if texts else {}
    if as_json:
        records = [{**each.to_json(), **_text(each, said)} for each in found.urgent_first()]
        about = {"customer": found.customer_id, "case": case.id if case else None, "at": found.at.isoformat()}
        say_json({**about, "counts": found.counts(), "records": records})
        return
    for line in drawn(found, said, settings.timezone):
        say(line)


def drawn(found: Inventory, said: Mapping[str, str], zone: ZoneInfo) -> Iterator[str]:
    """The inventory for a terminal; `said` are the texts that are shown, by id."""
    yield summary(found)
    for record in found.urgent_first():
        yield ""
        yield from _one(record, found.at, zone)
        if words := clean(said.get(record.id, "")):
            yield from (f"  | {line}" for line in wrap(words, width() - 4))
    copies = Counter(place for record in found.records for place in record.copies)
    if copies:
        yield ""
        listed = ", ".join(f"{place.replace('_', ' ')} ({number})" for place, number in copies.items())
        yield from (ink(line, "dim") for line in wrap(f"copies live in: {listed}", width()))


def summary(found: Inventory) -> str:
    """All counts in one sentence."""
    counts = found.counts()
    if not counts["messages"]:
        return f"There is no message of {found.customer_id} here."
    parts = [
        f"{counts['theirs']} of the customer and {counts['ours']} of ours",
        f"{counts['with_personal_data']} with personal data",
        f"{counts['evidence']} evidence",
        f"{counts['held']} held",
        f"{counts['recallable']} to be deleted for everyone in time",
        *([many(found.exports, "exported file")] if found.exports else []),
    ]
    return "\n".join(wrap(f"{many(counts['messages'], 'message')}: {', '.join(parts)}", width()))


def recall_in_words(record: Record, now: datetime, zone: ZoneInfo) -> str:
    """Until when a message can be deleted for everyone."""
    from flows.telling.sentences import moment, roughly

    if record.taken_back:
        return "deleted for everyone"
    if record.recall_until is not None:
        left = roughly(record.recall_until - now)
        return f"delete for everyone before {moment(record.recall_until, zone, now)}, in {left}"
    if record.try_until is not None:
        return f"past 48 hours; deleting for everyone may be tried until {moment(record.try_until, zone, now)}"
    return ""


def _one(record: Record, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    from flows.cli.timeline import day_and_minute

    sent = day_and_minute(record.sent_at, zone) if record.sent_at else "never left"
    kind = record.kind.replace("_", " ")
    yield f"{ink(record.id, 'bold')}  {fill(_WHOSE[record.whose], 9)} {fill(sent, 22)} {kind}"
    if record.erased:
        yield ink("  erased: nobody can read it any more", "dim")
        if deadline := recall_in_words(record, now, zone):
            yield ink(f"  {deadline}", "yellow")
        return
    personal = ", ".join(kind.replace("_", " ") for kind in record.personal)
    evidence = record.evidence if record.evidence != "unknown" else ("not known" if record.has_text else "")
    held = ", ".join(f"{each.reason} ({each.id}, by {each.by})" for each in record.kept)
    pairs = (("personal data", personal), ("evidence", evidence), ("held", held))
    facts = "; ".join(f"{name}: {text}" for name, text in pairs if text)
    for line in wrap(facts, width() - 2) if facts else ():
        yield f"  {line}"
    if deadline := recall_in_words(record, now, zone):
        yield ink(f"  {deadline}", "yellow")


def _text(record: Record, said: Mapping[str, str]) -> dict[str, Any]:
    return {"text": said[record.id]} if record.id in said else {}
