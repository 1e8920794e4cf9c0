"""What differs between two playings of the same course of events, in what people notice of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

from flows.rehearsal.comparing import Happened

_IDS = re.compile(r"\b([A-Z])-[0-9A-Z]{10}\b")  # they are others each time
_DETAILS = ("locale", "form", "kind", "says")

Mark = Literal["", "changed", "gone", "new"]


@dataclass(frozen=True)
class Pair:
    """The same thing, or one of the same kind, under the older and the newer content; or what only one brings."""

    old: Happened | None
    new: Happened | None

    @property
    def mark(self) -> Mark:
        """`changed` is the same thing at another time or with other words."""
        if self.old is None or self.new is None:
            return "new" if self.old is None else "gone"
        same = (self.old.at, self.old.name, seen(self.old)) == (self.new.at, self.new.name, seen(self.new))
        return "" if same else "changed"


def differences(old: Sequence[Happened], new: Sequence[Happened]) -> list[Pair]:
    """Both timelines beside each other, what is alike on one line; where one thing came instead of another of its kind,
    these two."""
    return list(_paired(noticed(old), noticed(new), lambda each: f"{each.kind} {each.name}", _by_kind))


def _by_kind(old: Sequence[Happened], new: Sequence[Happened]) -> Iterator[Pair]:
    return _paired(old, new, lambda each: each.kind, _apart)


def _apart(old: Sequence[Happened], new: Sequence[Happened]) -> Iterator[Pair]:
    yield from (Pair(each, None) for each in old)
    yield from (Pair(None, each) for each in new)


def _paired(
    old: Sequence[Happened],
    new: Sequence[Happened],
    key: Callable[[Happened], str],
    otherwise: Callable[[Sequence[Happened], Sequence[Happened]], Iterator[Pair]],
) -> Iterator[Pair]:
    """What has the same key in the same order; what lies between is paired otherwise."""
    ours, theirs = [key(each) for each in old], [key(each) for each in new]
    for what, i, j, k, n in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if what == "equal":
            yield from (Pair(one, other) for one, other in zip(old[i:j], new[k:n], strict=True))
        else:
            yield from otherwise(old[i:j], new[k:n])


def noticed(happened: Sequence[Happened]) -> list[Happened]:
    """What a person notices: not the ends of steps, which two versions may number differently, and not the notice that
    only repeats a task."""
    ordered = in_one_order(happened)
    return [
        each
        for number, each in enumerate(ordered)
        if each.kind != "step" and not (each.kind == "told" and repeats_a_task(ordered, number))
    ]


def in_one_order(happened: Sequence[Happened]) -> list[Happened]:
    """The same with what colleagues are told at one moment in an order of its own: which of several notices leaves
    first is left to chance."""
    found: list[Happened] = []
    for (_, told), group in groupby(happened, lambda each: (each.at, each.kind == "told")):
        several = list(group)
        found += sorted(several, key=lambda each: (each.name, each.details.get("says", ""))) if told else several
    return found


def repeats_a_task(happened: Sequence[Happened], number: int) -> bool:
    """Whether colleagues are told of a task that they were given at that moment."""
    told = happened[number]
    return any(
        (each.kind, each.name, each.at, each.details.get("says"))
        == ("task", told.name, told.at, told.details.get("says"))
        for each in happened[:number]
    )


def seen(each: Happened) -> Mapping[str, str]:
    """The details that count, without ids."""
    return {key: _IDS.sub(r"\1-…", each.details[key]) for key in _DETAILS if key in each.details}


def in_words(pairs: Sequence[Pair]) -> Iterator[str]:
    """The differences, a sentence each: what comes no more, what is new, what comes otherwise."""
    for pair in pairs:
        if pair.mark == "gone":
            yield f"{pair.old} comes no more"
        elif pair.mark == "new":
            yield f"{pair.new} is new"
        elif pair.mark == "changed" and pair.old is not None and pair.new is not None:
            if pair.old.name != pair.new.name:
                yield f"{pair.new} comes instead of {pair.old.name}"
                continue
            other = [key for key, value in seen(pair.new).items() if seen(pair.old).get(key) != value]
            named = ["words" if key == "says" else key for key in other]
            yield f"{pair.new} comes " + (f"with other {' and '.join(named)}" if named else "at another time")
