"""`firebreak graph`: a procedure as a picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import Json
from flows.cli.paper import say, say_json

if TYPE_CHECKING:
    from flows.drawing.chart import Chart
    from rules.bundle import Bundle


def graph(
    name: Annotated[str | None, typer.Argument(metavar="PLAYBOOK", help="The name of a playbook.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Draw every playbook; -o is then a folder.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to: a name that ends in .svg, .html or .mmd."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Draw a playbook as a picture.

    It shows what is said, decided, waited for and asked, and which clocks run beside it. Without -o it prints Mermaid
    text, which GitHub, GitLab and many editors show as a picture. An .svg or .html file is the picture itself. Each
    kind of step has a shape, a colour and an icon of its own; a legend says which.

    \b
    Examples:
      firebreak graph deletion-request
      firebreak graph deletion-request -o deletion-request.svg
      firebreak graph --all -o pictures
    """
    from flows.assembly import open_shelf
    from flows.cli.files import write
    from flows.drawing.chart import chart_of
    from flows.errors import FirebreakError
    from rules.problems import did_you_mean

    if every == (name is not None):
        raise FirebreakError("Give the name of one playbook, or --all.")
    bundle = open_shelf().current
    if name is None:
        _draw_all(bundle, output, as_json)
        return
    playbook = bundle.playbooks.get(name)
    if playbook is None:
        raise FirebreakError(f'There is no playbook "{name}"{did_you_mean(name, bundle.playbooks)}')
    chart = chart_of(playbook, bundle.playbooks.values())
    if output is None:
        _say(chart, as_json)
        return
    write(output, _form(output)(chart))
    say(f"wrote {output}")


def _say(chart: Chart, as_json: bool) -> None:
    from flows.drawing.mermaid import to_mermaid

    if as_json:
        say_json(chart.to_json())
    else:
        say(to_mermaid(chart).rstrip("\n"))


def _form(output: Path) -> Callable[[Chart], str]:
    """What makes the text of a file with this ending."""
    from flows.errors import FirebreakError

    if output.suffix == ".mmd":
        from flows.drawing.mermaid import to_mermaid

        return to_mermaid
    if output.suffix not in (".svg", ".html"):
        raise FirebreakError(f'"{output.name}" should end in .svg, .html or .mmd: the ending says what is written.')
    from flows.drawing.page import to_page
    from flows.drawing.svg import to_svg

    return to_svg if output.suffix == ".svg" else to_page


def _draw_all(bundle: Bundle, output: Path | None, as_json: bool) -> None:
    """A picture of each playbook, linked with one another, and a page that shows all of them."""
    from flows.cli.files import write
    from flows.drawing.chart import chart_of
    from flows.errors import FirebreakError

    charts = [chart_of(playbook, bundle.playbooks.values()) for _, playbook in sorted(bundle.playbooks.items())]
    if as_json:
        say_json({"playbooks": [chart.to_json() for chart in charts]})
        return
    if output is None:
        raise FirebreakError("Give the folder for the pictures, for example -o pictures.")
    from flows.drawing.page import to_index
    from flows.drawing.svg import to_svg

    names = {chart.name for chart in charts}
    for chart in charts:
        write(output / f"{chart.name}.svg", to_svg(chart, lambda to: f"{to}.svg" if to in names else None))
    write(output / "index.html", to_index(charts))
    say(f"wrote {len(charts)} pictures; open {output / 'index.html'}")
