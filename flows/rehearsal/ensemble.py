"""Playing many scenarios, on every core that there is.

Each core plays every so-manieth scenario in a process of its own and hands over what came of it; whoever asked gets the
results in the order of the scenarios, each as soon as it is there. What a scenario comes out as does not depend on it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from multiprocessing.connection import Connection

from flows.clock import MovedClock
from flows.rehearsal.play import Played, play_on
from flows.rehearsal.scenario import Scenario
from flows.rehearsal.stage import START, Stage
from flows.shelf import Shelf
from flows.store.database import Store

WORTH_IT = 8
"""How many scenarios a process must have to play, so that it is worth its start."""


def play_all(shelf: Shelf, scenarios: Sequence[Scenario], cores: int | None = None) -> Iterator[Played]:
    """What comes of each scenario, in their order, without stories. `cores`: how many at once; as many as fit if None.

    A scenario that breaks off, which none should, raises what it raised.
    """
    hands = min(cores or _cores(), len(scenarios) // WORTH_IT)
    alone = hands < 2 or not _can_fork()
    with Store.in_memory(MovedClock(START)) as store:
        # With several hands the first is played before they part: what it has made ready is then ready for all.
        yield from _one_after_the_other(shelf, store, scenarios if alone else scenarios[:1])
        if not alone:
            yield from _side_by_side(shelf, store, scenarios[1:], hands)


def _one_after_the_other(shelf: Shelf, store: Store, scenarios: Sequence[Scenario]) -> Iterator[Played]:
    for scenario in scenarios:
        with closing(Stage(shelf, scenario.given, store)) as stage:
            yield play_on(stage, scenario)


def _side_by_side(shelf: Shelf, store: Store, scenarios: Sequence[Scenario], hands: int) -> Iterator[Played]:
    context = multiprocessing.get_context("fork")  # the content is there already and need not be read again
    pipes = [context.Pipe(duplex=False) for _ in range(hands)]
    for number, (_, sends) in enumerate(pipes):
        mine = scenarios[number::hands]
        context.Process(target=_play_mine, args=(shelf, store, mine, sends), daemon=True).start()
        sends.close()
    for number, scenario in enumerate(scenarios):
        found = pipes[number % hands][0].recv()
        if isinstance(found, Exception):
            raise found
        happened, complaints, steps = found
        yield Played(scenario, happened, complaints, steps)


def _play_mine(shelf: Shelf, store: Store, scenarios: Sequence[Scenario], sends: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the one who asked, and with it us
    try:
        for played in _one_after_the_other(shelf, store, scenarios):
            sends.send((played.happened, played.complaints, played.steps))
    except Exception as error:  # whatever it is, it is told where somebody looks
        sends.send(error)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _can_fork() -> bool:
    """Whether a copy of this process is whole: threads are not copied, and what they hold stays locked for ever."""
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
