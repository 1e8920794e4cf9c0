"""The customers of the practice network, and their side of the conversation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flows.practice.shapes import Json

WINDOW = timedelta(hours=24)  # Meta, "Customer service windows"


@dataclass(slots=True)
class Line:
    """One bubble of a conversation. `status` is the last delivery status of what the business wrote."""

    from_customer: bool
    kind: str
    text: str
    at: datetime
    wamid: str
    buttons: tuple[tuple[str, str], ...] = ()
    listed: bool = False  # whether the buttons are rows of a list
    place: str | None = None
    status: str | None = None


@dataclass(slots=True)
class PracticeCustomer:
    """Somebody with a phone, filed under their number, or under their user id when that is all there is."""

    wa_id: str
    name: str
    user_id: str | None = None
    hides_number: bool = False
    last_wrote_at: datetime | None = None
    undeliverable: bool = False
    opted_out: bool = False
    marketing_at: list[datetime] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def number(self) -> str | None:
        """The number, as far as the business gets to see it."""
        return None if self.hides_number else self.wa_id

    def window_open(self, now: datetime, if_never_seen: bool) -> bool:
        """Whether free text is allowed; `if_never_seen` answers for someone who never wrote here."""
        return if_never_seen if self.last_wrote_at is None else now - self.last_wrote_at < WINDOW

    def shown(self, now: datetime, if_never_seen: bool) -> Json:
        """The conversation as the chat page shows it."""
        return {
            "wa_id": self.wa_id,
            "name": self.name,
            "window_open": self.window_open(now, if_never_seen),
            "lines": [
                {
                    "wamid": line.wamid,
                    "from_customer": line.from_customer,
                    "kind": line.kind,
                    "text": line.text,
                    "at": line.at.isoformat(),
                    "buttons": [{"id": found, "title": title} for found, title in line.buttons],
                    "listed": line.listed,
                    "place": line.place,
                    "status": line.status,
                }
                for line in self.lines
            ],
        }
