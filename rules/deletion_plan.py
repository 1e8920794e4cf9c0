"""The deletion plan: for each place where copies live, what can be done, by whom, by when, or why not.

The ways stand in `deletion_plan.yaml`, first match first, so that whoever designs procedures can change them without
code. The places themselves are fixed: code fills in their dates, and every one of them must have an answer for
everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Literal

from rules.conditions import Condition
from rules.language import Duration, Identifier, Words, says
from rules.problems import Problems
from rules.reading import BAD, Reader
from rules.replies import Locale
from rules.vocabulary import Vocabulary
from rules.yaml_source import Keys, Source

LANGUAGES = ("en", "zh-CN")
"""Every text of the plan is written in these; a plan is shown to colleagues, whose language is one of them."""

Can = Literal["yes", "partly", "no", "unclear"]
CAN: Mapping[str, str] = {
    "yes": "All of it can go",
    "partly": "Some of it can go, and `why_not` says what stays",
    "no": "Nothing can be done there by us, and `why_not` says why",
    "unclear": "Somebody has to look first; nothing may be promised before",
}

Until = Literal["each_message", "answer", "retention"]
UNTIL: Mapping[str, str] = {
    "each_message": "Each message has a deadline of its own: 48 hours after it was sent",
    "answer": "The day by which the customer was promised an answer",
    "retention": "The day on which WhatsApp's own thirty days for the newest message are over",
}

NO_COLLEAGUE: Mapping[str, str] = {
    "customer": "Only the customer can",
    "nobody": "Nobody has to do anything",
    "by_itself": "It happens by itself",
}
"""Who may be named beside the roles."""

Texts = Mapping[Locale, Words]


@dataclass(frozen=True)
class Way:
    """One answer for a place."""

    can: Can = says("Whether it can be removed there", words=CAN)
    what: Texts = says("What is done, or what the customer can do, in each language")
    who: Identifier = says("A role, or customer, nobody, by_itself")
    when: Condition | None = says("Taken if this holds; only the last way has none", default=None)
    why_not: Texts | None = says("What stays and why, in each language", default=None)
    within: Duration | None = says("So much time from when the case was opened", default=None)
    until: Until | None = says("Instead of `within`: a day that follows from something", default=None, words=UNTIL)


@dataclass(frozen=True)
class PlaceWays:
    """One place where copies live."""

    title: Texts = says("What the place is called, in each language")
    ways: tuple[Way, ...] = says("What can be done there; the first way that holds is taken")


@dataclass(frozen=True)
class DeletionPlan:
    """Where copies live, and what becomes of them."""

    our_records: PlaceWays = says("What Firebreak itself has stored")
    our_phone: PlaceWays = says("The chat in the app on our own phones")
    our_backup: PlaceWays = says("Backups that were made of our phones")
    exports: PlaceWays = says("Files that the chat was exported to")
    customer_device: PlaceWays = says("The chat on the customer's own phone")
    customer_backup: PlaceWays = says("Backups that the customer made")
    meta: PlaceWays = says("What WhatsApp itself keeps")

    def places(self) -> Iterator[tuple[str, PlaceWays]]:
        """Every place by its name, in the order of the plan."""
        for each in fields(self):
            yield each.name, getattr(self, each.name)

    def conditions(self) -> Iterator[tuple[Condition, Keys]]:
        """Every condition, and the keys that lead to it."""
        for place, number, way in self.ways():
            if way.when is not None:
                yield way.when, (place, "ways", number, "when")

    def ways(self) -> Iterator[tuple[str, int, Way]]:
        """Every way, with its place and its number, counted from 0."""
        for name, place in self.places():
            for number, way in enumerate(place.ways):
                yield name, number, way

    def facts(self) -> frozenset[str]:
        """The facts that the ways ask for."""
        return frozenset(name for condition, _ in self.conditions() for name in condition.facts())


PLACES: tuple[str, ...] = tuple(each.name for each in fields(DeletionPlan))
"""Where copies live."""


def read_deletion_plan(source: Source, vocabulary: Vocabulary, problems: Problems) -> DeletionPlan | None:
    """The plan in `source`; None when there is any problem. All of them are noted."""
    reader = Reader(source, vocabulary, {}, problems)
    plan = reader.model(DeletionPlan, source.data, ())
    if plan is BAD:
        return None
    before = len(problems.items)
    for name, place in plan.places():
        _in_every_language(reader, place.title, (name, "title"))
        for number, way in enumerate(place.ways):
            _check_way(reader, way, (name, "ways", number), last=number == len(place.ways) - 1)
    return plan if len(problems.items) == before else None


def _check_way(reader: Reader, way: Way, keys: Keys, *, last: bool) -> None:
    _in_every_language(reader, way.what, (*keys, "what"))
    if way.why_not is not None:
        _in_every_language(reader, way.why_not, (*keys, "why_not"))
    elif way.can in ("partly", "no"):
        reader.error(keys, f"`can: {way.can}` needs `why_not`: the customer is owed a reason", "missing-words")
    if way.within is not None and way.until is not None:
        reader.error((*keys, "until"), "`within` already says by when; keep one of the two", "missing-words")
    if last and way.when is not None:
        message = (
            "the last way must hold for everybody: add one without `when`, so that nobody is left without an answer"
        )
        reader.error((*keys, "when"), message, "no-last-way")
    if not last and way.when is None:
        reader.error(
            keys, "this way holds for everybody, so those below it are never taken; give it a `when`", "no-last-way"
        )


def _in_every_language(reader: Reader, texts: Texts, keys: Keys) -> None:
    if missing := [language for language in LANGUAGES if language not in texts]:
        reader.error(keys, f"the words are missing in {', '.join(missing)}", "missing-words")
