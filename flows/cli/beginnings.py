"""How a playbook begins when nobody says how: by the first words or the first thing that start it, or by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

from flows.rehearsal.course import Course
from flows.rehearsal.scenario import Event, Says
from rules.language import Words

if TYPE_CHECKING:
    from flows.rehearsal.stage import Stage
    from flows.shelf import Shelf
    from rules.bundle import Bundle
    from rules.language import Playbook

BETWEEN = timedelta(minutes=1)  # from one thing that the customer says to the next


def beginning(shelf: Shelf, playbook: Playbook, words: Sequence[str], time: timedelta) -> Course:
    """The course that begins with these words or, without any, as the playbook begins; then so much time passes."""
    words = words or _first_words(shelf.current, playbook)
    if words:
        return _course(f"{playbook.name}, begun by words of a customer", [_says(Says(text)) for text in words], time)
    if playbook.triggers and (said := _first_thing(shelf, playbook)) is not None:
        return _course(f"{playbook.name}, begun by something a customer sends", [_says(said)], time)
    by_hand = (
        Event(open_case=playbook.name)
        if playbook.scope == "case"
        else Event(incident=Words("a rehearsal"), playbook=playbook.name)
    )
    return _course(f"{playbook.name}, opened by hand", [by_hand], time)


def _says(said: Says) -> Event:
    return Event(customer_says=said)


def _course(title: str, events: Sequence[Event], time: timedelta) -> Course:
    def act(stage: Stage) -> Iterable[str]:
        for number, event in enumerate(events):
            if number:
                stage.pass_time(BETWEEN)
            stage.happen(event)
        stage.pass_time(time)
        return ()

    return Course(title, act)


def _first_words(bundle: Bundle, playbook: Playbook) -> list[str]:
    """The first words of the word lists that start this playbook."""
    from flows.cli.decide import Decided

    for words in _known_words(bundle) if playbook.triggers else ():
        if Decided.by(bundle, {"place": "private"}, words).trigger.then.get("playbook") == playbook.name:
            return [words]
    return []


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
    for said in (Says(kind="audio"), Says(kind="image"), Says(kind="reaction")):
        came = _course("", [_says(said)], timedelta(0)).play(shelf)
        if any((each.kind, each.name) == ("opened", playbook.name) for each in came.happened):
            return said
    return None
