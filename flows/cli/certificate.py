"""`firebreak certificate`: a page that states what was deleted, and a look at such a page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import By, Json, open_store, who
from flows.cli.paper import say, say_json, tell, width, wrap

if TYPE_CHECKING:
    from flows.erasing.certificate import Looked
    from flows.store.tables import Customer

BOTH = "both"


def certificate(
    wanted: Annotated[str | None, typer.Argument(metavar="[CASE]", help="The case to certify.")] = None,
    to: Annotated[
        Path | None, typer.Option("--to", "--output", "-o", metavar="FILE", help="Write the page there.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="L", help="en, zh-CN or both; by default the customer's.")
    ] = None,
    verify: Annotated[Path | None, typer.Option(metavar="FILE", help="Look at a certificate instead.")] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Issue a deletion certificate, or tell whether one is genuine.

    It states what was asked, what was done in each place, what is kept and why, and what is out of our reach: only what
    the ledger of erasures and finished steps prove, and nothing personal. It is one web page that prints on A4. With
    --verify, the exit code is 0 only for one that is genuine and agrees with this store.

    \b
    Examples:
      firebreak certificate C-7K3MQ9XW2A --to certificate.html
      firebreak certificate C-7K3 --language both -o certificate.html
      firebreak certificate --verify certificate.html
    """
    from flows.errors import FirebreakError

    if (wanted is None) == (verify is None):
        raise FirebreakError("name the case to certify, or a page to look at with --verify FILE")
    if verify is not None:
        _verify(verify, as_json)
    elif wanted is not None:
        _issue(wanted, to, language, who(by), as_json)


def _issue(wanted: str, to: Path | None, language: str | None, by: str, as_json: bool) -> None:
    from flows.cli.files import write
    from flows.cli.whose import case_of
    from flows.erasing.certificate import issue
    from flows.store.tables import Customer

    with open_store() as store, store.begin() as session:
        case = case_of(session, wanted)
        languages = _languages(language, session.get_one(Customer, case.customer_id))
        issued = issue(store, session, case, languages, by)
        if to is not None:
            write(to, issued.html)
    if as_json:
        file = str(to) if to is not None else None
        say_json({"statement": dict(issued.statement), "signature": issued.signature, "file": file})
    elif to is not None:
        say(f"wrote {to}; firebreak certificate --verify {to} looks at it again")
    else:
        say(issued.html.rstrip("\n"))
        if sys.stdout.isatty():
            tell("To keep it: firebreak certificate CASE --to FILE.html, then open or print it.")


def _languages(language: str | None, customer: Customer) -> list[str]:
    from flows.erasing.certificate_words import WORDS
    from flows.errors import FirebreakError
    from rules.problems import did_you_mean

    if language is None:
        return ["zh-CN" if (customer.locale or "").startswith("zh") else "en"]
    if language == BOTH:
        return list(WORDS)
    if language not in WORDS:
        raise FirebreakError(f'"{language}" is no language of certificates{did_you_mean(language, [*WORDS, BOTH])}')
    return [language]


def _verify(path: Path, as_json: bool) -> None:
    from flows.erasing.certificate import look_at

    text = path.read_text(encoding="utf-8", errors="replace")
    with open_store() as store, store.read() as session:
        looked = look_at(store, session, text)
    if as_json:
        say_json({"file": str(path), **looked.to_json()})
    else:
        for line in _in_words(looked):
            say(line)
    if not looked.good:
        raise typer.Exit(1)


def _in_words(looked: Looked) -> list[str]:
    lines = list(wrap(f"{looked.verdict.upper()}: {looked.why}", width()))
    if looked.verdict != "genuine" or looked.statement is None:
        return lines
    stated = looked.statement
    lines = [*lines, f"case {stated['case']}, issued {stated['issued_at']}"]
    lines += [f"ledger of erasures, line {stated['ledger']['line']}: {looked.ledger}"]
    return [*lines, f"history of the case, line {stated['journal']['line']}: {looked.journal}"]
