"""`firebreak card`: the triage table for the wall."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import load_settings
from flows.cli.paper import many, say, tell

if TYPE_CHECKING:
    from rules.bundle import Bundle


def card(
    language: Annotated[
        str | None, typer.Option("--language", metavar="LANGUAGE", help="en or zh-CN; the business's if not given.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the page there.")] = None,
) -> None:
    """Make the one-page table for the wall.

    How bad is it, who acts, and how soon: read off the rules, playbooks and promises, as a web page that prints on one
    sheet of A4. The small print names the content it was made from, so that an old card can be told. Where that was not
    released yet, the card says that it is a draft.

    \b
    Examples:
      firebreak card -o card.html
      firebreak card --language zh-CN -o card.html
    """
    from flows.assembly import open_shelf
    from flows.cli.files import write
    from flows.drawing.card import card_of
    from flows.drawing.card_page import fits, to_card
    from flows.drawing.wording import Wording

    bundle = open_shelf().current
    wording = Wording.of(bundle, language or load_settings().language)
    made = card_of(bundle, wording, draft=not _in_force(bundle))
    page = to_card(made, wording)
    if not fits(made):
        tell("firebreak: these rules are more than one sheet of A4 holds; shorten their titles, or print it on A3")
    if wording.missing:
        tell(
            f"firebreak: {many(len(wording.missing), 'sentence')} without words in {wording.language}, left as written:"
        )
        for sentence in wording.missing:
            tell(f"  {sentence}")
    how = "open it in a browser and print it on A4, lengthwise"
    if output is not None:
        write(output, page)
        say(f"wrote {output}; {_BUT_FIRST if made.draft else how}")
        return
    say(page.rstrip("\n"))
    if sys.stdout.isatty():
        tell(f"To print it: firebreak card -o card.html, then {how}.")


_BUT_FIRST = "it is a DRAFT until `firebreak release`, as the content changed since the last one"


def _in_force(bundle: Bundle) -> bool:
    """Whether this content is what was released last; where nothing ever was, it is in force as it stands."""
    from flows.shelf import ROOT
    from rules.lock import LOCK, Lock
    from rules.problems import Problems

    lock = Lock.read(ROOT, Problems()) if (ROOT / LOCK).exists() else None
    return lock is None or not lock.content or lock.bundle == bundle.digest
