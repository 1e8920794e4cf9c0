"""What stands on the card for the wall: the triage table, read off the rules, playbooks and promises in force.

Nothing on it is written by hand. How bad something is follows from the triage rules, which playbook then starts from
the triggers, and the rest from that playbook.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from itertools import islice

from flows.drawing.card_words import CardWords
from flows.drawing.chart import kind_of
from flows.drawing.wording import Wording
from rules.bundle import Bundle
from rules.conditions import All, Condition, Not, parse_condition
from rules.decision import Rule
from rules.language import (
    FIRST_REPLY,
    Branch,
    Playbook,
    PlaybookName,
    ReplyName,
    RoleName,
    Step,
    Steps,
    Verb,
    Words,
)
from rules.possible import TooHard, example

MOST_NEXT = 5
"""How many of a playbook's steps the card tells; the picture of the playbook has them all."""
LONGEST_QUOTE = 190  # characters of the first reply, in whole sentences; of later ones the card has one sentence


@dataclass(frozen=True)
class Next:
    """Something that happens: under what condition, who does it (empty: we write to the customer), what it is, and
    what comes of silence or of a no."""

    when: str
    who: str
    what: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One line of the table. `name` is the level, or what happened; empty fields are what no rule says."""

    name: str
    signs: tuple[str, ...]
    playbook: str
    who: str
    who_is: str
    within: str
    next: tuple[Next, ...]
    broken: str
    after: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """The whole card. `levels` from the worst to the mildest; `others` are what else can start; `never` are the
    guards; `unknown` is the level of what nobody knows yet. A `draft` is of content that is not in force."""

    levels: tuple[Row, ...]
    others: tuple[Row, ...]
    never: tuple[str, ...]
    unknown: str
    versions: tuple[str, ...]
    digest: str
    draft: bool = False


def card_of(bundle: Bundle, say: Wording, *, draft: bool = False) -> Card:
    """The card for this content, in the language of `say`."""
    made = _Maker(bundle, say)
    severity = bundle.vocabulary.facts.get("severity")
    levels = [made.level(level) for level in reversed(tuple(severity.values))] if severity is not None else []
    shown = {row.playbook for row in levels}
    later = made.started_later()
    others = [
        made.row(playbook.title, (), playbook, others=True)
        for playbook in sorted(bundle.playbooks.values(), key=_place)
        if playbook.name not in shown and (playbook.triggers or playbook.scope == "incident")
        if playbook.name not in later
        if not playbook.alongside  # it decides nothing about who acts, and asks by itself for what it needs
    ]
    unknown = severity.unknown_counts_as if severity is not None else None
    used = [bundle.playbooks[row.playbook] for row in (*levels, *others) if row.playbook]
    return Card(
        tuple(levels),
        tuple(others),
        tuple(dict.fromkeys(say(guard.never) for guard in bundle.guards.guards.values())),  # some say it in two ways
        say(str(unknown)) if unknown is not None else "",
        tuple(f"{playbook.name} {playbook.version}" for playbook in used),
        bundle.digest,
        draft,
    )


def _place(playbook: Playbook) -> tuple[int, str]:
    """Incidents first, then in the order in which triggers go."""
    first = min((trigger.priority for trigger in playbook.triggers), default=0)
    return (-1 if playbook.scope == "incident" else first, playbook.name)


class _Maker(CardWords):
    """Reads the rows off the content."""

    def level(self, level: str) -> Row:
        """The row of one severity: what leads a complaint to it, and the playbook that starts then."""
        facts = {"intent": "complaint", "severity": level, "message_kind": "text"}
        started = self.bundle.triggers.decide(facts).then.get("playbook")
        signs = tuple(self.say(rule.title) for rule in self._reasons(level))
        return self.row(level, signs, self.bundle.playbooks.get(str(started)))

    def row(self, name: str, signs: tuple[str, ...], playbook: Playbook | None, *, others: bool = False) -> Row:
        """One row; of the playbooks that no level starts only the first thing that a person does."""
        if playbook is None:
            return Row(self.say(name), signs, "", "", "", "", (), "", ())
        promise = playbook.promises.get(FIRST_REPLY)
        role = next(self._roles(playbook.steps), None)
        return Row(
            self.say(name),
            signs,
            playbook.name,
            self.role(role) if role is not None else "",
            self.say(self.bundle.roles.get(role, "")) if role is not None and not others else "",
            self.time(promise.within) if promise is not None else "",
            self._first_person(playbook) if others else self._following(playbook),
            self._told(promise.on_breach) if promise is not None else "",
            () if others else tuple(line for step in playbook.steps.walk() for line in self._later(step)),
        )

    # -- why a level --------------------------------------------------------------------------------------------

    def _reasons(self, level: str) -> Iterator[Rule]:
        """The triage rules that can be the reason for a complaint's level: those that hold before all others."""
        complaint = parse_condition({"intent": "complaint"}, self.bundle.vocabulary, (), lambda *_: None)
        assert complaint is not None, "complaint is a value of intent"
        before: list[Condition] = []
        for rule in self.bundle.triage.rules:
            if rule.then.get("severity") == level and _can_hold(All((complaint, rule.when, *map(Not, before)))):
                yield rule
            before.append(rule.when)

    # -- what happens -------------------------------------------------------------------------------------------

    def _first_person(self, playbook: Playbook) -> tuple[Next, ...]:
        """The first thing that a person is asked for on every way; what may make it needless, and who hears of a
        silence, they read where they are asked."""
        plain = Steps(replace(step, only_if=None) for step in playbook.steps if kind_of(type(step.verb)) == "human")
        first = islice((each for each in self._next(plain, playbook) if each.who), 1)
        return tuple(replace(each, notes=()) for each in first)

    def _following(self, playbook: Playbook) -> tuple[Next, ...]:
        """What happens, with the first reply at some length and every later text by its first sentence."""
        told = list(islice(self._next(playbook.steps, playbook), MOST_NEXT))
        first = next((each for each in told if not each.who), None)
        return tuple(each if each.who else replace(each, what=_quoted(each.what, each is first)) for each in told)

    def _next(self, steps: Steps, playbook: Playbook) -> Iterator[Next]:
        """The steps that somebody sees: texts, people, and where it parts."""
        for step in steps:
            kind = kind_of(type(step.verb))
            if kind == "decide":
                yield from self._ways(step, playbook)
            elif kind in ("say", "human"):
                yield self._step(step, playbook)

    def _ways(self, step: Step, playbook: Playbook) -> Iterator[Next]:
        """Each way of a choice by the first thing that is seen on it."""
        values = [getattr(step.verb, each.name) for each in fields(step.verb)]
        branches = [part for value in values if isinstance(value, tuple) for part in value if isinstance(part, Branch)]
        ways = [(self.condition(branch.when), branch.steps) for branch in branches]
        if otherwise := step.verb.blocks().get("otherwise"):
            ways.append((self.say("otherwise"), otherwise))
        for when, steps in ways:
            for first in islice(self._next(steps, playbook), 1):
                yield replace(first, when=when)

    def _step(self, step: Step, playbook: Playbook) -> Next:
        when = self.condition(step.only_if) if step.only_if is not None else ""
        reply = _named(step.verb, ReplyName)
        if reply is not None:
            return Next(when, "", self.text(reply))
        role = self.role(_named(step.verb, RoleName) or "")
        return Next(when, role, self.say(_named(step.verb, Words) or ""), tuple(self._notes(step, playbook)))

    def _notes(self, step: Step, playbook: Playbook) -> Iterator[str]:
        """How often somebody is told again, the clock that the step stops, and who hears of a silence or of a no."""
        for each in fields(step.verb):
            value = getattr(step.verb, each.name)
            if isinstance(value, timedelta):
                yield self.filled(f"{each.name.replace('_', ' ')} {{time}}", time=value)
        promise = playbook.promises.get(step.keeps) if step.keeps is not None else None
        if promise is not None and (told := self._told(promise.on_breach)):
            yield self.filled("within {time}, or {who} hears of it", time=promise.within, who=told)
        if step.timeout is not None and (told := self._told(step.on_timeout)):
            yield self.filled("no answer for {time}: {who}", time=step.timeout, who=told)
        if told := self._told(step.verb.blocks().get("on_refused")):
            yield self.filled("after a no: {who}", who=told)

    def _told(self, steps: Steps | None) -> str:
        """Who hears of it in these steps."""
        roles = [_named(step.verb, RoleName) for step in (steps or Steps()).walk()]
        return ", ".join(dict.fromkeys(self.role(role) for role in roles if role is not None))

    def _later(self, step: Step) -> Iterator[str]:
        """A playbook that a step starts for later; what makes it needless stands in its picture."""
        name = _named(step.verb, PlaybookName)
        if name is None or str(name) not in self.bundle.playbooks:
            return
        values = {each.name: getattr(step.verb, each.name) for each in fields(step.verb)}
        said = self.say(self.bundle.playbooks[name].title)
        when = next((value for value in values.values() if isinstance(value, timedelta)), None)
        yield f"{self.filled('after {time}', time=when)}{self.say.colon}{said}" if when is not None else said

    def started_later(self) -> set[str]:
        """The playbooks that others start when their time has come: nobody on shift begins them."""
        verbs = (step.verb for playbook in self.bundle.playbooks.values() for step in playbook.walk())
        return {str(_named(verb, PlaybookName)) for verb in verbs if verb.verb == "follow_up"}

    def _roles(self, steps: Steps) -> Iterator[str]:
        """The roles of which somebody must act, in order."""
        for step in steps.walk():
            role = _named(step.verb, RoleName)
            if role is not None and step.verb.waits:
                yield role


def _quoted(text: str, at_length: bool) -> str:
    """The first sentence of a text, or its first sentences; `…` stands for the rest."""
    kept = ""
    for sentence in _sentences(text):
        if kept and len(kept) + len(sentence) > (LONGEST_QUOTE if at_length else 0):
            return f"“{kept.strip()} …”"
        kept += sentence
    return f"“{kept.strip()}”"


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for position, character in enumerate(text):
        if character in "。！？" or (character in ".!?" and text[position + 1 : position + 2] in ("", " ")):
            yield text[start : position + 1]
            start = position + 1
    if text[start:].strip():
        yield text[start:]


def _named(verb: Verb, kind: type[str]) -> str | None:
    """The first thing of this kind that is written in a verb."""
    values: Mapping[str, object] = {each.name: getattr(verb, each.name) for each in fields(verb)}
    return next((str(value) for value in values.values() if isinstance(value, kind)), None)


def _can_hold(condition: Condition) -> bool:
    try:
        return example(condition) is not None
    except TooHard:
        return True
