"""A webhook body taken apart: every entry, change, message, status, error and notice in it.

Pure: bytes in, events out; no clock, no store. Nothing in a body can raise here except that it is not JSON at all. An
element that cannot be understood becomes a `Bad` with its path and takes nothing else with it. Shapes and words
are those of Meta's webhook reference (v23.0, and the additions of 2026 for business-scoped user ids).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from flows.receiving.content import content_of
from flows.receiving.events import (
    Bad,
    EchoEvent,
    Event,
    Json,
    MessageEvent,
    NewAddress,
    Notice,
    Parsed,
    Person,
    StatusEvent,
)
from flows.receiving.people import Contacts, contact_of, person_of
from flows.receiving.shapes import (
    TWICE,
    Unusable,
    as_id,
    as_time,
    id_of,
    read_json,
    text_of,
    time_of,
    user_id_of,
    whole_number_of,
    word_of,
)

Element = dict[str, Json]

ACCOUNT = "whatsapp_business_account"
ECHOES = "smb_message_echoes"
NUMBER_CHANGES = frozenset({"user_changed_number", "customer_changed_number", "user_changed_user_id"})


def parse(body: bytes) -> Parsed:
    """Take a body apart. Raises `NotJson` when it is not JSON; any JSON at all is answered with a result."""
    reader = _Reader()
    reader.body(read_json(body))
    return Parsed(tuple(reader.events), tuple(reader.bad))


class _Reader:
    """Walks down a body, and collects."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.bad: list[Bad] = []

    def body(self, document: Json) -> None:
        if not isinstance(document, dict):
            self._reject("$", "the body is not an object", document)
        elif isinstance(document.get("object"), str) and document["object"] != ACCOUNT:
            self._reject("$", "the body is not about a WhatsApp Business account", document)
        elif document.get("entry") is None:
            self._reject("$", "`entry` is missing", document)
        else:
            for path, entry in self._each(document, "entry", "$"):
                self._entry(entry, path)

    def _entry(self, entry: Element, path: str) -> None:
        if entry.get("changes") is None:
            self._reject(path, "`changes` is missing", entry)
        for change_path, change in self._each(entry, "changes", path):
            self._change(change, change_path, entry)

    def _change(self, change: Element, path: str, entry: Element) -> None:
        if "value" + TWICE in change:
            self._reject(f"{path}.value", "`value` is given twice, this is the first", change["value" + TWICE])
        value = change.get("value")
        if not isinstance(value, dict):
            self._reject(path, "`value` is not an object", change)
            return
        # A change that does not say its field is read as the one that must not be lost.
        field = word_of(change.get("field", "messages"), "messages")
        if field == "messages":
            self._messages(value, f"{path}.value", entry)
        else:
            self._notices(field, value, f"{path}.value", entry)

    def _messages(self, value: Element, path: str, entry: Element) -> None:
        before = len(self.events) + len(self.bad)
        listed = [contact_of(contact) for _, contact in self._each(value, "contacts", path)]
        messages = [(at, item, _sender(item)) for at, item in self._each(value, "messages", path)]
        statuses = [(at, item, _recipient(item)) for at, item in self._each(value, "statuses", path)]
        contacts = Contacts(listed, (person for _, _, person in messages + statuses))
        number = text_of(value.get("metadata"), "phone_number_id")
        for at, item, person in messages:
            self._collect(at, item, _message(at, item, contacts.complete(person), number))
        for at, item, person in statuses:
            self._collect(at, item, _status(at, item, contacts.complete(person)))
        for at, item in self._each(value, "errors", path):
            moment = time_of(item, "timestamp") or time_of(entry, "time")
            self.events.append(Notice(at, "errors", Person(), None, moment, item))
        lists = any(isinstance(value.get(name), list) for name in ("messages", "statuses", "errors"))
        if not lists and len(self.events) + len(self.bad) == before:
            self._reject(path, "there are no `messages`, `statuses` or `errors` in it", value)

    def _notices(self, field: str, value: Element, path: str, entry: Element) -> None:
        before = len(self.events) + len(self.bad)
        number = text_of(value.get("metadata"), "phone_number_id")
        for at, item, about in self._notice_elements(field, value, path):
            echo = _echo_of(at, item, about, number) if field == ECHOES else None
            if echo is not None:
                self.events.append(echo)
                continue
            moment = time_of(item, "timestamp") or time_of(entry, "time")
            self.events.append(Notice(at, field, about, id_of(item, "id"), moment, item))
            if field == "user_id_update":
                former, now = _user_ids(item)
                if former.known and (now.known or about.known):
                    self.events.append(NewAddress(at, former, replace(now, wa_id=about.wa_id)))
        if len(self.events) + len(self.bad) == before:
            self.events.append(Notice(path, field, Person(), None, time_of(entry, "time"), value))

    def _notice_elements(self, field: str, value: Element, path: str) -> Iterator[tuple[str, Element, Person]]:
        if field == "history":
            ours = person_of(value.get("metadata"), "display_phone_number", "")
            for at, part in self._each(value, "history", path):
                yield from self._history(part, at)
            for at, item in self._each(value, "messages", path):  # the files of older messages come later
                sender = person_of(item, "from", "from_user_id")
                yield at, item, _echo(item) if sender == ours else sender
        elif field in _PERSONAL:
            name, about = _PERSONAL[field]
            for at, item in self._each(value, name, path):
                yield at, item, about(item)

    def _history(self, part: Element, path: str) -> Iterator[tuple[str, Element, Person]]:
        """Older messages of a phone that was connected: each belongs to the customer of its thread."""
        threads = list(self._each(part, "threads", path))
        if not threads:
            yield path, part, Person()
        for thread_path, thread in threads:
            customer = person_of(thread, "id", "user_id")
            if not customer.known:
                customer = person_of(thread.get("context"), "wa_id", "user_id")
            for at, item in self._each(thread, "messages", thread_path):
                yield at, item, customer

    def _each(self, holder: Element, name: str, path: str) -> Iterator[tuple[str, Element]]:
        """The objects in the list `name`, each with its path; whatever else is found there is set aside."""
        path = f"{path}.{name}"
        if name + TWICE in holder:
            self._reject(path, f"`{name}` is given twice, this is the first", holder[name + TWICE])
        items = holder.get(name)
        if not isinstance(items, list):
            if items is not None:
                self._reject(path, f"`{name}` is not a list", items)
            return
        for number, item in enumerate(items):
            if isinstance(item, dict):
                yield f"{path}[{number}]", item
            else:
                self._reject(f"{path}[{number}]", "the element is not an object", item)

    def _collect(self, path: str, element: Element, read: Iterator[Event]) -> None:
        try:
            self.events.extend(list(read))  # all that an element says, or nothing
        except Unusable as problem:
            self._reject(path, str(problem), element)

    def _reject(self, path: str, reason: str, element: Json) -> None:
        self.bad.append(Bad(path, reason, element))


