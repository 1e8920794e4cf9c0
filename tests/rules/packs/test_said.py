"""What must not be said in a crisis, and what may, in eight languages: first replies, lines for a group, the words when
it is over, and promises. The texts are in `said/`, each file beginning with what makes its texts wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from rules.problems import Problems
from rules.yaml_source import Source
from tests.rules.packs.shipped_packs import VOCABULARY
from tests.rules.packs.test_pack_guards import GUARDS
from tests.rules.test_remedies import SHIPPED

KNOWN: Mapping[str, Mapping[str, object]] = {
    "first": {"first_reply": True, "had_first_reply": False},
    "group": {"audience": "group"},
    "looking_back": {"audience": "everybody"},
}
"""What is known of the texts in each file."""


def texts(file: str, kind: str) -> list[str]:
    problems = Problems()
    path = Path(__file__).parent / "said" / f"{file}.yaml"
    source = Source.parse(path.read_text(encoding="utf-8"), path.name, problems)
    assert source is not None, [str(each) for each in problems]
    assert isinstance(source.data, dict)
    return [str(each) for each in source.data[kind]]


def all_of(kind: str) -> list[tuple[str, str]]:
    return [(file, text) for file in KNOWN for text in texts(file, kind)]


@pytest.mark.parametrize(("file", "text"), all_of("wrong"))
def test_what_must_not_be_said_is_refused(file: str, text: str) -> None:
    """An excuse, a quarrel or somebody else's fault would leave in our name, and be passed on as a screenshot."""
    assert list(GUARDS.objections(text, VOCABULARY.gate(KNOWN[file])))


@pytest.mark.parametrize(("file", "text"), all_of("right"))
def test_what_may_be_said_is_let_through(file: str, text: str) -> None:
    """The right words would be held back, in the minutes in which they count."""
    assert list(GUARDS.objections(text, VOCABULARY.gate(KNOWN[file]))) == []


@pytest.mark.parametrize("text", texts("remedies", "wrong"))
def test_an_indirect_promise_is_one(text: str) -> None:
    """A customer would be promised in passing what the statement does not allow."""
    assert SHIPPED.promised(text)


@pytest.mark.parametrize("text", texts("remedies", "right"))
def test_what_promises_nothing_is_let_through(text: str) -> None:
    """Nobody could ask for an order number any more while a crisis goes on."""
    assert SHIPPED.promised(text) == {}


def test_an_excuse_beside_a_promise_to_look_is_one() -> None:
    """Whoever writes `we will ask the warehouse` could blame the courier in the same sentence."""
    known = VOCABULARY.gate(KNOWN["first"])
    assert "no-reasons-first" in list(GUARDS.objections("The courier lost it, we are asking the warehouse.", known))
    assert list(GUARDS.objections("I am sorry, we are asking the warehouse.", known)) == []
