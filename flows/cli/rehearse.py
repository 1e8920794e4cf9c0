"""`firebreak rehearse`: a playbook on a virtual clock, with nothing sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import Json
from flows.cli.paper import ink, say, say_json, width, wrap

if TYPE_CHECKING:
    from flows.rehearsal.scenario import Says
    from flows.rehearsal.stage import Stage
    from flows.shelf import Shelf
    from flows.telling.story import Line
    from rules.bundle import Bundle
    from rules.language import Playbook

BETWEEN = timedelta(minutes=1)  # from one thing that the customer says to the next
Stories = dict[str, list["Line"]]


def rehearse(
    name: Annotated[str, typer.Argument(metavar="PLAYBOOK", help="The name of a playbook.")],
    says: Annotated[
        list[str] | None,
        typer.Option("--says", metavar="TEXT", help="What the customer writes; again for the next message."),
    ] = None,
    scenario: Annotated[Path | None, typer.Option(metavar="FILE", help="Play the scenarios of this file.")] = None,
    lasting: Annotated[
        str | None, typer.Option("--for", metavar="DURATION", help='Let so much time pass afterwards, as in "2 days".')
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Add why every other rule was not chosen.")] = False,
    as_json: Json = False,
) -> None:
    """Play a playbook with nothing sent, and tell what happens.

    The clock is a virtual one and nothing is stored. With only a name it plays the scenarios that lie beside the
    playbook or, where there are none, the first words that start it.

    \b
    Examples:
      firebreak rehearse deletion-request
      firebreak rehearse complaint-urgent --says "The charger caught fire" --for "20 minutes"
      firebreak rehearse incident --scenario playbooks/incident.test.yaml
    """
    from flows.assembly import open_shelf
    from flows.cli import scenarios
    from flows.errors import FirebreakError
    from flows.shelf import ROOT
    from rules.problems import did_you_mean

    if says and scenario:
        raise FirebreakError("Give --says or --scenario, not both.")
    time = _duration(lasting)
    shelf = open_shelf()
    bundle = shelf.current
    playbook = bundle.playbooks.get(name)
    if playbook is None:
        raise FirebreakError(f'There is no playbook "{name}"{did_you_mean(name, bundle.playbooks)}')
    file = scenario or (None if says or lasting else scenarios.beside(playbook, ROOT))
    if file is not None and (scenario is not None or file.is_file()):
        _play_file(shelf, file, explain, as_json)
        return
    words = says or _first_words(bundle, playbook)
    stories, how = _play_words(shelf, playbook, words, time) if words else _play_by_hand(shelf, playbook, time)
    if as_json:
        told = {about: [line.to_json() for line in lines] for about, lines in stories.items()}
        say_json({"playbook": name, "began": how, "stories": told})
        return
    _say_heading(how)
    _say_stories(stories, explain)
    if says:
        _say_if_another(shelf, playbook, stories, says)


def _duration(text: str | None) -> timedelta:
    from flows.errors import FirebreakError
    from rules.units import parse_duration

    if text is None:
        return timedelta(0)
    try:
        return parse_duration(text)
    except ValueError as error:
        raise FirebreakError(f"--for: {error}") from None


def _play_file(shelf: Shelf, path: Path, explain: bool, as_json: bool) -> None:
    from flows.cli import scenarios
    from flows.rehearsal.play import play
    from flows.shelf import ROOT

    (file,) = scenarios.read_files([path], shelf.current, ROOT)
    told = []
    as_expected = True
    for scenario in file.scenarios:
        played = play(shelf, scenario)
        as_expected &= played.passed
        if as_json:
            stories = {about: [line.to_json() for line in lines] for about, lines in played.stories.items()}
            told.append(
                {"scenario": scenario.name, "complaints": [each.says for each in played.complaints], "stories": stories}
            )
            continue
        _say_heading(scenario.name)
        _say_stories({about: list(lines) for about, lines in played.stories.items()}, explain)
        for complaint in played.complaints:
            say(ink(f"not as expected: {complaint.says}", "red"))
    if as_json:
        say_json({"playbook": file.tests, "scenarios": told})
    if not as_expected:
        raise typer.Exit(1)


def _say_heading(text: str) -> None:
    say(ink("=" * width(), "dim"))
    for line in wrap(f"{text} (a rehearsal: nothing is sent)", width()):
        say(ink(line, "bold"))
    say()


def _say_stories(stories: Stories, explain: bool) -> None:
    from flows.cli.timeline import draw
    from flows.telling.story import UTC

    for about, lines in stories.items():
        say(ink(f"{about}", "bold"))
        for line in draw(lines, UTC, explain=explain):
            say(line)
        say()


def _say_if_another(shelf: Shelf, playbook: Playbook, stories: Stories, says: list[str]) -> None:
    """These words may start another playbook than the one that was named, or none."""
    from flows.cli.decide import Decided

    begun = {
        str(line.data.get("playbook")) for lines in stories.values() for line in lines if line.event == "case opened"
    }
    if playbook.name in begun:
        return
    say(ink(f"These words do not start {playbook.name}. What the rules made of the first:", "yellow"))
    for line in Decided.by(shelf.current, {}, says[0]).lines(explain=False):
        say(f"  {line}")


# -- without a scenario ------------------------------------------------------------------------------------------------


def _play_words(shelf: Shelf, playbook: Playbook, words: list[str], time: timedelta) -> tuple[Stories, str]:
    from flows.rehearsal.scenario import Says

    return _play(shelf, [Says(text=each) for each in words], time), f"{playbook.name}, begun by words of a customer"


def _play(shelf: Shelf, words: list[Says], time: timedelta) -> Stories:
    def begin(stage: Stage) -> None:
        for number, said in enumerate(words):
            if number:
                stage.pass_time(BETWEEN)
            stage.say(said)
            stage.settle()

    return _on_stage(shelf, begin, time)


def _play_by_hand(shelf: Shelf, playbook: Playbook, time: timedelta) -> tuple[Stories, str]:
    """A playbook that no words start: an incident, a follow-up, one that only a voice message starts."""
    from sqlalchemy import select

    from flows.rehearsal.scenario import Says
    from flows.rehearsal.stage import COLLEAGUE
    from flows.runs import opening
    from flows.store.tables import Customer

    if playbook.triggers and (said := _first_thing(shelf, playbook)) is not None:
        return _play(shelf, [said], time), f"{playbook.name}, begun by something a customer sends"

    def begin(stage: Stage) -> None:
        desk = stage.desk
        if playbook.scope == "case":
            stage.say(Says("👍", "reaction"))  # somebody must be there to have a case, by something that starts none
            stage.settle()
        with stage.store.begin() as session:
            if playbook.scope == "incident":
                opening.open_incident(
                    desk,
                    session,
                    kind="other",
                    severity="important",
                    what="a rehearsal",
                    opened_by=COLLEAGUE,
                    playbook=playbook.name,
                )
            else:
                customer = session.scalars(select(Customer.id)).one()
                opening.open_case_by_hand(
                    desk,
                    session,
                    customer_id=customer,
                    playbook=playbook.name,
                    severity="important",
                    opened_by=COLLEAGUE,
                )
        stage.settle()

    return _on_stage(shelf, begin, time), f"{playbook.name}, opened by hand"


def _on_stage(shelf: Shelf, begin: Callable[[Stage], None], time: timedelta) -> Stories:
    from sqlalchemy import select

    from flows.rehearsal.stage import Stage
    from flows.store.tables import Case, Incident
    from flows.telling import story

    stage = Stage(shelf)
    try:
        begin(stage)
        stage.pass_time(time)
        with stage.store.read() as session:
            opened = [
                *session.scalars(select(Case.id).order_by(Case.opened_at, Case.id)),
                *session.scalars(select(Incident.id)),
            ]
        return {about: story.tell(stage.store, about) for about in opened}
    finally:
        stage.close()


def _first_words(bundle: Bundle, playbook: Playbook) -> list[str] | None:
    """The first words of the word lists that start this playbook."""
    from flows.cli.decide import Decided

    for words in _known_words(bundle) if playbook.triggers else ():
        if Decided.by(bundle, {"place": "private"}, words).trigger.then.get("playbook") == playbook.name:
            return [words]
    return None


def _known_words(bundle: Bundle) -> Iterator[str]:
    for language in bundle.words.languages:
        for each in language.lists:
            # All phrases of a list mean the same, so a few of each are enough to try.
            yield from (phrase.rstrip("*") for phrase in each.phrases[:3])
            for groups in each.together:
                words = (language.groups[group][:2] for group in groups)
                yield from (" ".join(part.rstrip("*") for part in parts) for parts in product(*words))


def _first_thing(shelf: Shelf, playbook: Playbook) -> Says | None:
    """The first kind of message without words that starts this playbook."""
    from flows.rehearsal.scenario import Says

    for said in (Says(kind="audio"), Says(kind="image"), Says(kind="reaction")):
        stories = _play(shelf, [said], timedelta(0))
        if any(line.data.get("playbook") == playbook.name for lines in stories.values() for line in lines):
            return said
    return None
