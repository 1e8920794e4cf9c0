"""What can happen in a scenario: the words for it, and reading them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import Any, Literal

from flows.answering import YES_NO
from flows.rehearsal.moments import LIKE, Moment, MomentText, parse_moment
from flows.rehearsal.names import Names
from rules.language import Duration, FactValues, PlaybookName, Words, says
from rules.problems import did_you_mean
from rules.reading import BAD, Reader
from rules.replies import Locale
from rules.units import format_duration
from rules.yaml_source import Keys

MessageKind = Literal["text", "image", "audio", "video", "document", "reaction"]
Severity = Literal["general", "important", "urgent"]
Remedy = Literal["refund", "replacement", "voucher"]
Spoken = Literal["statement", "retrospective"]
AboutWhat = Literal["case", "incident"]


@dataclass(frozen=True)
class Says:
    """The customer writes."""

    text: str = says("What the customer writes", default="")
    kind: MessageKind = says("What form the message has", default="text")
    in_group: bool = says("Whether it is written in a group", default=False)
    name: str = says("The customer's name as WhatsApp shows it", default="")
    customer: int = says("Which customer writes, where there are several: 1, 2, …", default=1)


@dataclass(frozen=True)
class Crowd:
    """Many customers write, each once."""

    customers: int = says("How many customers write")
    say: tuple[Words, ...] = says("What they write: the first text, the second, …, and again from the first")
    within: Duration = says("Over how long they write, one after the other; at once if not said", default=timedelta(0))
    first: int = says("Which customer is the first of them: 1, 2, …", default=1)


@dataclass(frozen=True)
class Ticks:
    """How many of the things that a task lists are ticked off, the first on the list first."""

    done: int = says("How many are done", default=0)
    failed: int = says("How many after those could not be done", default=0)


@dataclass(frozen=True)
class Stated:
    """A version of the official statement, or of the retrospective, drafted by one colleague and approved by others."""

    remedies: tuple[Remedy, ...] = says("What it may promise", default=())
    news_in: Duration | None = says("In how long there will be news", default=None)
    text: Mapping[Locale, Words] | None = says("The words in each language; if left out, some of ours", default=None)
    approved: bool = says("Whether the others say yes; if not, it stays a draft", default=True)
    kind: Spoken = says("Whether it is said while the incident lasts, or afterwards", default="statement")


@dataclass(frozen=True)
class Event:
    """One thing that happens. One of the fields is set, besides those that say more about it (`BESIDE`)."""

    after: Duration | None = None
    at: Moment | None = None
    customer_says: Says | None = None
    crowd: Crowd | None = None
    customer_taps: Words | None = None
    answer: Mapping[str, Any] | None = None
    send_fails_with: int | None = None
    text_delivered: bool = False
    text_read: bool = False
    delivery_fails_with: int | None = None
    incident: Words | None = None
    open_case: str | None = None
    review: str | None = None
    close: AboutWhat | None = None
    colleague_writes: Words | None = None
    colleague_deletes: int | None = None
    process_dies: bool = False
    to: str | None = None
    customer: int | None = None
    playbook: str = "incident"
    affected: int | None = None
    noticed: Duration | None = None
    add_affected: int | None = None
    severity: Severity = "important"
    statement: Stated | None = None
    topic: str | None = None
    keys: Keys = ()

    def __str__(self) -> str:
        """As it stands in a timeline."""
        word = next(word for word in EVENTS if getattr(self, _field(word)) not in (None, False))
        value: Any = getattr(self, _field(word))
        if value is True:
            return word
        if isinstance(value, Says):
            word = word if value.customer == 1 else word.replace("customer", f"customer {value.customer}")
            value = f"{value.text or value.kind}{' (in a group)' if value.in_group else ''}"
        elif isinstance(value, Stated):
            value = ", ".join(value.remedies) or "promises nothing"
        elif isinstance(value, Crowd):
            value = f"{value.customers} customers within {format_duration(value.within)}: {value.say[0]}"
        elif isinstance(value, timedelta):
            value = format_duration(value)
        elif isinstance(value, Mapping):
            approved = value.get("approved")
            facts = ", ".join(f"{name}: {given}" for name, given in value.items())
            value = approved if approved in YES_NO else facts or "done"
        beside = {"to": self.to, "customer": self.customer}
        return f"{word}: {value}" + "".join(f", {key} {said}" for key, said in beside.items() if said is not None)


EVENTS: Mapping[str, tuple[str, Any, tuple[str, ...]]] = {
    "customer says": ("The customer writes this, or sends it in another form", Says, ()),
    "crowd": ("Many customers write, one after the other", Crowd, ()),
    "customer taps": (
        "The customer taps a button of ours: the choice that it stands for, as in refund, or what stands on it",
        Words,
        ("customer",),
    ),
    "after": ("So much time passes; everything that falls due meanwhile happens", Duration, ()),
    "at": (f"Time passes until then, in the scenario's time zone: {LIKE}", MomentText, ()),
    "answer": (
        "A colleague answers the oldest open task that takes it: the facts, yes, no, done, or how much of a list is",
        FactValues | Ticks | Literal["yes", "no", "done"],
        ("to", "customer"),
    ),
    "send fails with": ("The next text to a customer is refused by WhatsApp with this error code", int, ()),
    "text delivered": ("WhatsApp reports that the last text has reached the phone", None, ()),
    "text read": ("WhatsApp reports that the last text was read", None, ()),
    "delivery fails with": (
        "WhatsApp had taken the last text, and reports now that it could not deliver it, with this error code",
        int,
        ("customer",),
    ),
    "colleague writes": (
        "A colleague writes this to the customer in the app, and the number reports it",
        Words,
        ("customer",),
    ),
    "colleague deletes": (
        "A colleague deletes a text of ours for everyone in the app (1: the first that has left), and it is reported",
        int,
        ("customer",),
    ),
    "incident": (
        "A person opens an incident; what happened, in their words",
        Words,
        ("playbook", "severity", "topic", "affected", "noticed"),
    ),
    "statement": (
        "A version of the statement about the newest open incident, or of the newest retrospective, is approved",
        Stated,
        (),
    ),
    "add affected": ("It turns out that the data of this customer (1, 2, …) leaked, too", int, ()),
    "open case": ("A person opens a case of this playbook for the customer", PlaybookName, ("customer", "severity")),
    "review": ("The clock, or a person, starts this playbook about our own records", PlaybookName, ()),
    "close": ("A person closes the newest open one by hand", AboutWhat, ("customer",)),
    "process dies": ("The process ends without warning, and another one takes over", None, ()),
}
"""What may happen -> its meaning, what is written behind it (None: nothing), and what may be written beside it."""

BESIDE: Mapping[str, tuple[str, Any]] = {
    "to": ("The step that asked, by its id, where several tasks are open", Words),
    "customer": ("Which customer it is about, where there are several: 1, 2, …", int),
    "playbook": ("The playbook that leads the incident", PlaybookName),
    "severity": ("How bad it is", Severity),
    "topic": ("What the complaints that it gathers are about, a value of the fact `topic`", Words),
    "affected": ("How many customers' data leaked: so many, from the first on", int),
    "noticed": ("How long before that somebody had noticed it; its promises run from there", Duration),
}


def read_event(reader: Reader, names: Names, data: Any, keys: Keys) -> Any:
    """The event that `data` stands for; `BAD` if it is none, which is noted."""
    alone = [word for word, (_, kind, _) in EVENTS.items() if kind is None]
    if data in alone:
        happens: dict[str, Any] = {_field(data): True}
        return Event(**happens, keys=keys)
    if not isinstance(data, dict):
        return reader.error(keys, f"this is not something that happens{did_you_mean(data, EVENTS)}", "unknown-key")
    found = [key for key in data if key in EVENTS]
    if not found:
        word = next(iter(data), "")
        return reader.error(
            (*keys, word), f'"{word}" is not something that happens{did_you_mean(word, EVENTS)}', "unknown-key"
        )
    if len(found) > 1:
        return reader.error(keys, f"one thing happens at a time; split {' and '.join(found)} into two lines")
    (word,) = found
    allowed = EVENTS[word][2]
    values: dict[str, Any] = {_field(word): _value(reader, names, word, data[word], (*keys, word))}
    for key in data:
        if key == word:
            continue
        if key not in allowed:
            hint = did_you_mean(key, allowed)
            values[key] = reader.error((*keys, key), f'"{key}" is not known beside `{word}`{hint}', "unknown-key")
        else:
            values[key] = _beside(reader, names, key, data[key], (*keys, key))
    return BAD if BAD in values.values() else Event(**values, keys=keys)


def _value(reader: Reader, names: Names, word: str, value: Any, keys: Keys) -> Any:
    kind = EVENTS[word][1]
    if kind is None:
        return reader.error(keys, f"`{word}` stands alone: write only `- {word}`")
    if word == "answer":
        return _answer(reader, value, keys)
    if kind is Says:
        said = reader.model(Says, value, keys, short="text")
        return said if said is BAD or said.customer > 0 else reader.error((*keys, "customer"), _FIRST)
    if kind is Crowd:
        return _crowd(reader, value, keys)
    if word == "colleague deletes" and value == 0:
        return reader.error(keys, "texts are counted from 1")
    if kind is Stated:
        return reader.model(Stated, value, keys, short="remedies")
    if kind is MomentText:
        try:
            return parse_moment(value)
        except ValueError as error:
            return reader.error(keys, str(error), "moment")
    read = reader.value(kind, value, keys)
    if word == "add affected" and read is not BAD and read < 1:
        return reader.error(keys, _FIRST)
    if read is not BAD and word == "review":
        names.look_up(reader, "house playbook", read, keys)
    if read is not BAD and word == "open case":
        names.look_up(reader, "case playbook", read, keys)
    return read


def _beside(reader: Reader, names: Names, key: str, value: Any, keys: Keys) -> Any:
    read = reader.value(BESIDE[key][1], value, keys)
    if read is BAD:
        return BAD
    if key in ("customer", "affected") and read < 1:
        return reader.error(keys, _FIRST)
    if key == "topic" and reader.value(FactValues, {"topic": value}, keys) is BAD:
        return BAD
    if key in ("to", "playbook"):
        names.look_up(reader, {"to": "step", "playbook": "incident playbook"}[key], read, keys)
    return read


_FIRST = "customers are counted from 1"


def _crowd(reader: Reader, value: Any, keys: Keys) -> Any:
    crowd = reader.model(Crowd, value, keys)
    if crowd is BAD:
        return BAD
    if crowd.first < 1:
        return reader.error((*keys, "first"), _FIRST)
    if crowd.customers < 1:
        return reader.error(keys, "a crowd has customers")
    return crowd


def _answer(reader: Reader, value: Any, keys: Keys) -> Any:
    if value == "done":
        return {}
    if value in YES_NO:
        return {"approved": value}
    if not isinstance(value, dict) or not value:
        hint = did_you_mean(value, ("yes", "no", "done"))
        return reader.error(keys, f"an answer is `yes`, `no`, `done`, or the facts that were filled in{hint}")
    if value.keys() <= {each.name for each in fields(Ticks)}:
        ticked = reader.model(Ticks, value, keys)
        if ticked == Ticks():
            return reader.error(keys, "nothing is ticked off by this")
        return {word: count for word, count in asdict(ticked).items() if count} if ticked is not BAD else BAD
    facts = reader.vocabulary.facts
    for name, given in value.items():
        # A colleague types `yes` where a fact is true.
        plain = {"yes": True, "no": False}.get(given, given) if isinstance(given, str) else given
        typed = plain if name in facts and facts[name].kind == "yes_no" else given
        if reader.value(FactValues, {name: typed}, keys) is BAD:
            return BAD
    return value


def _field(word: str) -> str:
    return word.replace(" ", "_")
