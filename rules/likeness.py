"""Which step of one version of a playbook is which step of another: by its id, or else by likeness and position."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from difflib import SequenceMatcher
from typing import Any

from rules.language import Branch, Playbook, Step, Steps

Home = tuple[str, str]
"""The list that a step stands in: the path of the step around it (empty: none), and the name of the block."""
MAIN = "steps"


@dataclass
class Likeness:
    """The steps of two versions of a playbook, side by side."""

    pairs: list[tuple[Step, Step]] = field(default_factory=list)
    """Steps that are the same, in the order of the old version."""
    gone: list[Step] = field(default_factory=list)
    """Old steps that are no more; not those inside one that is gone itself."""
    added: list[Step] = field(default_factory=list)
    """New steps; not those inside one that is new itself."""
    moved: list[Step] = field(default_factory=list)
    """New steps that stood elsewhere before, or in another order."""


def likeness(old: Playbook, new: Playbook) -> Likeness:
    """How the steps of two versions belong together."""
    return _Pairing(old, new).result()


def homes(playbook: Playbook) -> dict[str, tuple[Home, Step | None, Step]]:
    """Path -> the list the step stands in, the step before it there, and the step itself; in the order of the file."""
    found: dict[str, tuple[Home, Step | None, Step]] = {}
    for home, steps in lists(playbook):
        before: Step | None = None
        for step in steps:
            found[step.path] = (home, before, step)
            before = step
    return {step.path: found[step.path] for step in playbook.walk()}


def lists(playbook: Playbook) -> Iterator[tuple[Home, Steps]]:
    """Every list of steps in the playbook, with where it stands."""
    yield ("", MAIN), playbook.steps
    for name, promise in playbook.promises.items():
        yield ("", f"promises.{name}"), promise.on_breach
    for step in playbook.walk():
        for name, block in step.blocks().items():
            yield (step.path, name), block


def branches(step: Step) -> dict[str, Branch]:
    """The branches of a step by the name of their block: `1`, `2`, …"""
    for each in fields(step.verb):
        value = getattr(step.verb, each.name)
        if isinstance(value, tuple) and value and all(isinstance(branch, Branch) for branch in value):
            return {str(number): branch for number, branch in enumerate(value, 1)}
    return {}


def paired_blocks(old: Step, new: Step) -> list[tuple[str, str]]:
    """Which block of a step is which of the other: branches by their condition and then by their order, all others by
    their name."""
    ways, new_ways = branches(old), branches(new)
    pairs = _aligned([repr(way.when) for way in ways.values()], [repr(way.when) for way in new_ways.values()])
    found = [(list(ways)[a], list(new_ways)[b]) for a, b in pairs]
    return found + [(name, name) for name in old.blocks() if name in new.blocks() and name not in {*ways, *new_ways}]


def signature(step: Step) -> str:
    """All that a step does, without the steps inside it; two steps with the same one are alike."""
    return repr((type(step.verb).__name__, own_fields(step), step.only_if, step.timeout, step.keeps))


def own_fields(step: Step) -> dict[str, Any]:
    """The verb's fields that hold no steps: name -> value."""
    values = {each.name: getattr(step.verb, each.name) for each in fields(step.verb)}
    return {name: value for name, value in values.items() if not _holds_steps(value)}


def _holds_steps(value: object) -> bool:
    if isinstance(value, Mapping):
        return len(value) > 0 and all(isinstance(each, Steps) for each in value.values())
    several = isinstance(value, tuple) and len(value) > 0 and all(isinstance(each, Branch | Steps) for each in value)
    return isinstance(value, Steps) or several


