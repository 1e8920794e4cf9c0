"""A crowd: several customers of a wave have their turn in one transaction.

What one turn has to ask for by itself is asked for all of them at once, and the store writes down once what has come of
it. Should anything break for one of them, nothing has happened, and each has a turn of their own: what broke then harms
nobody else. An emergency waits no longer than one such transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from flows.runs import intake
from flows.runs.moved import Due, Moved, sent
from flows.sending import courier

if TYPE_CHECKING:
    from flows.runs.waves import Wave

TOGETHER = 25
"""How many customers share a transaction."""
READS_FOR = timedelta(seconds=2)
"""For so long a wave reads at a time, before those whose messages were read are answered, the most severe of them
first: on a slow machine nobody is to wait until everybody has been read."""
CUSTOMER = "P-"
"""How the ids of customers begin."""
PARTS = 2
"""In how many parts letters leave side by side: while some are on their way, others are written down."""

log = logging.getLogger(__name__)


def read(wave: Wave, subject_ids: Sequence[str]) -> list[Moved]:
    """Read what they wrote, the most severe first, and take the steps that follow."""
    began, moved = wave.desk.now(), list[Moved]()
    for some in _parts(subject_ids, TOGETHER):

        def turns(session: Session, ours: Sequence[str]) -> list[Moved]:
            arrived = intake.unread_of(session, ours)
            return [moved for each in ours for moved in wave.read_some(session, each, arrived[each])]

        done = _together(wave, some, turns)
        moved += done if done is not None else wave.each(some, wave.read)
        if wave.desk.now() - began > READS_FOR:
            break
    return moved


def act(wave: Wave, due: Sequence[Due]) -> list[Moved]:
    """Take these steps, and those that follow at once. Incidents are moved by themselves, and first: whoever changes
    one holds it before any customer."""
    steps: dict[str, list[Due]] = {}
    for each in due:
        steps.setdefault(each.subject_id, []).append(each)
    alone = [each for each in steps if not each.startswith(CUSTOMER)]
    moved = wave.each([step for each in alone for step in steps.pop(each)], wave.act)
    for some in _parts(list(steps), TOGETHER):

        def turns(session: Session, ours: Sequence[str]) -> list[Moved]:
            taken: list[Moved] = []
            for subject_id in ours:
                for step in steps[subject_id]:
                    taken += wave.take_step(session, step)
                taken += wave.go_on(session, subject_id)
            return taken

        done = _together(wave, some, turns)
        moved += done if done is not None else wave.each([step for each in some for step in steps[each]], wave.act)
    return moved


def send(wave: Wave, subject_ids: Sequence[str]) -> list[Moved]:
    """Send one letter to each, the most severe first."""
    parts = list(_parts(subject_ids, -(-len(subject_ids) // PARTS)))
    with ThreadPoolExecutor(len(parts)) as pool:
        return [moved for several in pool.map(lambda part: _send_part(wave, part), parts) for moved in several]


def _send_part(wave: Wave, subject_ids: Sequence[str]) -> list[Moved]:
    """Letters are marked in one transaction, leave each in a hand of its own, and what became of them is written down
    in another, with the steps that follow."""
    leaving: dict[str, courier.Leaving] = {}

    def mark(session: Session, ours: Sequence[str]) -> list[Moved]:
        due = courier.due_now(session, ours, wave.desk.now())
        for each in ours:
            if (letter := courier.choose(wave.desk, session, due.get(each, ()), wave.flow_run)) is not None:
                leaving[each] = letter
        return []

    if _together(wave, subject_ids, mark) is None:
        return wave.each(subject_ids, wave.send)
    if not leaving:
        return []
    with ThreadPoolExecutor(len(leaving)) as hands:
        results = dict(zip(leaving, hands.map(courier.Leaving.leave, leaving.values()), strict=True))

    def take_in(session: Session, ours: Sequence[str]) -> list[Moved]:
        moved: list[Moved] = []
        for each in ours:
            about = courier.taken_in(wave.desk, session, leaving[each], results[each], wave.flow_run)
            moved += [sent(about), *wave.go_on(session, each)]
        return moved

    def by_itself(subject_id: str) -> list[Moved]:
        letter, result = leaving[subject_id], results[subject_id]
        return [sent(courier.take_in(wave.desk, letter, result, lambda: wave.held(subject_id), wave.flow_run))]

    done = _together(wave, list(leaving), take_in)
    return done if done is not None else wave.each(list(leaving), by_itself)


def _together(
    wave: Wave, subject_ids: Sequence[str], turns: Callable[[Session, Sequence[str]], list[Moved]]
) -> list[Moved] | None:
    """The turns of these, in one transaction; None, and nothing has happened, if anything breaks for one of them."""
    ours = [each for each in subject_ids if each in wave.claims]
    try:
        with wave.held(*ours) as session:
            return turns(session, ours)
    except Exception as error:
        log.info("%s subjects are moved one by one (%s)", len(ours), type(error).__name__)
        return None


def _parts(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