def _sender(message: Element) -> Person:
    sender = person_of(message, "from", "from_user_id")
    # A changed business-scoped id is told without a sender: only the new one is in it.
    return sender if sender.known else person_of(message.get("system"), "wa_id", "user_id")


def _message(path: str, element: Element, sender: Person, number: str | None) -> Iterator[Event]:
    wamid = as_id(element, "id")
    if not sender.known:
        raise Unusable("the sender is missing: there is no usable `from` or `from_user_id`")
    kind = word_of(element.get("type"), "unknown")
    group = text_of(element, "group_id")
    yield MessageEvent(
        at_path=path,
        wamid=wamid,
        sender=sender,
        kind=kind,
        place="private" if group is None else "group",
        sent_at=as_time(element, "timestamp"),
        content={**content_of(kind, element), "wamid": wamid, "group": group, "number": number},
    )
    system = element.get("system")
    if kind == "system" and text_of(system, "type") in NUMBER_CHANGES:
        former = person_of(element, "from", "from_user_id")
        now = person_of(system, "wa_id", "user_id")
        now = now if now.known else person_of(system, "new_wa_id", "user_id")
        if former.known and now.known:
            yield NewAddress(path, former, now)


def _echo_of(path: str, element: Element, about: Person, number: str | None) -> EchoEvent | None:
    """What a colleague did in the app; None where that cannot be told, and it is kept as a notice."""
    kind = word_of(element.get("type"), "unknown")
    group = text_of(element, "group_id")
    try:
        wamid, sent_at, said = as_id(element, "id"), as_time(element, "timestamp"), content_of(kind, element)
    except Unusable:
        return None
    if not about.known:
        return None
    content = {**said, "wamid": wamid, "group": group, "number": number}
    return EchoEvent(path, wamid, about, kind, "private" if group is None else "group", sent_at, content)


def _recipient(status: Element) -> Person:
    if text_of(status, "recipient_type") == "group":
        return person_of(status, "recipient_participant_id", "recipient_participant_user_id")
    return person_of(status, "recipient_id", "recipient_user_id")


def _status(path: str, element: Element, recipient: Person) -> Iterator[Event]:
    status = word_of(element.get("status"), "")
    if not status:
        raise Unusable("`status` is missing or not a plain word")
    errors = element.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    yield StatusEvent(
        at_path=path,
        wamid=as_id(element, "id"),
        status=status,
        at=as_time(element, "timestamp"),
        code=whole_number_of(first, "code"),
        key=text_of(element, "biz_opaque_callback_data"),
        recipient=recipient,
    )


def _user_ids(update: Element) -> tuple[Person, Person]:
    """The former and the present business-scoped id of a `user_id_update`."""
    pair = update.get("user_id")
    pair = pair if isinstance(pair, dict) else {}
    return Person(user_id=user_id_of(pair.get("previous"))), Person(user_id=user_id_of(pair.get("current")))


def _preference(element: Element) -> Person:
    return person_of(element, "wa_id", "user_id")


def _echo(element: Element) -> Person:
    return person_of(element, "to", "to_user_id")


def _call(element: Element) -> Person:
    ours = text_of(element, "direction") == "BUSINESS_INITIATED"
    return _echo(element) if ours else person_of(element, "from", "from_user_id")


# field -> (the list in its value, whose conversation an element of that list belongs to)
_PERSONAL: dict[str, tuple[str, Callable[[Element], Person]]] = {
    ECHOES: ("message_echoes", _echo),
    "user_preferences": ("user_preferences", _preference),
    "user_id_update": ("user_id_update", _preference),
    "calls": ("calls", _call),
}
