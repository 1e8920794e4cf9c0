"""The practice network: its customers and their conversations, the business number, and what it lets through.

Source of the figures: Meta's "Throughput", "Pair rate limits" and "Customer service windows".
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flows.channels.channel import MOST_BUTTONS
from flows.channels.pace import NOW, PAIR_BURST, PAIR_INTERVAL, PER_SECOND, PairRate, Throughput
from flows.channels.whatsapp_address import is_user_id
from flows.clock import Clock
from flows.practice.customers import WINDOW, Line, PracticeCustomer
from flows.practice.postman import Postman
from flows.practice.saying import Saying, Tap, message_of
from flows.practice.sending import Outgoing, SendRefused, read_message
from flows.practice.shapes import (
    Business,
    Json,
    contact,
    echo_change,
    failed_with,
    messages_change,
    new_wamid,
    preference_change,
    status_change,
)
from flows.practice.templates import PracticeTemplate
from flows.practice.trouble import Trouble, Troubles

MARKETING_PER_DAY = 2  # Meta adapts its cap to each person and names no figure; two is what is commonly seen
STATUSES = ("sent", "delivered", "read")

# A client that keeps the limits exactly may seem a little too fast here: the network squeezes gaps.
_GRACE = timedelta(milliseconds=100)

DELETED = "(deleted for everyone)"
"""What a customer reads in place of a message that was deleted for everyone."""

# These are not a promise that somebody waits for an answer in private (flows/receiving does as this does).
_OPENS_NO_WINDOW = frozenset({"reaction", "edit", "revoke", "system"})


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that reached the network: `body` is the request exactly as it was received."""

    wamid: str
    to: str
    key: str | None
    text: str
    at: datetime
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turned:
    """A message that the network refused, with the code it answered."""

    code: int
    to: str
    key: str | None
    at: datetime
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """The outcome of a send: the message's id and the trouble that the answer to it has to meet, if any."""

    wamid: str
    number: str | None
    user_id: str | None
    trouble: Trouble | None


