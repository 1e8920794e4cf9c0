"""`firebreak measure`: how well texts are read, by messages that people have labelled."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.context import Json
from flows.cli.paper import ink, say, say_json, tell

if TYPE_CHECKING:
    from rules.bundle import Bundle
    from rules.voice.labelled import Labelled
    from rules.voice.measuring import Measured, Tally

SHOWN = ("deletion_request", "data_access_request", "privacy_question", "complaint")


def measure(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE…", help="Labelled messages, or folders of them.")
    ] = None,
    slips: Annotated[bool, typer.Option("--slips", help="Add every message that was read in another way.")] = False,
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the tables as Markdown into this file, too.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell how well texts are read, by language and by fact.

    A file holds one message a line, with tabs between intent, anger, signs, more and the text; its name is the language
    (`pt.tsv`). Without a file those of tests/texts are read. Precision: of the messages a thing was read in, the share
    that has it. Recall: of those that have it, the share it was read in. What is left open for a person counts as
    missed.

    \b
    Examples:
      firebreak measure
      firebreak measure mine/es.tsv --slips
      firebreak measure --write docs/measured.md
    """
    from flows.assembly import open_shelf
    from flows.errors import FirebreakError
    from flows.shelf import ROOT
    from rules.voice.measuring import measure as measured_by

    bundle = open_shelf().current
    messages = list(_messages(bundle, files or [ROOT / "tests" / "texts"]))
    if sys.stderr.isatty():
        tell(f"reading {len(messages):,} messages")
    if not messages:
        raise FirebreakError("There are no messages in these files.")
    found = measured_by(messages, lambda text: _read(bundle, text))
    if write is not None:
        write.write_text("\n".join([_HEAD, *_tables(found, markdown=True), ""]), encoding="utf-8")
    if as_json:
        say_json(_to_json(found))
        return
    for line in _tables(found):
        say(line)
    for slip in found.slips if slips else ():
        message = slip.message
        labelled = message.facts.get(slip.fact, message.locale)
        say(f"{message.locale}  {slip.fact}: read {slip.read}, labelled {labelled}")
        for entry in slip.because:
            say(ink(f"      {entry}", "dim"))
        say(f"      {message.text}")


def _messages(bundle: Bundle, paths: list[Path]) -> Iterator[Labelled]:
    from flows.errors import FirebreakError
    from rules.problems import Problems
    from rules.voice.labelled import read_labelled

    if missing := [path for path in paths if not path.exists()]:
        raise FirebreakError(f"There is no file or folder {missing[0]}.")
    problems = Problems()
    files = [file for path in paths for file in (sorted(path.glob("*.tsv")) if path.is_dir() else [path])]
    if not files:
        raise FirebreakError(f"There are no .tsv files in {', '.join(map(str, paths))}.")
    for file in files:
        bundle.vocabulary.fact("locale").gate(file.stem)
        yield from read_labelled(file, bundle.vocabulary, problems)
    problems.raise_errors()


def _read(bundle: Bundle, text: str) -> Any:
    reading = bundle.reading_of(text)
    return reading.facts, reading.because


_HEAD = """# How well texts are read

Printed by `firebreak measure --write docs/measured.md` on the labelled messages of `tests/texts/`, which were written
for it, apart from the word lists and from the examples that the second voice learned from. Precision / recall in per
cent; in brackets how many messages have it. What is left open for a person counts as missed.
`rules/voice/labelled.py` says how such a file looks; `firebreak measure FILE --slips` measures your own messages.
"""


def _tables(found: Measured, *, markdown: bool = False) -> Iterator[str]:
    from rules.text.opinion import GRAVE
    from rules.voice.measuring import EVERY

    outcomes = sorted({name for each in found.tallies.values() for name in each}, key=_place)
    locales = sorted(set(found.messages) - {EVERY})
    intents = [f"intent={name}" for name in SHOWN]
    rest = [name for name in outcomes if name not in (*intents, *GRAVE) and not name.startswith("locale=")]
    yield from _table(found, [*locales, EVERY], [*intents, "language"], "what the customer wants", markdown)
    yield from _table(found, [*locales, EVERY], [*GRAVE], "signs of something grave", markdown)
    yield from _table(found, [EVERY], rest, "everything else, all languages", markdown, turned=True)


def _place(outcome: str) -> tuple[int, str]:
    order = ("intent", "sign", "anger", "motive", "demand", "locale")
    return next((n for n, each in enumerate(order) if outcome.startswith(each)), len(order)), outcome


def _table(
    found: Measured, locales: list[str], outcomes: list[str], title: str, markdown: bool, *, turned: bool = False
) -> Iterator[str]:
    from rules.voice.measuring import Tally

    def cell(locale: str, outcome: str) -> str:
        if outcome == "language":
            return _language(found, locale)
        return _shown(found.tallies.get(locale, {}).get(outcome, Tally()))

    names = [outcome.removeprefix("intent=").replace("=", ": ") for outcome in outcomes]
    rows = [["", *names], *([locale, *(cell(locale, each) for each in outcomes)] for locale in locales)]
    if turned:
        rows = [list(row) for row in zip(*rows, strict=True)]
    yield f"## {title[0].upper()}{title[1:]}" if markdown else ink(title, "bold")
    if markdown:
        yield ""
        yield f"| {' | '.join(rows[0])} |"
        yield f"|{'---|' * len(rows[0])}"
        yield from (f"| {' | '.join(row)} |" for row in rows[1:])
    else:
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            yield "  ".join(each.ljust(room) for each, room in zip(row, widths, strict=True)).rstrip()
    yield ""


def _language(found: Measured, locale: str) -> str:
    """Of how many messages the language was recognised."""
    read = [tally for name, tally in found.tallies[locale].items() if name.startswith("locale=")]
    right, true = sum(each.right for each in read), sum(each.true for each in read)
    return f"{_per_cent(right / true if true else None)} ({true})"


def _shown(tally: Tally) -> str:
    return f"{_per_cent(tally.precision)} / {_per_cent(tally.recall)} ({tally.true})"


def _per_cent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f}"


def _to_json(found: Measured) -> dict[str, Any]:
    def told(tally: Tally) -> dict[str, Any]:
        return {"precision": tally.precision, "recall": tally.recall, "true": tally.true, "unknown": tally.unknown}

    return {
        locale: {
            "messages": found.messages[locale],
            "outcomes": {name: told(tally) for name, tally in sorted(tallies.items())},
        }
        for locale, tallies in found.tallies.items()
    }
