"""The desk at which runs are moved: the store, the content, the ways to reach people, and the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol
from zoneinfo import ZoneInfo

from flows.channels.channel import Channel
from flows.channels.pace import Pace
from flows.channels.team import NotTold, Told
from flows.shelf import Shelf
from flows.store.database import Store
from rules.vocabulary import Value

if TYPE_CHECKING:
    from flows.orders.looking_up import LookingUp
    from flows.third_voice import ThirdVoice


class Colleagues(Protocol):
    """Whoever can reach the people behind a role."""

    def tell(
        self, role: str, title: str, body: str, *, mail_to: str | None = None, urgent: bool = False
    ) -> Told | NotTold:
        """Tell everybody behind a role; with `mail_to` nobody of them, but that address, from their mailbox. What is
        `urgent` also goes to where they are called."""
        ...


@dataclass(frozen=True)
class Desk:
    """Everything that acting needs, handed in from outside so that a rehearsal can hand in something else.
    `given` are facts that a rehearsal takes as known; without a `third_voice` two read what customers wrote;
    without `orders` nothing is known of what they ordered."""

    store: Store
    shelf: Shelf
    channel: Channel
    team: Colleagues
    pace: Pace
    business: str = "Firebreak"
    timezone: ZoneInfo = ZoneInfo("UTC")
    given: Mapping[str, Value] = field(default_factory=dict)
    third_voice: ThirdVoice | None = None
    language: Literal["en", "zh-CN"] = "en"  # what the team reads in its war room
    orders: LookingUp | None = None

    def now(self) -> datetime:
        return self.store.clock.now()
