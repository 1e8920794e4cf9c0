"""What a playbook asks of whoever opens it by hand: given on the command line, or asked for at a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rules.language import Playbook
    from rules.vocabulary import Vocabulary

Inputs = Annotated[
    list[str] | None,
    typer.Option("--input", metavar="FACT=VALUE", help="What the playbook asks for; again for the next one."),
]


def filled_in(playbook: Playbook, vocabulary: Vocabulary, given: list[str] | None) -> dict[str, object]:
    """Fact -> value for the `inputs` of a playbook. At a terminal the ones that are not given are asked for; what is
    left out stays unknown. Raises `FirebreakError` for one without a `=`."""
    from flows.errors import FirebreakError

    found: dict[str, object] = {}
    for each in given or ():
        name, sign, value = (part.strip() for part in each.partition("="))
        if not (name and sign and value):
            raise FirebreakError(f'"{each}": write the fact and its value, as in --input backup_status=none')
        found[name] = value
    if sys.stdin.isatty() and sys.stdout.isatty():
        for fact in playbook.inputs:
            if fact not in found and (answer := _asked(playbook, vocabulary, str(fact))):
                found[str(fact)] = answer
    return found


def _asked(playbook: Playbook, vocabulary: Vocabulary, name: str) -> str:
    from flows.runs.opening import NotAsked, inputs_of
    from rules.language import FactName
    from rules.vocabulary import value_to_json

    offered = ", ".join(str(value_to_json(each)).lower() for each in playbook.inputs[FactName(name)])
    while True:
        typer.echo(f"{vocabulary.fact(name).meaning}.")
        answer = str(typer.prompt(f"{name} ({offered}; Enter: unknown)", default="", show_default=False)).strip()
        try:
            inputs_of(vocabulary, playbook, {name: answer} if answer else {})
        except NotAsked as error:
            typer.echo(str(error))
        else:
            return answer
