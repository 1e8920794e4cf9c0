"""`firebreak decide`: what the rules would do with certain facts or words, and why."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import Json
from flows.cli.paper import fill, ink, say, say_json, width, wrap

if TYPE_CHECKING:
    from rules.bundle import Bundle
    from rules.decision import Decision
    from rules.vocabulary import Facts, Value


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

    From facts or a customer's words: what every rule pack says about which something is known, how severe it is, and
    which playbook starts. Words are taken as the first ones of a new customer; given facts win over what is read from
    them, and over what the packs would say. Nothing is stored and nothing is sent.

    \b
    Examples:
      firebreak decide --text "my charger caught fire"
      firebreak decide --facts facts.yaml --explain
      echo "time_since_message: 30 hours" | firebreak decide --facts -
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


@dataclass(frozen=True)
class Decided:
    """What the rules made of it: what each pack says of which something was known, and the playbook, as for a message
    that came in. `packs` holds the decisions by the name of the pack, `facts` all that is known in the end."""

    bundle: Bundle
    given: Mapping[str, Value]
    facts: Facts
    packs: Mapping[str, Decision]
    trigger: Decision
    beside: tuple[Decision, ...]
    """What starts in addition to that playbook."""
    starts: bool
    """Whether something is known that can start a playbook; else there is nothing to say of severity and playbook."""

    @classmethod
    def by(cls, bundle: Bundle, given: Mapping[str, object], text: str | None) -> Decided:
        from rules.packs import supplies
        from rules.vocabulary import UNKNOWN

        gated = bundle.vocabulary.gate(given)
        read = dict(bundle.reading_of(text).facts) if text is not None else {}
        told = {name for name, value in read.items() if value != UNKNOWN} | gated.keys() & given.keys()
        reached = {pack.name: supplies(pack) for pack in bundle.packs.by_path.values() if pack.facts() & told}
        starts = bundle.triage.name in reached or bool(_asked(bundle) & told) or not reached
        if starts:
            reached[bundle.triage.name] = supplies(bundle.triage)
        following = frozenset().union(*reached.values())
        beside = {name: value for name, value in _first_words(bundle).items() if name not in following}
        raw = {**(beside if text is not None else {}), **read, **given}
        derived = bundle.derive(raw, _asked(bundle) | following)
        unsaid = bundle.packs.suppliers.keys() - following - raw.keys()
        return cls(
            bundle,
            {name: gated[name] for name in given},
            {name: value for name, value in derived.facts.items() if value != UNKNOWN and name not in unsaid},
            {name: decision for name, decision in derived.decisions.items() if name in reached},
            bundle.triggers.decide(derived.facts),
            tuple(each for each in (rules.decide(derived.facts) for rules in bundle.asides.values()) if each.rule),
            starts,
        )

    @property
    def triage(self) -> Decision | None:
        """What says how severe it is; None if that is given."""
        return self.packs.get(self.bundle.triage.name)

    def to_json(self) -> dict[str, object]:
        from rules.vocabulary import facts_to_json

        return {
            "facts": facts_to_json(self.facts),
            "severity": str(self.trigger.facts["severity"]) if self.starts else None,
            "playbook": self.trigger.then.get("playbook") if self.starts else None,
            "alongside": [each.then["playbook"] for each in self.beside] if self.starts else [],
            "triage": self.triage.to_json() if self.triage else None,
            "packs": {name: each.to_json() for name, each in self.packs.items() if each is not self.triage},
            "trigger": self.trigger.to_json() if self.starts else None,
        }

    def lines(self, *, explain: bool) -> Iterator[str]:
        from rules.vocabulary import facts_to_json

        known = facts_to_json(self.facts)
        told = [f"{name} = {_word(value)}" for name, value in known.items() if value is not False]
        yield from _under("facts", ", ".join(told) or "none")
        if silent := [name for name, value in known.items() if value is False]:
            yield from _under("and not", ", ".join(silent))
        for decision in self.packs.values():
            if decision is not self.triage:
                yield ""
                yield from self._outcome(decision)
                yield from self._why(decision, "no rule of it holds", explain)
        if self.starts:
            yield ""
            yield from self._severity(explain)
            yield ""
            yield from self._playbook(explain)

    def _outcome(self, decision: Decision) -> Iterator[str]:
        from rules.packs import supplies

        said = [f"{name} = {_word(self.facts.get(name, 'unknown'))}" for name in sorted(supplies(decision.rule_set))]
        yield from _under(decision.rule_set.name, ", ".join(said))

    def _severity(self, explain: bool) -> Iterator[str]:
        yield from _under("severity", str(self.trigger.facts["severity"]))
        if self.triage is None:
            yield from _under("", "because it is given")
        else:
            yield from self._why(self.triage, "no rule of the triage holds", explain)

    def _playbook(self, explain: bool) -> Iterator[str]:
        playbook = self.bundle.playbooks.get(str(self.trigger.then.get("playbook")))
        starting = f"{playbook.name} {playbook.version}: {playbook.title}" if playbook else "none starts"
        yield from _under("playbook", starting)
        yield from self._why(self.trigger, "none of the triggers holds", explain)
        for decision in self.beside:
            other = self.bundle.playbooks[str(decision.then["playbook"])]
            yield ""
            yield from _under("alongside", f"{other.name} {other.version}: {other.title}")
            yield from self._why(decision, "", explain=False)

    def _why(self, decision: Decision, otherwise: str, explain: bool) -> Iterator[str]:
        chosen = decision.rule
        if chosen is None or decision.because is None:
            yield from _under("", otherwise)
        else:
            title = f"{chosen.title}: " if chosen.title else ""
            yield from _under("", f"because {title}{decision.because.sentence()}")
            for line in decision.because.lines() if explain else ():
                indent = 12 + len(line) - len(line.lstrip())
                first, *rest = wrap(line.strip(), width() - indent - 2)
                yield ink(f"{'':{indent}}{first}", "dim")
                yield from (ink(f"{'':{indent + 2}}{part}", "dim") for part in rest)
            if chosen.strategy:
                yield from _under("", f"what to do: {chosen.strategy}")
        for other in decision.why_not() if explain else ():
            yield from _under("", f"not {other.sentence()}")


def _asked(bundle: Bundle) -> frozenset[str]:
    """The facts that decide what a message starts."""
    return bundle.triggers.facts().union(*(rules.facts() for rules in bundle.asides.values()))


def _first_words(bundle: Bundle) -> dict[str, Value]:
    """What is known beside the words when a customer writes for the first time, as far as the rules ask for it."""
    new: dict[str, Value] = {
        "window_open": True,
        "open_case": False,
        "open_incident": False,
        "incident_about_it": False,
        "contact_count_this_week": 1,
        "surge": "calm",
        "place": "private",
        "has_photo": False,
        "new_customer": True,
        "privacy_notice": "none",
        "confirmed_in_writing": False,
    }
    asked = (bundle.triage.facts() | _asked(bundle)) & set(bundle.vocabulary.facts)
    return {"message_kind": "text", **{name: value for name, value in new.items() if name in asked}}


def _word(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _under(name: str, text: str) -> Iterator[str]:
    if len(name) > 9:  # a longer name of a pack has a line of its own
        yield ink(name, "dim")
        name = ""
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
