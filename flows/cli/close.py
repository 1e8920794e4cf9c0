"""`firebreak close`: end a case or an incident by hand."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.context import By, Json, open_store, who
from flows.cli.paper import say, say_json


def close(
    wanted: Annotated[str, typer.Argument(metavar="ID", help="A case or an incident, or the beginning of its id.")],
    as_: Annotated[str, typer.Option("--as", metavar="WORD", help="How it ended, in one word: solved, withdrawn.")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Close a case or an incident by hand.

    Its procedures end, what people were asked to do for it is taken back, and the history says who closed it.

    \b
    Example:
      firebreak close C-7K3MQ9XW2A --as solved --by first_phone
    """
    from flows.runs.ending import close_by_hand
    from flows.telling import story

    name = who(by)
    with open_store() as store:
        with store.read() as session:
            about = story.find(session, wanted)
        with store.begin() as session:
            close_by_hand(session, about.id, as_, name, store.clock.now())
    if as_json:
        say_json({"id": about.id, "closed_as": as_, "by": name})
        return
    say(f"{about.id} is closed as {as_}, by {name}")
