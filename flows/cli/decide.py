"""`firebreak decide`: what the rules would do with certain facts or words, and why."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import Json
from flows.cli.paper import fill, ink, say, say_json, width, wrap

if TYPE_CHECKING:
    from rules.bundle import Bundle
    from rules.decision import Decision
    from rules.vocabulary import Value


def decide(
    facts: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Facts as YAML or JSON, fact: value; `-` reads the standard input."),
    ] = None,
    text: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Words of a customer, read by the word lists.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Add what stood against every other rule, and all the facts.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Ask the rules what they would do, and why.

    From facts or a customer's words: how severe it is, and which playbook starts. Words are taken as the first ones of
    a new customer; given facts win over what is read from them. Nothing is stored and nothing is sent.

    \b
    Examples:
      firebreak decide --text "my charger caught fire"
      firebreak decide --facts facts.yaml --explain
      echo "intent: complaint" | firebreak decide --facts - --json
    """
    from flows.assembly import open_shelf
    from flows.errors import FirebreakError

    if facts is None and text is None:
        raise FirebreakError('Give --facts FILE, or --text "words of a customer", or both.')
    given = _read(facts) if facts is not None else {}
    bundle = open_shelf().current
    decided = Decided.by(bundle, given, text)
    if as_json:
        say_json(decided.to_json())
        return
    for line in decided.lines(explain=explain):
        say(line)


class Decided:
    """What the rules made of it: first the severity, then the playbook, as for a message that came in."""

    def __init__(self, bundle: Bundle, given: Mapping[str, Value], triage: Decision, trigger: Decision) -> None:
        self.bundle = bundle
        self.given = given
        self.triage = triage
        self.trigger = trigger

    @classmethod
    def by(cls, bundle: Bundle, given: Mapping[str, object], text: str | None) -> Decided:
        known = bundle.vocabulary.gate(given)
        read = dict(bundle.reading_of(text).facts) if text is not None else {}
        beside = _first_words(bundle) if text is not None else {}
        facts = bundle.vocabulary.gate({**beside, **read, **given})
        triage = bundle.triage.decide(facts)
        facts = bundle.vocabulary.gate({**facts, **triage.then, **{name: known[name] for name in given}})
        return cls(bundle, {name: known[name] for name in given}, triage, bundle.triggers.decide(facts))

    @property
    def severity_is_given(self) -> bool:
        return "severity" in self.given

    def to_json(self) -> dict[str, object]:
        from rules.vocabulary import UNKNOWN, facts_to_json

        facts = {name: value for name, value in self.trigger.facts.items() if value != UNKNOWN}
        return {
            "facts": facts_to_json(facts),
            "severity": str(self.trigger.facts["severity"]),
            "playbook": self.trigger.then.get("playbook"),
            "triage": self.triage.to_json(),
            "trigger": self.trigger.to_json(),
        }

    def lines(self, *, explain: bool) -> Iterator[str]:
        from rules.vocabulary import UNKNOWN, facts_to_json

        known = facts_to_json({name: value for name, value in self.trigger.facts.items() if value != UNKNOWN})
        yield from _under("facts", ", ".join(f"{name} = {_word(value)}" for name, value in known.items()) or "none")
        yield ""
        yield from _under("severity", str(self.trigger.facts["severity"]))
        if self.severity_is_given:
            yield from _under("", "because it is given")
        else:
            yield from self._why(self.triage, "no rule of the triage holds", explain)
        yield ""
        name = self.trigger.then.get("playbook")
        playbook = self.bundle.playbooks.get(str(name))
        yield from _under(
            "playbook", f"{playbook.name} {playbook.version}: {playbook.title}" if playbook else "none starts"
        )
        yield from self._why(self.trigger, "none of the triggers holds", explain)

    def _why(self, decision: Decision, otherwise: str, explain: bool) -> Iterator[str]:
        chosen = decision.rule
        if chosen is None or decision.because is None:
            yield from _under("", otherwise)
        else:
            title = f"{chosen.title}: " if chosen.title else ""
            yield from _under("", f"because {title}{decision.because.sentence()}")
            if explain:
                for line in decision.because.lines():
                    yield ink(f"{'':12}{line}", "dim")
        for other in decision.why_not() if explain else ():
            yield from _under("", f"not {other.sentence()}")


def _first_words(bundle: Bundle) -> dict[str, Value]:
    """What is known beside the words when a customer writes for the first time, as far as the rules ask for it."""
    new: dict[str, Value] = {
        "window_open": True,
        "open_case": False,
        "open_incident": False,
        "contact_count_this_week": 1,
        "time_since_message": timedelta(0),
        "place": "private",
        "has_photo": False,
    }
    asked = (bundle.triage.facts() | bundle.triggers.facts()) & set(bundle.vocabulary.facts)
    return {"message_kind": "text", **{name: value for name, value in new.items() if name in asked}}


def _word(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _under(name: str, text: str) -> Iterator[str]:
    for number, part in enumerate(wrap(text, width() - 10)):
        yield ink(fill(name if number == 0 else "", 10), "dim") + part


def _read(path: str) -> dict[str, object]:
    """The facts in a file, or in the standard input."""
    from rules.problems import Problems
    from rules.yaml_source import Source

    problems = Problems()
    source = (
        Source.parse(sys.stdin.read(), "standard input", problems) if path == "-" else Source.read(Path(path), problems)
    )
    if source is not None and not isinstance(source.data, dict):
        problems.error(source.place(), "facts are a mapping, one `fact: value` on each line", "shape")
    problems.raise_errors()
    return dict(source.data) if source is not None else {}
