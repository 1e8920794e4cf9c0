"""What an exported chat holds, on a page: for whoever has to decide what becomes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flows.cli.paper import clean, cut, ink, many, width
from flows.clock import SystemClock

if TYPE_CHECKING:
    from flows.chats.asking import Read
    from flows.chats.people import Sides
    from flows.chats.reading import Chat, Said
    from flows.chats.storing import Kept

_MOST = 12  # files that are listed one by one


def summary(chat: Chat, sides: Sides, kept: Kept | None, read: Sequence[Read]) -> Iterator[str]:
    """The lines of the page: what there is, what can still be taken back, and how to go on. `kept` is None where
    nothing was stored."""
    now = SystemClock().now()
    yield from _what_there_is(chat, sides)
    yield from _files(chat)
    yield from _personal_data(chat, sides)
    yield from _recallable(chat, sides, now)
    yield from _request(read)
    yield ""
    yield from _going_on(sides, kept, read)


def _what_there_is(chat: Chat, sides: Sides) -> Iterator[str]:
    written = [each for each in chat.said if each.sender]
    if not written:
        yield "Nobody has written in this chat."
        return
    first, last = min(each.at for each in written), max(each.at for each in written)
    yield f"{many(len(written), 'message')} from {_shown(first)} to {_shown(last)} ({last.tzinfo})"
    counted = Counter(each.sender for each in written)
    roles = {sides.we: "us", sides.customer: "the customer"}
    for sender in chat.senders:
        role = roles.get(sender) or ("not kept" if sender in sides.others else "")
        yield f"  {counted[sender]:>6}  {clean(sender)}{f' ({role})' if role else ''}"
    if sides.others:
        yield "This is a group: only what the customer and we wrote is kept."


def _files(chat: Chat) -> Iterator[str]:
    kinds = Counter(each.kind for each in chat.said if each.kind not in ("text", "system"))
    if kinds:
        yield "besides words: " + ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    named = [each for each in chat.said if each.file]
    for each in named[:_MOST]:
        there = "" if each.file in chat.file.media or not chat.file.media else ", not in this file"
        yield "  " + cut(f"{_shown(each.at)} {each.kind} {clean(each.file)}{there}", width() - 2)
    if len(named) > _MOST:
        yield f"  and {many(len(named) - _MOST, 'more file')}; --json names them all"


def _personal_data(chat: Chat, sides: Sides) -> Iterator[str]:
    from rules import personal_data

    region = personal_data.country_of(sides.number) if sides.number else None
    counted: Counter[str] = Counter()
    for said in chat.said:
        if said.sender and said.text:
            found = personal_data.find(said.text, region, (sides.customer,) if sides.customer else ())
            counted.update({span.kind for span in found})
    if counted:
        told = ", ".join(
            f"{kind.replace('_', ' ')} in {many(number, 'message')}" for kind, number in sorted(counted.items())
        )
        yield f"personal data: {told}"
    else:
        yield "personal data: none was found in the words"


def _recallable(chat: Chat, sides: Sides, now: datetime) -> Iterator[str]:
    from flows.runs.providers import RECALLABLE

    def can_be_taken_back(said: Said) -> bool:
        return sides.author_of(said) == "us" and said.kind not in ("deleted", "call") and said.at > now - RECALLABLE

    ours = [each for each in chat.said if can_be_taken_back(each)]
    hours = int(RECALLABLE / timedelta(hours=1))
    if ours:
        until = _shown(min(each.at for each in ours) + RECALLABLE)
        yield (
            f"{many(len(ours), 'message')} of ours can still be deleted for everyone; the oldest until {until} "
            f"({hours} hours are promised)"
        )
    elif sides.we:
        yield f"nothing of ours can be deleted for everyone any more: it is older than {hours} hours"


def _request(read: Sequence[Read]) -> Iterator[str]:
    from flows.chats.asking import asked

    if (found := asked(read)) is not None:
        what = "complains" if found.intent == "complaint" else "asks for deletion"
        yield ink(f"The customer {what}, on {_shown(found.said.at)}:", "bold")
        yield "  " + cut(clean(found.said.text), width() - 2)


def _going_on(sides: Sides, kept: Kept | None, read: Sequence[Read]) -> Iterator[str]:
    from flows.chats.asking import asked

    if kept is None:
        missing = [
            option for option, known in (("--me NAME", sides.we), ("--customer NUMBER", sides.number)) if not known
        ]
        also = f" with {' and '.join(missing)}" if missing else ""
        yield f"Nothing was stored. To keep it, run this again without --dry-run{also}."
        return
    known = f", {kept.known} known already" if kept.known else ""
    yield f"{many(kept.new, 'message')} kept{known}; the customer is {kept.customer}"
    found = asked(read)
    if found is not None and found.intent == "complaint" and found.playbook is not None:
        yield f"  firebreak open {found.playbook} --customer {kept.customer} --severity {found.severity}"
    else:
        yield f"  firebreak open deletion-request --customer {kept.customer}"
    yield "The file itself is one more copy, and is remembered as one."


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
