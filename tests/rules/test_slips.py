"""One slip anywhere in the shipped content: it must be named on its own line, and nothing else may be blamed.

Every slip is made in every line of the files below; which of them a run looks at is drawn by chance, with a fixed seed.
`pytest tests/rules/test_slips.py --hypothesis-profile=long` looks at all of them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings

from tests.rules.shipped import errors_with, lines, sources, text

FILES = (
    "playbooks/deletion_request.yaml",
    "playbooks/complaint_urgent.yaml",
    "playbooks/incident.yaml",
    "playbooks/legal_clocks.yaml",
    "playbooks/replies/deletion/received.yaml",
    "rules/packs/triage.yaml",
)
SEEN_IN_A_RUN = 10_000 if settings.get_current_profile_name() == "long" else 10

Slip = tuple[int, str]
"""The number of the line, from 0, and what stands there now."""
KEY = re.compile(r"^(\s*(?:- )?)([a-z_]+):(.*)$")


def tab(_path: str, number: int, line: str) -> Iterator[Slip]:
    if line.startswith(" "):
        yield number, "\t" + line.lstrip(" ")


def key_twice(_path: str, number: int, line: str) -> Iterator[Slip]:
    if (match := KEY.match(line)) and match[3].strip() and match[3].strip()[0] not in ">|{[":
        yield number + 1, f"{line}\n{match[1].replace('- ', '  ')}{match[2]}:{match[3]}"


def no_colon(_path: str, number: int, line: str) -> Iterator[Slip]:
    if (match := KEY.match(line)) and match[3].strip() and match[3].strip()[0] not in ">|{[":
        yield number, f"{match[1]}{match[2]}{match[3]}"


def no_space_after_the_colon(_path: str, number: int, line: str) -> Iterator[Slip]:
    if (match := KEY.match(line)) and match[3].strip() and match[3].strip()[0] not in ">|{[":
        yield number, f"{match[1]}{match[2]}:{match[3].lstrip()}"


def no_space_after_the_dash(_path: str, number: int, line: str) -> Iterator[Slip]:
    if re.match(r"\s+- [a-z_]+:", line):
        yield number, line.replace("- ", "-", 1)


def no_closing_bracket(_path: str, number: int, line: str) -> Iterator[Slip]:
    for match in re.finditer(r"[\]}]", line):
        yield number, line[: match.start()] + line[match.end() :]


def no_opening_bracket(_path: str, number: int, line: str) -> Iterator[Slip]:
    for match in re.finditer(r"[\[{]", line):
        yield number, line[: match.start()] + line[match.end() :]


def no_unit(_path: str, number: int, line: str) -> Iterator[Slip]:
    for match in re.finditer(r": (\d+) (minutes|hours?|days?)\b", line):
        yield number, line[: match.end(1)] + line[match.end() :]


def a_misspelt_unit(_path: str, number: int, line: str) -> Iterator[Slip]:
    for match in re.finditer(r": (\d+) (minutes|hours?|days?)\b", line):
        yield number, line[: match.end()] + "z" + line[match.end() :]


def less_than_nothing(_path: str, number: int, line: str) -> Iterator[Slip]:
    for match in re.finditer(r": (\d+) (minutes|hours?|days?)\b", line):
        yield number, line[: match.start(1)] + "-" + line[match.start(1) :]


def a_list_in_a_list(_path: str, number: int, line: str) -> Iterator[Slip]:
    if (match := KEY.match(line)) and match[3].strip() and match[3].strip()[0] not in ">|":
        yield number, f"{match[1]}{match[2]}: [[1]]"


def a_strange_mapping(_path: str, number: int, line: str) -> Iterator[Slip]:
    if (match := KEY.match(line)) and match[3].strip() and match[3].strip()[0] not in ">|":
        yield number, f"{match[1]}{match[2]}: {{strange: 1}}"


def left_blank(_path: str, number: int, line: str) -> Iterator[Slip]:
    if (match := KEY.match(line)) and match[3].strip() and match[3].strip()[0] not in ">|":
        yield number, f"{match[1]}{match[2]}:"


SLIPS: tuple[Callable[[str, int, str], Iterator[Slip]], ...] = (
    tab, key_twice, no_colon, no_space_after_the_colon, no_space_after_the_dash, no_closing_bracket,
    no_opening_bracket, no_unit, a_misspelt_unit, less_than_nothing, a_list_in_a_list, a_strange_mapping, left_blank,
)  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: str(slip.__name__))
def test_a_slip_of_the_keyboard_is_named_on_its_line(slip: Callable[[str, int, str], Iterator[Slip]]) -> None:
    """A designer would look for a missing colon or unit where there is nothing wrong."""
    made = [(path, each, number) for path in FILES for number, line in lines(path) for each in slip(path, number, line)]
    chosen = random.Random(slip.__name__).sample(made, min(SEEN_IN_A_RUN, len(made)))
    assert chosen
    for path, (where, written), number in chosen:
        before = text(path).split("\n")
        found = errors_with(path, "\n".join([*before[:number], written, *before[number + 1 :]]))
        told = [str(problem) for problem in found]
        assert any((each.place.path, each.place.line) == (path, where + 1) for each in found), f"{written!r}: {told}"
        assert {each.place.path for each in found} == {path}, f"{written!r}: {told}"


OF_ONES_OWN = re.compile(r"promises/\w+$|parallel/\w+$|text/[\w-]+$|^[\w-]+$")
"""Keys that name something of one's own: misspelt, they are another name, and those who use it are told."""


@pytest.mark.parametrize("path", [path for path in FILES if path != "playbooks/replies/deletion/received.yaml"])
def test_a_misspelt_key_is_the_only_thing_that_is_named(path: str) -> None:
    """A designer would read of two faults, or of one somewhere else, and there is only one."""
    source = sources()[path]
    before = source.text.split("\n")
    keys = [
        each
        for each, place in source.places.items()
        if each and isinstance(each[-1], str) and before[place.line - 1][place.column - 1 :].startswith(f"{each[-1]}:")
        if len(each) > 1 and not OF_ONES_OWN.search("/".join(map(str, each)))
    ]
    for each in random.Random(path).sample(keys, min(SEEN_IN_A_RUN, len(keys))):
        place = source.places[each]
        line = before[place.line - 1]
        column = place.column - 1 + len(str(each[-1]))
        now = [*before[: place.line - 1], f"{line[:column]}x{line[column:]}", *before[place.line :]]
        found = errors_with(path, "\n".join(now))
        assert [problem.place for problem in found] == [place], f"{each}: {[str(problem) for problem in found]}"
