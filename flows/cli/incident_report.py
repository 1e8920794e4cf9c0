"""`firebreak incident report`: looking back on a crisis, among ourselves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.context import Json, open_desk
from flows.cli.paper import say, say_json


def report(
    wanted: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="An incident; the only open one, or the last, if left out.")
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("-o", "--to", "--output", metavar="FILE", help="Write it there; a page, or Markdown for .md."),
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", "--md", help="As Markdown, whatever the file is.")] = False,
    as_json: Json = False,
) -> None:
    """Write the report about an incident: how long customers waited, who did what when, what was said, what slipped.

    It is made from the history and holds no personal data, so it may be passed on inside the business. Written to a
    file it is one page with the waiting times as a picture; without one it is printed as Markdown.

    \b
    Examples:
      firebreak incident report I-9ZK3MQ2XW1 -o report.html
      firebreak incident report I-9ZK3 --markdown
      firebreak incident report --json
    """
    from flows.cli.files import write
    from flows.cli.whose import looked_back_on
    from flows.drawing import report_page
    from flows.telling import crisis_report

    with open_desk() as desk:
        with desk.store.read() as session:
            known = looked_back_on(session, wanted).id
        told = crisis_report.tell(desk, known)
    plain = markdown or to is None or to.suffix.lower() in (".md", ".markdown", ".txt")
    if to is not None:
        write(to, report_page.to_markdown(told) if plain else report_page.to_html(told))
    if as_json:
        say_json({**told.to_json(), **({"file": str(to)} if to is not None else {})})
    elif to is not None:
        say(f"The report about {told.incident_id} is in {to}")
        for sentence in told.sentences:
            say(sentence)
    else:
        say(report_page.to_markdown(told).rstrip())