class Network:
    """All state, in memory, behind one lock.

    `strangers_may_be_written_to`: someone who never wrote *here* may have written by a webhook that was posted by
    hand, or before the practice network was restarted; so their window counts as open unless this is switched off.
    `groups` says whether the number may write to groups, as official business accounts may; known are those in which a
    customer has written.
    """

    def __init__(
        self,
        clock: Clock,
        business: Business,
        postman: Postman,
        *,
        templates: Iterable[PracticeTemplate] = (),
        per_second: int = PER_SECOND,
        pair_interval: timedelta = PAIR_INTERVAL,
        pair_burst: int = PAIR_BURST,
        marketing_per_day: int = MARKETING_PER_DAY,
        statuses: tuple[str, ...] = STATUSES,
        strangers_may_be_written_to: bool = True,
        groups: bool = True,
    ) -> None:
        self.clock = clock
        self.business = business
        self.postman = postman
        self.troubles = Troubles()
        self.statuses = statuses
        self._strangers = strangers_may_be_written_to
        self._groups: dict[str, PracticeCustomer] | None = {} if groups else None  # by id: who wrote there last
        self._marketing_per_day = marketing_per_day
        self._templates: dict[tuple[str, str], PracticeTemplate] = {}
        self._throughput = Throughput(per_second, timedelta(seconds=1) - _GRACE)
        self._pairs = PairRate(max(pair_interval - _GRACE, _GRACE), pair_burst)
        self._customers: dict[str, PracticeCustomer] = {}
        self._by_user_id: dict[str, str] = {}
        self._arrivals: list[Arrival] = []
        self._turned: list[Turned] = []
        self._lock = threading.RLock()
        for template in templates:
            self.add_template(template)

    # What customers do

    def say(self, wa_id: str, saying: Saying) -> str:
        """A customer writes; the webhook follows. Returns the message's id."""
        with self._lock:
            now = self.clock.now()
            customer = self._customer(wa_id)
            customer.name = saying.name or customer.name
            customer.user_id = saying.user_id or customer.user_id
            if customer.user_id is not None:
                self._by_user_id[customer.user_id] = wa_id
            customer.hides_number = saying.without_number or is_user_id(wa_id)
            wamid = saying.wamid or new_wamid(wa_id, inbound=True)
            if saying.group_id is None and saying.type not in _OPENS_NO_WINDOW:
                customer.last_wrote_at = now
            if saying.group_id is not None and self._groups is not None:
                self._groups[saying.group_id] = customer
            line = Line(True, saying.type, saying.as_read, now, wamid, place=saying.group_id)
            customer.lines.append(line)
            message = message_of(saying, wamid, customer.number, customer.user_id, now)
            writer = contact(customer.number, customer.user_id, customer.name)
            self.postman.hand([messages_change(self.business, [writer], [message])])
            return wamid

    def tap(self, wa_id: str, what: str) -> str | None:
        """A customer taps a button or a row of a list, the newest that has this id or title. Returns the message's id;
        None where there is none to tap."""
        with self._lock:
            for line in reversed(self._customer(wa_id).lines):
                for found, title in line.buttons if not line.from_customer else ():
                    if what in (found, title):
                        tap = Tap(id=found, title=title, listed=line.listed)
                        return self.say(wa_id, Saying(tap=tap, reply_to=line.wamid))
            return None

    # What staff do in the app

    def write_in_app(self, wa_id: str, text: str) -> str:
        """Staff write to a customer in the app, past the API; the echo follows. Returns the message's id."""
        with self._lock:
            customer, now = self._customer(wa_id), self.clock.now()
            wamid = new_wamid(wa_id, inbound=False)
            customer.lines.append(Line(False, "text", text, now, wamid))
            self._echo(customer, wamid, "text", {"body": text}, now)
            return wamid

    def delete_in_app(self, wa_id: str, wamid: str) -> bool:
        """Staff delete a message of the business for everyone in the app; the echo of it follows. False when there is
        no such message in this conversation."""
        with self._lock:
            customer, now = self._customer(wa_id), self.clock.now()
            line = next((each for each in customer.lines if each.wamid == wamid and not each.from_customer), None)
            if line is None:
                return False
            line.text = DELETED
            revoke = {"original_message_id": wamid}
            self._echo(customer, new_wamid(wa_id, inbound=False), "revoke", revoke, now)
            return True

    def _echo(self, customer: PracticeCustomer, wamid: str, kind: str, content: Json, now: datetime) -> None:
        echo: Json = {
            "from": self.business.display_phone_number,
            "id": wamid,
            "timestamp": str(int(now.timestamp())),
            "type": kind,
            kind: content,
        }
        if customer.number is not None:
            echo["to"] = customer.number
        if customer.user_id is not None:
            echo["to_user_id"] = customer.user_id
        self.postman.hand([echo_change(self.business, echo)])

    def set_customer(self, wa_id: str, *, undeliverable: bool | None = None, opted_out: bool | None = None) -> None:
        """Change what a customer's phone does; opting out or in is reported by webhook, as Meta does."""
        with self._lock:
            customer = self._customer(wa_id)
            if undeliverable is not None:
                customer.undeliverable = undeliverable
            if opted_out is not None and opted_out != customer.opted_out:
                customer.opted_out = opted_out
                change = preference_change(self.business, wa_id, customer.name, opted_out, self.clock.now())
                self.postman.hand([change])

    def add_template(self, template: PracticeTemplate) -> None:
        with self._lock:
            self._templates[template.name, template.language] = template

    # What the business does

    def send(self, body: Mapping[str, Any]) -> Taken:
        """The business sends. Raises `SendRefused`; otherwise the message has arrived or meets its trouble."""
        with self._lock:
            now = self.clock.now()
            try:
                outgoing = read_message(body, self._templates, self._groups or ())
                customer = self._addressed(outgoing)
                trouble = self.troubles.meet(customer.wa_id)
                if trouble is not None and trouble.kind == "refuse":
                    raise SendRefused(trouble.code, f"scripted for {outgoing.address}")
                self._check(outgoing, customer, now)
            except SendRefused as refused:
                to, key = str(body.get("to") or body.get("recipient")), body.get("biz_opaque_callback_data")
                self._turned.append(Turned(refused.code, to, key if isinstance(key, str) else None, now, body))
                raise
            wamid = new_wamid(customer.wa_id, inbound=False)
            if trouble is None or trouble.arrives:
                self._arrive(outgoing, customer, wamid, now)
            elif trouble.kind == "fail_later":
                failed = {"status": "failed", "errors": failed_with(trouble.code)}
                self.postman.hand([self._status(outgoing, customer, wamid, now, failed)])
            return Taken(wamid, customer.number, customer.user_id, trouble)

    def mark_read(self, wamid: str) -> bool:
        """The business has read a customer's message; False when there is no such message."""
        with self._lock:
            for customer in self._customers.values():
                for line in customer.lines:
                    if line.wamid == wamid and line.from_customer:
                        line.status = "read"
                        return True
            return False

    # What can be looked at

    def transcript(self) -> tuple[list[Arrival], list[Turned]]:
        """Everything that arrived and everything that was refused, in order."""
        with self._lock:
            return list(self._arrivals), list(self._turned)

    def wrote_at(self) -> dict[str, datetime]:
        """When each customer wrote their first message, by the name under which they are filed."""
        with self._lock:
            firsts = {
                wa_id: next((line.at for line in customer.lines if line.from_customer), None)
                for wa_id, customer in self._customers.items()
            }
            return {wa_id: at for wa_id, at in firsts.items() if at is not None}

    def conversations(self, most: int = 200) -> tuple[list[Json], int]:
        """The liveliest conversations for the chat page, and how many more there are."""
        with self._lock:
            now = self.clock.now()
            talking = [customer for customer in self._customers.values() if customer.lines]
            talking.sort(key=lambda customer: customer.lines[-1].at, reverse=True)
            return [each.shown(now, self._strangers) for each in talking[:most]], max(0, len(talking) - most)

    def _check(self, outgoing: Outgoing, customer: PracticeCustomer, now: datetime) -> None:
        if customer.undeliverable:
            raise SendRefused(131026, f"Unable to deliver message to {customer.wa_id}")
        if self._throughput.wait(now) > NOW:
            raise SendRefused(130429, "Rate limit hit")
        self._throughput.take(now)
        # A group has a pace of its own: its lines are not held against whoever wrote there last.
        pair = outgoing.address if outgoing.in_group else customer.wa_id
        if self._pairs.wait(pair, now) > NOW:
            raise SendRefused(131056, f"pair rate limit hit for {pair}")
        if outgoing.template is None and not outgoing.in_group and not customer.window_open(now, self._strangers):
            raise SendRefused(131047, f"More than 24 hours have passed since {customer.wa_id} last replied")
        if outgoing.template is not None and outgoing.template.category == "MARKETING":
            self._check_marketing(customer, now)
        self._pairs.take(pair, now)

    def _check_marketing(self, customer: PracticeCustomer, now: datetime) -> None:
        if customer.opted_out:
            raise SendRefused(131050, f"{customer.wa_id} has stopped marketing messages")
        customer.marketing_at = [at for at in customer.marketing_at if now - at < WINDOW]
        if len(customer.marketing_at) >= self._marketing_per_day:
            raise SendRefused(131049, f"not delivered to {customer.wa_id} to maintain healthy engagement")
        customer.marketing_at.append(now)

    def _arrive(self, outgoing: Outgoing, customer: PracticeCustomer, wamid: str, now: datetime) -> None:
        to = outgoing.address if outgoing.in_group else customer.wa_id
        self._arrivals.append(Arrival(wamid, to, outgoing.key, outgoing.text, now, outgoing.body))
        line = Line(False, outgoing.kind, outgoing.text, now, wamid, outgoing.buttons)
        line.listed = len(outgoing.buttons) > MOST_BUTTONS
        line.place = outgoing.address if outgoing.in_group else None
        line.status = self.statuses[-1] if self.statuses else None
        customer.lines.append(line)
        changes = [{"status": status} for status in self.statuses]
        self.postman.hand([self._status(outgoing, customer, wamid, now, each) for each in changes])

    def _status(self, outgoing: Outgoing, customer: PracticeCustomer, wamid: str, now: datetime, said: Json) -> Json:
        status: Json = {
            "id": wamid,
            **said,
            "timestamp": str(int(now.timestamp())),
        }
        if outgoing.in_group:
            status |= {"recipient_type": "group", "recipient_id": outgoing.address}
        member = "participant_" if outgoing.in_group else ""
        if customer.number is not None:
            status[f"recipient_{member}id"] = customer.number
        if customer.user_id is not None:
            status[f"recipient_{member}user_id"] = customer.user_id
        if outgoing.key is not None:
            status["biz_opaque_callback_data"] = outgoing.key
        if said["status"] in ("sent", "delivered"):
            category = outgoing.template.category.lower() if outgoing.template else "service"
            status["pricing"] = {
                "billable": category != "service",
                "pricing_model": "PMP",
                "category": category,
            }
        return status_change(self.business, status)

    def _customer(self, wa_id: str) -> PracticeCustomer:
        if wa_id not in self._customers:
            by_user_id = is_user_id(wa_id)
            self._customers[wa_id] = PracticeCustomer(
                wa_id,
                name=f"Customer {wa_id[-4:]}",
                user_id=wa_id if by_user_id else None,
                hides_number=by_user_id,
            )
        return self._customers[wa_id]

    def _addressed(self, outgoing: Outgoing) -> PracticeCustomer:
        """Whose phone it reaches; of a group, that of whoever wrote there last."""
        if outgoing.in_group and self._groups is not None:
            return self._groups[outgoing.address]
        return self._customer(self._by_user_id.get(outgoing.address, outgoing.address))
