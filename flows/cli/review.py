"""`firebreak review` and `firebreak cleanup`: looking through all conversations, and tidying up, by hand."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.context import By, Json, load_settings, open_desk, who
from flows.cli.paper import ink, say, say_json

if TYPE_CHECKING:
    from flows.review.standing import Standing


def review(by: By = None, as_json: Json = False) -> None:
    """Start the review of all conversations, or show how it goes.

    Chats that are finished and that nobody needs any more are proposed: what a person ticks off is erased. In what
    stays it looks for the numbers of papers, cards and accounts, and it reminds the team with examples. The lists are
    tasks: `firebreak tasks --role privacy_lead`. It starts by itself once a quarter.

    \b
    Examples:
      firebreak review
      firebreak review --json
    """
    from flows.review import standing
    from flows.runs import opening

    name, settings = who(by), load_settings()
    with open_desk(settings) as desk:
        with desk.store.begin() as session:
            before = standing.under_way(session)
            run = opening.open_review(desk, session, name)
            started = before is None
        with desk.store.read() as session:
            found = standing.of(session, run.id)
    if as_json:
        say_json({"started": started, **found.to_json()})
        return
    _say(found, started, settings.timezone)


def _say(found: Standing, started: bool, zone: Any) -> None:
    from flows.cli.timeline import day_and_minute

    verb = "is started" if started else f"is under way since {day_and_minute(found.started_at, zone)}"
    say(f"The review {ink(found.run, 'bold')} {verb}.")
    for name, count in found.counts.items():
        say(f"  {name.replace('_', ' ')}: {count}")
    for task in found.tasks:
        progress = f", {task.done} of {task.items} ticked off" if task.items else ""
        say(f"  {ink(task.id, 'bold')}  {task.role}: {task.status}{progress}   firebreak task {task.id}")
    if started:
        say("Firebreak looks through the conversations now; call this again, or `firebreak tasks`, for what it found.")


def cleanup(
    daily: Annotated[bool, typer.Option("--daily", help="Prune, repair and check, as every night.")] = False,
    quarterly: Annotated[bool, typer.Option("--quarterly", help="Start the review of all conversations.")] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Tidy up by hand, as it happens every night by itself.

    Nothing that is still running is touched.

    How long what is kept stands in playbooks/retention.yaml. Prefect's own history is tidied by the nightly run, which
    has its server at hand.

    \b
    Examples:
      firebreak cleanup
      firebreak cleanup --quarterly --json
    """
    from flows import tidying
    from flows.review import standing
    from flows.runs import opening

    name = who(by)
    found: list[tidying.Tidied] = []
    run: str | None = None
    with open_desk() as desk:
        if daily or not quarterly:
            found += tidying.daily(desk)
        if quarterly:
            with desk.store.begin() as session:
                started = standing.under_way(session) is None
                run = opening.open_review(desk, session, name).id
            found.append(tidying.Tidied(tidying.STARTED, int(started)))
    if as_json:
        say_json({"tidied": [asdict(each) for each in found], "review": run})
        return
    for each in found:
        say(f"{each.count:>7}  {each.what}")
    if run is not None:
        say(f"The review is {ink(run, 'bold')}; `firebreak review` shows how far it is.")
