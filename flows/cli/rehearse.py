"""`firebreak rehearse`: a playbook on a virtual clock, with nothing sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import Json, load_settings
from flows.cli.stories import Shown, show_stories

if TYPE_CHECKING:
    from flows.cli.courses import Playable
    from flows.settings import Settings
    from flows.shelf import Shelf
    from flows.store.database import Store


def rehearse(
    name: Annotated[str | None, typer.Argument(metavar="[PLAYBOOK]", help="The name of a playbook.")] = None,
    says: Annotated[
        list[str] | None,
        typer.Option("--says", metavar="TEXT", help="What the customer writes; again for the next message."),
    ] = None,
    scenario: Annotated[Path | None, typer.Option(metavar="FILE", help="Play the scenarios of this file.")] = None,
    case: Annotated[str | None, typer.Option("--case", metavar="ID", help="Play a past case again.")] = None,
    chat: Annotated[
        Path | None, typer.Option("--chat", metavar="FILE", help="Play a chat exported from WhatsApp (.txt or .zip).")
    ] = None,
    we: Annotated[str | None, typer.Option("--we", metavar="NAME", help="Who in the chat is the business.")] = None,
    dates: Annotated[
        str | None, typer.Option("--dates", metavar="ORDER", help="How the chat writes dates: dmy, mdy or ymd.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="VERSION", help="Show what differs from this version (or file, or folder)."),
    ] = None,
    cases: Annotated[
        int | None, typer.Option("--cases", metavar="N", min=1, help="Play the last N cases: which go another way?")
    ] = None,
    lasting: Annotated[
        str | None, typer.Option("--for", metavar="DURATION", help='Let so much time pass afterwards, as in "2 days".')
    ] = None,
    without_words: Annotated[
        bool, typer.Option("--no-words", help="Leave out what was said, so that it can be passed on.")
    ] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Add why every other rule was not chosen.")] = False,
    as_json: Json = False,
) -> None:
    """Play a playbook, or a crowd (`surge`); tell what happens.

    The clock is a virtual one and nothing is stored. With only a name it plays the scenarios that lie beside the
    playbook or, where there are none, the first words that start it. A past case is played with what its customer
    wrote, what colleagues answered and what became of each text, each at its time. With --against everything is played
    twice, and what differs is shown: a test of a new version before its release. --cases plays each case under the
    version that it had, or under the one given with --against, and under the content as it is now. `surge`
    is a command of its own: see `firebreak rehearse surge --help`.

    \b
    Examples:
      firebreak rehearse deletion-request
      firebreak rehearse complaint-urgent --says "The charger caught fire" --for "20 minutes"
      firebreak rehearse --case C-7K3MQ9XW2A
      firebreak rehearse --chat chat.txt --we "Blue Door Café"
      firebreak rehearse deletion-request --against 1.0.0
      firebreak rehearse deletion-request --cases 50
      firebreak rehearse surge --customers 10000
    """
    from flows.assembly import open_shelf
    from flows.errors import FirebreakError

    ways = {"--says": says, "--scenario": scenario, "--case": case, "--chat": chat, "--cases": cases}
    given = [way for way, value in ways.items() if value]
    if len(given) > 1:
        raise FirebreakError(f"Give {' or '.join(given)}, not both.")
    if name is None and (cases is not None or (case is None and chat is None)):
        raise FirebreakError("Say which playbook, or --case ID, or --chat FILE.")
    if name is None and chat is not None and against is not None:
        raise FirebreakError("Say which playbook --against is a version of.")
    if chat is None and (we is not None or dates is not None):
        raise FirebreakError("--we and --dates go with --chat.")
    shelf = open_shelf()
    if name is not None:
        _known(shelf, name)
    time = _duration(lasting)
    with _store_if(case is not None or cases is not None, against is not None) as (settings, store):
        if cases is not None:
            from flows.cli.against import show_cases

            assert name is not None
            assert store is not None
            assert settings is not None
            fixed = _old(shelf, name, against, store) if against is not None else None
            show_cases(shelf, fixed, store, name, cases, settings.timezone, as_json=as_json)
            return
        if case is not None:
            assert store is not None
            playables = [_case(store, case, settings)]
        elif chat is not None:
            from flows.cli import courses

            playables = [courses.chat(chat, name, we, dates, time, load_settings().timezone)]
        else:
            assert name is not None
            playables = list(_without_a_past(shelf, name, says or [], scenario, lasting is not None, time))
        shown = Shown(explain=explain, words=not without_words, as_json=as_json)
        if against is not None:
            from flows.cli.against import show_differences

            old = _old(shelf, name or playables[0].about, against, store)
            show_differences(shelf, old, against, playables, shown)
            return
    if not show_stories(shelf, playables, shown, says or [], name):
        raise typer.Exit(1)


def _known(shelf: Shelf, name: str) -> None:
    from flows.errors import FirebreakError
    from rules.problems import did_you_mean

    if name not in shelf.current.playbooks:
        raise FirebreakError(f'There is no playbook "{name}"{did_you_mean(name, shelf.current.playbooks)}')


def _duration(text: str | None) -> timedelta:
    from flows.errors import FirebreakError
    from rules.units import parse_duration

    if text is None:
        return timedelta(0)
    try:
        return parse_duration(text)
    except ValueError as error:
        raise FirebreakError(f"--for: {error}") from None


@contextmanager
def _store_if(needed: bool, useful: bool) -> Iterator[tuple[Settings | None, Store | None]]:
    """The store of this installation, where it is asked for; it is only read. Where it would merely be useful it is
    not made when there is none."""
    from flows.cli.context import open_store

    settings = load_settings() if needed or useful else None
    if settings is None or not (needed or _exists(settings)):
        yield settings, None
        return
    with open_store(settings) as store:
        yield settings, store


def _exists(settings: Settings) -> bool:
    place = settings.database_url.get_secret_value()
    return not place.startswith("sqlite:///") or Path(place.removeprefix("sqlite:///")).is_file()


def _case(store: Store, wanted: str, settings: Settings | None) -> Playable:
    from flows.cli import courses
    from flows.rehearsal.past import past_of

    assert settings is not None
    return courses.past_case(past_of(store, wanted), settings.timezone)


def _without_a_past(
    shelf: Shelf, name: str, says: Sequence[str], scenario: Path | None, lasting: bool, time: timedelta
) -> Iterator[Playable]:
    """Scenarios, or the playbook from its beginning."""
    from flows.cli import courses, scenarios
    from flows.cli.beginnings import beginning
    from flows.shelf import ROOT

    playbook = shelf.current.playbooks[name]
    file = scenario or (None if says or lasting else scenarios.beside(playbook, ROOT))
    if file is not None and (scenario is not None or file.is_file()):
        yield from courses.scenarios_in(shelf, file)
        return
    course = beginning(shelf, playbook, says, time)
    yield courses.Playable(course.title, name, course.zone, course)


def _old(shelf: Shelf, name: str, against: str, store: Store | None) -> Shelf:
    from flows.rehearsal.earlier import old_bundle
    from flows.shelf import Shelf

    return Shelf(old_bundle(name, against, shelf.current, shelf.verbs, store), shelf.verbs)
