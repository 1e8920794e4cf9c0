"""A crowd as an event of a scenario."""

from __future__ import annotations

import pytest

from rules.problems import ContentError
from tests.flows.runs.trials import bundle, tried

ALONE = bundle("steps: [{close: done}]\n")
LATE = "My parcel has not arrived after two weeks"


def test_a_designer_plays_a_crowd_in_one_line() -> None:
    """Nobody would test what happens in a crisis, because it takes twenty lines to begin one."""
    played = tried(
        ALONE,
        f"""
        timeline:
          - crowd: {{customers: 12, say: ["{LATE}", 包裹怎么还没到，都两周了], within: 5 minutes}}
        expect:
          - opened: complaint-general
          - opened: incident
        """,
    )
    opened = [each for each in played.happened if each.kind == "opened"]
    assert [each.name for each in opened].count("incident") == 1
    assert len(opened) == 13
    locales = {each.details["locale"] for each in played.happened if each.kind == "reply"}
    assert locales == {"en", "zh-CN"}


def test_a_crowd_that_comes_slowly_is_none() -> None:
    """The time over which a crowd writes would mean nothing."""
    tried(
        ALONE,
        f"""
        timeline: [crowd: {{customers: 12, say: ["{LATE}"], within: 1 hour}}]
        never: [opened: incident]
        """,
    )


def test_an_incident_opened_by_hand_gathers_in_a_scenario() -> None:
    """A procedure for those who are hit could only be played with a crowd."""
    tried(
        ALONE,
        f"""
        given: {{surge: calm}}
        timeline:
          - customer says: {LATE}
          - incident: The carrier is on strike
            topic: delivery
        expect: [opened: incident]
        """,
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("crowd: {customers: 3}", "say"),
        ("crowd: {customers: 0, say: [x]}", "a crowd has customers"),
        ("crowd: {customers: 3, say: []}", "the list is empty"),
        ("crowd: {customers: 3, say: [x], first: 0}", "counted from 1"),
        ("crowd: 3", "customers"),
        ("incident: x\n    topic: delivry", "delivery"),
    ],
)
def test_a_slip_is_told_on_its_line(line: str, says: str) -> None:
    """A crowd of nobody would prove that nothing happens."""
    with pytest.raises(ContentError, match=says):
        tried(ALONE, f"timeline:\n  - {line}\nexpect: [opened: incident]\n")
