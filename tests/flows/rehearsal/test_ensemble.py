"""Scenarios played side by side."""

from __future__ import annotations

import os
import subprocess
import sys

from flows.rehearsal.ensemble import play_all
from flows.rehearsal.play import Played
from flows.rehearsal.scenario import Event, Expected, Says, Scenario
from flows.shelf import ROOT, Shelf

WORDS = ("My charger caught fire", "Please delete everything you have about me", "My parcel has not arrived", "Hello")


def scenarios(how_many: int = 20) -> list[Scenario]:
    expected = (Expected("opened", "complaint-urgent", {}),)
    return [
        Scenario(str(number), (Event(customer_says=Says(WORDS[number % len(WORDS)])),), expected)
        for number in range(how_many)
    ]


def told(played: Played) -> tuple[object, ...]:
    happened = [(each.at, each.kind, each.name, sorted(each.details)) for each in played.happened]
    return played.scenario.name, happened, played.complaints, played.steps


ALONE = """
from flows.rehearsal.ensemble import play_all
from flows.shelf import Shelf
from flows.verbs import all_verbs
from tests.flows.rehearsal.test_ensemble import scenarios, told
shelf = Shelf.of_folder(all_verbs())
one, two = ([told(each) for each in play_all(shelf, scenarios(), cores)] for cores in (1, 2))
assert one == two, "\\n".join(map(str, zip(one, two)))
print(len(two))
"""


def in_a_process(program: str) -> subprocess.CompletedProcess[str]:
    """A process of its own: the one that runs the tests may have threads, and is then not copied."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=120)


def test_two_cores_come_to_what_one_comes_to() -> None:
    """A procedure would pass its tests on one machine and fail them on another."""
    done = in_a_process(ALONE)
    assert (done.returncode, done.stdout.strip()) == (0, "20"), done.stderr


def test_results_come_in_the_order_of_the_scenarios(shelf: Shelf) -> None:
    """A failing scenario would be shown under the name of another one."""
    assert [played.scenario.name for played in play_all(shelf, scenarios(5))] == ["0", "1", "2", "3", "4"]


def test_each_scenario_begins_with_nothing(shelf: Shelf) -> None:
    """What happened in one test would decide how the next one comes out."""
    first, _, _, _, again = play_all(shelf, scenarios(5), 1)
    assert told(first)[1:] == told(again)[1:]


BROKEN = """
from flows.rehearsal import stage
from flows.rehearsal.ensemble import play_all
from flows.shelf import Shelf
from flows.verbs import all_verbs
from tests.flows.rehearsal.test_ensemble import scenarios
stage.Stage.say = lambda self, said: 1 / 0 if said.text == "Hello" else None
list(play_all(Shelf.of_folder(all_verbs()), scenarios(), 2))
"""


def test_what_breaks_off_in_another_process_is_told() -> None:
    """The command would wait for ever, or pass what was never played."""
    done = in_a_process(BROKEN)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
