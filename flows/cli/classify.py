"""`firebreak classify`: the facts in what a customer wrote, and where each comes from."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.context import Json, load_settings
from flows.cli.paper import fill, ink, say, say_json, tell, width, wrap

if TYPE_CHECKING:
    from flows.third_voice import ThirdVoice
    from rules.bundle import Bundle
    from rules.personal_data import Span

_SAY_EVERY = 1_000  # messages, until something is said of how far it is
FOLLOWS = ("severity", "topic")
"""What the rule packs say of a message by itself."""
_THIRD = "third voice"  # the key under which it is said why the model was not heard


def classify(
    words: Annotated[str | None, typer.Argument(metavar="[TEXT]", help="One message, as with --text.")] = None,
    text: Annotated[str | None, typer.Option(metavar="TEXT", help="One message.")] = None,
    file: Annotated[
        str | None, typer.Option(metavar="FILE", help="Many messages, one a line; `-` reads the standard input.")
    ] = None,
    country: Annotated[
        str | None,
        typer.Option(metavar="CC", help="The customer's country (CN, DE, …), for numbers as they are written there."),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(metavar="LOCALE", help="The language of the conversation so far, for what is too short to tell."),
    ] = None,
    llm: Annotated[
        bool, typer.Option("--llm", help="Also ask the language model of FIREBREAK_LLM_URL, as a running service does.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read messages as the rules would, and tell the facts in them.

    For each fact it says what spoke for it: an entry of the word lists, or another voice and how sure it is. What
    nobody can tell is unknown. Nothing is stored. With --json and --file there is one object on each line, in the order
    of the messages; an empty line is an empty message. Personal data is told by its kind and its place (characters
    from 0 on), so that it can be masked.

    \b
    Examples:
      firebreak classify "pls delete my number, I don't trust you any more"
      firebreak classify --text "ok" --before zh-CN --json
      firebreak classify --file messages.txt --json > facts.jsonl
    """
    from flows.assembly import open_shelf
    from flows.errors import FirebreakError

    if sum(each is not None for each in (words, text, file)) != 1:
        raise FirebreakError('Give --text "words of a customer", or --file FILE with one message a line.')
    if country is not None and not re.fullmatch("[A-Z]{2}", country):
        raise FirebreakError(f'"{country}" is no country; give two capital letters, such as CN or DE.')
    text = words if text is None else text
    bundle = open_shelf().current
    if before is not None:
        bundle.vocabulary.fact("locale").gate(before)
    third = _third_voice() if llm else None
    if text is not None:
        told = Told.of(bundle, text, before, country, third)
        if as_json:
            say_json(told.to_json())
        else:
            for line in told.lines():
                say(line)
        return
    for number, message in enumerate(_messages(str(file)), 1):
        told = Told.of(bundle, message, before, country, third)
        if as_json:
            say(json.dumps({"line": number, **told.to_json()}))
        else:
            say(f"{ink(f'{number:>6}', 'dim')}  {told.in_short()}")
        if number % _SAY_EVERY == 0 and sys.stderr.isatty():
            tell(f"{number:,} messages")


class Told:
    """What was read from one message, and how severe it is and what it is about by that."""

    def __init__(self, facts: dict[str, Any], because: dict[str, list[str]], spans: Sequence[Span]) -> None:
        self.facts = facts
        self.because = because
        self.spans = spans

    @classmethod
    def of(cls, bundle: Bundle, text: str, before: str | None, country: str | None, third: ThirdVoice | None) -> Told:
        from flows.hearing import Written

        written = Written(text, country, before=before)
        hearings = third.hear([written], bundle) if third is not None and text.strip() else []
        reading = bundle.reading_of(text, before, country, further=hearings)
        because = {name: list(entries) for name, entries in reading.because.items()}
        derived = bundle.derive(reading.facts, FOLLOWS)
        for pack, decision in derived.decisions.items():
            if (rule := decision.rule) is not None:
                because |= {fact: [f"{pack}/{rule.id}: {rule.title}"] for fact in rule.then}
        known: dict[str, Any] = {**reading.facts, **{name: derived.facts[name] for name in FOLLOWS}}
        if unheard := [hearing.in_words() for hearing in hearings if hearing.why_not]:
            because[_THIRD] = unheard
        return cls(known, because, reading.personal_data)

    def to_json(self) -> dict[str, Any]:
        spans = [{"kind": each.kind, "start": each.start, "end": each.end} for each in self.spans]
        return {"facts": self.facts, "from": self.because, "personal_data": spans}

    def in_short(self) -> str:
        """One line: what was found, without what was not."""
        return ", ".join(f"{name} = {value}" for name, value in self._found()) or "nothing"

    def lines(self) -> Iterator[str]:
        """A line for each fact that was found, and what spoke for it; then those that were not, in short."""
        found = list(self._found())
        left = max((len(name) for name, _ in found), default=0) + 2
        right = max((len(value) for _, value in found), default=0) + 2
        for name, value in found:
            shown = [f"{each.start} to {each.end}" for each in self.spans if name == f"has_{each.kind}"]
            because = [f"characters {', '.join(shown)}"] if shown else self.because.get(name, [])
            parts = list(wrap("; ".join(because), width() - left - right)) or [""]
            yield f"{fill(name, left)}{fill(value, right)}{ink(parts[0], 'dim')}".rstrip()
            for part in parts[1:]:
                yield ink(f"{'':{left + right}}{part}", "dim")
        open_ = [name for name, value in self.facts.items() if value == "unknown" and name not in self.because]
        silent = [name for name, value in self.facts.items() if value is False]
        for word, names in (("unknown", open_), ("no", silent)):
            for number, part in enumerate(wrap(", ".join(names), width() - 9) if names else ()):
                yield ink(f"{fill(word if number == 0 else '', 9)}{part}", "dim")
        for why in self.because.get(_THIRD, ()):
            yield from wrap(f"The {_THIRD} {why}", width())

    def _found(self) -> Iterator[tuple[str, str]]:
        for name, value in self.facts.items():
            if value is not False and (value != "unknown" or name in self.because):
                yield name, "yes" if value is True else str(value)


def _third_voice() -> ThirdVoice:
    from flows.assembly import open_third_voice
    from flows.errors import FirebreakError

    third = open_third_voice(load_settings())
    if third is None:
        raise FirebreakError("--llm asks a language model: set FIREBREAK_LLM_URL and FIREBREAK_LLM_MODEL.")
    return third


def _messages(file: str) -> Iterator[str]:
    """The lines of a file, or of the standard input; a byte that is no UTF-8 becomes a replacement sign."""
    if file == "-":
        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
        yield from (line.rstrip("\r\n") for line in sys.stdin)
        return
    with Path(file).open(encoding="utf-8", errors="replace", newline="\n") as lines:
        yield from (line.rstrip("\r\n") for line in lines)
