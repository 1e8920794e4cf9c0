"""`make bench`: how long a scenario and a check take, start of the program included, and whether both grow evenly.

Seconds depend on the machine and on the hour, so what counts are the ratios inside one run. Processor time is what is
measured where one process works; where several do, it is the time on the wall.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from flows.cli.scenarios import read_files, scenario_files
from flows.rehearsal.ensemble import play_all
from flows.shelf import ROOT, Shelf
from flows.verbs import all_verbs
from tests.benchmarks.town_hall import build

COMMAND = """
import sys
from pathlib import Path
from flows import shelf
shelf.ROOT = Path(sys.argv.pop(1))
from flows.cli.main import main
main()
"""


def command(root: Path, *words: str) -> tuple[float, float]:
    """Run a command of `firebreak` on the content below `root`: seconds of the processor, and on the wall."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    before, began = _used(), time.monotonic()
    subprocess.run([sys.executable, "-c", COMMAND, str(root), *words], env=environment, check=True, capture_output=True)
    return _used() - before, time.monotonic() - began


def _used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def playing(root: Path, cores: int | None = None) -> tuple[int, float, float]:
    """Play every scenario below `root`: how many those are, and the seconds as in `command`."""
    shelf = Shelf.of_folder(all_verbs(), root)
    scenarios = [one for file in read_files(scenario_files(root, []), shelf.current, root) for one in file.scenarios]
    used, began = time.process_time(), time.monotonic()
    assert all(played.passed for played in play_all(shelf, scenarios, cores)), "a scenario did not come out as expected"
    return len(scenarios), time.process_time() - used, time.monotonic() - began


def _say(what: str, seconds: float, note: str = "") -> None:
    sys.stdout.write(f"{what:<44}{seconds:8.2f} s  {note}\n")
    sys.stdout.flush()


def main() -> None:
    for name in ("check", "test"):
        processor, wall = command(ROOT, name)
        _say(f"firebreak {name}, what is shipped", wall, f"{processor:.2f} s of the processor")
    played, one, _ = playing(ROOT, cores=1)
    _, _, all_of_them = playing(ROOT)
    _say(f"{played} scenarios on one core", one, f"{1000 * one / played:.0f} ms each")
    _say(f"{played} scenarios on every core", all_of_them, f"{1000 * all_of_them / played:.0f} ms each")
    with tempfile.TemporaryDirectory() as folder:
        trees = {number: build(Path(folder) / str(number), number) for number in (10, 100, 300, 1000)}
        _compare("check", {number: command(trees[number], "check")[0] for number in (100, 300, 1000)})
        _compare("scenarios", {number: playing(trees[number], cores=1)[1] for number in (10, 100, 300)})


def _compare(what: str, found: dict[int, float]) -> None:
    """Seconds by number of playbooks; the ratio is that of one playbook to one where there are fewest."""
    first = min(found)
    for number, seconds in found.items():
        ratio = seconds / number / (found[first] / first)
        _say(f"{what}, {number} playbooks", seconds, f"{1000 * seconds / number:.1f} ms each, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