class _Pairing:
    def __init__(self, old: Playbook, new: Playbook) -> None:
        self.old, self.new = homes(old), homes(new)
        self.pairs: dict[str, Step] = {}  # old path -> new step
        named = {path for path, (_, _, step) in self.old.items() if step.id}
        self.named = {path for path in named if path in self.new and self.new[path][2].id}
        new_lists = dict(lists(new))
        for home, steps in lists(old):
            if not home[0] and home in new_lists:
                self._pair(steps, new_lists[home])
        for path in sorted(self.named - set(self.pairs)):  # what has an id is found wherever it went
            self._are_one(self.old[path][2], self.new[path][2])

    def result(self) -> Likeness:
        back = {step.path: path for path, step in self.pairs.items()}
        found = Likeness([(step, self.pairs[path]) for path, (_, _, step) in self.old.items() if path in self.pairs])
        for path, (home, _, step) in self.old.items():
            if path not in self.pairs and (not home[0] or home[0] in self.pairs):
                found.gone.append(step)
        for path, (home, _, step) in self.new.items():
            if path not in back and (not home[0] or home[0] in back):
                found.added.append(step)
        found.moved = [step for _, step in found.pairs if step.path in self._moved(back)]
        return found

    def _moved(self, back: dict[str, str]) -> set[str]:
        """New paths of the steps that stand in another list, or in another order among those that stayed."""
        moved = set()
        stayed: dict[Home, list[tuple[int, str]]] = {}
        order = {path: position for position, path in enumerate(self.old)}
        for path, (home, _, _) in self.new.items():
            if path not in back:
                continue
            if self._same_list(self.old[back[path]][0], home):
                stayed.setdefault(home, []).append((order[back[path]], path))
            else:
                moved.add(path)
        for here in stayed.values():
            kept = _rising([position for position, _ in here])
            moved.update(path for position, path in here if position not in kept)
        return moved

    def _same_list(self, old: Home, new: Home) -> bool:
        if not old[0] or not new[0]:
            return old == new
        around = self.pairs.get(old[0])
        if around is None or around.path != new[0]:
            return False
        return (old[1], new[1]) in paired_blocks(self.old[old[0]][2], around)

    def _pair(self, old: Steps, new: Steps) -> None:
        """Pair two lists that belong together: what has an id in both by that, the rest by likeness, then by verb."""
        for step in old:
            if step.path in self.named and any(each.path == step.path for each in new):
                self._are_one(step, self.new[step.path][2])
        left = [step for step in old if step.path not in self.named]
        right = [step for step in new if step.path not in self.named]
        alike = _aligned([signature(step) for step in left], [signature(step) for step in right], exact=True)
        for a, b in alike:
            self._are_one(left[a], right[b])
        left = [step for a, step in enumerate(left) if a not in {one for one, _ in alike} and not step.id]
        right = [step for b, step in enumerate(right) if b not in {other for _, other in alike} and not step.id]
        for a, b in _aligned([step.verb.verb for step in left], [step.verb.verb for step in right], exact=True):
            self._are_one(left[a], right[b])

    def _are_one(self, old: Step, new: Step) -> None:
        self.pairs[old.path] = new
        inside, new_inside = old.blocks(), new.blocks()
        for name, new_name in paired_blocks(old, new):
            self._pair(inside[name], new_inside[new_name])


def _aligned(old: list[str], new: list[str], *, exact: bool = False) -> list[tuple[int, int]]:
    """Positions that belong together: equal ones in their order and, unless `exact`, what stands between them."""
    pairs = []
    for what, a, a_end, b, b_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal" or (what == "replace" and not exact):
            pairs += list(zip(range(a, a_end), range(b, b_end), strict=False))
    return pairs


def _rising(positions: list[int]) -> set[int]:
    """The longest run of these positions that rises: the steps that kept their order."""
    runs: list[list[int]] = []  # the longest one that ends at each position
    for position in positions:
        before: list[int] = []
        for run in runs:
            if run[-1] < position and len(run) > len(before):
                before = run
        runs.append([*before, position])
    longest: list[int] = []
    for run in runs:
        longest = run if len(run) > len(longest) else longest
    return set(longest)
