"""`firebreak examples`: what people said of messages that could not be read for sure, to measure by and learn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.context import Json, load_settings, open_store
from flows.cli.paper import fill, ink, many, say, say_json, tell, width, wrap

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from flows.telling.examples import Example

_HEAD = "# What people said of messages that could not be read for sure: written anew by `firebreak examples --into`.\n"


def list_examples(
    texts: Annotated[
        bool, typer.Option("--texts", help="Add the messages, without the personal data that is found in them.")
    ] = False,
    into: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write them as labelled messages, a file for each language.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List what people said that messages mean, and what was read.

    Each answer about what a customer wants, why, how angry they are or which signs there are is an example for the
    first message of its case. Beside it stands what had been read. Media without words are left out.

    --into writes what `firebreak measure FOLDER` measures by and `python -m rules.voice.learning FOLDER` learns from.
    Personal data that is found is taken out, but words remain words of customers: keep such a folder as you keep a
    chat, and write it anew after somebody was erased.

    \b
    Examples:
      firebreak examples
      firebreak examples --texts
      firebreak examples --into examples
    """
    from flows.shelf import ROOT
    from flows.telling.examples import examples
    from rules.bundle import FACTS
    from rules.vocabulary import Vocabulary

    settings = load_settings()
    with open_store(settings) as store:
        found = examples(store, Vocabulary.load(ROOT / FACTS))
    written = list(_write(found, into)) if into is not None else []
    if as_json:
        say_json([each.to_json(texts=texts) for each in found])
    elif into is not None:
        for line in written or ["There is nothing to write yet."]:
            say(line)
    else:
        for line in _lines(found, settings.timezone, texts=texts):
            say(line)


def _lines(found: list[Example], zone: ZoneInfo, *, texts: bool) -> Iterator[str]:
    from flows.cli.timeline import day_and_minute

    if not found:
        yield "Nobody has said yet what a message with words in it means."
        return
    agreed = sum(each.agreed for each in found)
    yield f"{many(len(found), 'answer')}; {agreed} of the messages had been read the same way"
    for each in found:
        yield ""
        state = "read the same way" if each.agreed else f"read as {_in_words(each.read)}"
        yield f"{ink(each.task, 'bold')}  {day_and_minute(each.at, zone)}  {fill(each.locale, 7)}  by {each.by}"
        for part in wrap(f"{_in_words(each.said)}; {state}", width() - 2):
            yield f"  {part}"
        for part in wrap(each.text, width() - 2) if texts else ():
            yield ink(f"  {part}", "dim")


def _in_words(facts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {_word(value)}" for name, value in facts.items())


def _word(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _write(found: list[Example], folder: Path) -> Iterator[str]:
    """Write a file for each language, and say of each what it holds. An older one of ours is written anew, or emptied
    if nothing is left for it; what is not ours is not touched."""
    from flows.errors import FirebreakError
    from rules.voice.labelled import line_of
    from rules.yaml_source import LARGEST_FILE

    by_locale: dict[str, list[str]] = {path.stem: [] for path in folder.glob("*.tsv")}
    for each in found:
        by_locale.setdefault(each.locale, []).append(line_of(each.said, each.text) + "\n")
    unknown = by_locale.pop("unknown", [])
    for locale in by_locale:
        path = folder / f"{locale}.tsv"
        if path.exists() and not path.read_text(encoding="utf-8", errors="replace").startswith(_HEAD):
            raise FirebreakError(f"{path} was not written by this command; name another folder.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for locale, lines in sorted(by_locale.items()):
        text, left = _HEAD, 0
        for line in lines:  # the newest first, as many as a reader takes
            if len((text + line).encode()) > LARGEST_FILE:
                left += 1
            else:
                text += line
        (folder / f"{locale}.tsv").write_text(text, encoding="utf-8")
        older = f"; {left} older ones have no room there" if left else ""
        yield f"{folder / locale}.tsv: {many(len(lines) - left, 'message')}{older}"
    if unknown:
        tell(f"{many(len(unknown), 'message')} left out: nobody knows in which language.")
