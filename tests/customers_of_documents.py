"""What customers write in a document, and the webhook bodies that WhatsApp would post for it.

Each line of a block is one message: the time if it is another one, the name, the number when it is met first, and the
words. The rest of the line's head says what else it is.

    02:51 Ana +44 7700 900201: My parcel has not arrived
    02:52 Ana, with a photo: This is all that the carrier left
    02:53 Bo +44 7700 900202, in a group: Does anybody here still get an answer?
    03:20 Ana, taps: A voucher
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from flows.channels.channel import MOST_BUTTONS, Letter

How = Literal["text", "group", "photo", "tap"]
_HOW: Mapping[str, How] = {
    "in a group": "group",
    "在群里": "group",
    "with a photo": "photo",
    "附照片": "photo",
    "taps": "tap",
    "点": "tap",
}
_LINE = re.compile(
    r"(?:(?P<hour>\d\d):(?P<minute>\d\d) )?(?P<name>[^,，:：+]+?)(?: (?P<number>\+[\d ]+\d))?"
    rf"(?:(?:, |，)(?P<how>{'|'.join(_HOW)}))?(?:: |：)(?P<words>.+)"
)


@dataclass(frozen=True)
class Said:
    """One message: when, by whom, and how. `number` is None where the document has named it before."""

    at: datetime
    name: str
    number: str | None
    how: How
    words: str


def read(text: str, now: datetime, first: int) -> Iterator[Said]:
    """The messages of a block that begins below the line `first`, in its order."""
    at = now
    for number, line in enumerate(text.splitlines(), first + 1):
        found = _LINE.fullmatch(line)
        assert found is not None, f"line {number}: nobody could write `{line}`"
        if found["hour"] is not None:
            at = at.replace(hour=int(found["hour"]), minute=int(found["minute"]))
            assert at >= now, f"line {number}: it is {now:%H:%M} already"
        digits = re.sub(r"\D", "", found["number"]) if found["number"] is not None else None
        yield Said(at, found["name"], digits, _HOW.get(found["how"] or "", "text"), found["words"])


class Customers:
    """Everybody who has written so far."""

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}
        self._messages = 0

    def body(self, said: Said, sent: Sequence[tuple[str, Letter]]) -> dict[str, Any]:
        """What WhatsApp posts for it. `sent` are the texts of ours with WhatsApp's ids, the newest last, since a tap is
        one on the newest button with that title."""
        number = self._numbers.setdefault(said.name, said.number or "")
        assert number, f"{said.name} writes from no number yet"
        self._messages += 1
        message = {
            "id": f"wamid.in.{self._messages}",
            "from": number,
            "timestamp": str(int(said.at.timestamp())),
            **(_tapped(said, number, sent) if said.how == "tap" else self._written(said)),
        }
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"phone_number_id": "1", "display_phone_number": "1"},
            "contacts": [{"wa_id": number, "profile": {"name": said.name}}],
            "messages": [message],
        }
        changes = [{"field": "messages", "value": value}]
        return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}

    def _written(self, said: Said) -> dict[str, Any]:
        if said.how == "photo":
            image = {"id": f"media-{self._messages}", "mime_type": "image/jpeg", "caption": said.words}
            return {"type": "image", "image": image}
        group = {"group_id": "group-1"} if said.how == "group" else {}
        return {"type": "text", "text": {"body": said.words}, **group}


def _tapped(said: Said, number: str, sent: Sequence[tuple[str, Letter]]) -> dict[str, Any]:
    for wamid, letter in reversed(sent):
        for button in letter.buttons if letter.to == number else ():
            if button.title == said.words:
                kind = "list_reply" if len(letter.buttons) > MOST_BUTTONS else "button_reply"
                reply = {"type": kind, kind: {"id": button.id, "title": button.title}}
                return {"type": "interactive", "interactive": reply, "context": {"id": wamid}}
    offered = [button.title for _, letter in sent if letter.to == number for button in letter.buttons]
    raise AssertionError(f"{said.name} has no button `{said.words}` to tap, only {offered}")
