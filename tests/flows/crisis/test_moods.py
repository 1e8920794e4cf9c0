"""How a customer fares in a case and after it, as the store knows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage
from flows.runs.providers import PROVIDERS, About
from flows.shelf import Shelf
from flows.store.tables import Case, Complaint

ANGRY = "YOU IDIOTS!!! My parcel is two weeks late and I am FED UP with you!!!"
LATE = "My parcel still has not arrived after two weeks"
THANKS = "It has come now. Thank you for your help, that was kind"


@pytest.fixture
def stage(shelf: Shelf) -> Iterator[Stage]:
    found = Stage(shelf)
    yield found
    found.close()


def _say(stage: Stage, *texts: str) -> None:
    for text in texts:
        stage.happen(Event(customer_says=Says(text)))
        stage.happen(Event(after=timedelta(minutes=1)))


def _fact(stage: Stage, name: str) -> object:
    with stage.store.read() as session:
        case = session.scalars(select(Case).order_by(Case.opened_at)).first()
        return PROVIDERS[name](About(session, stage.clock.now(), case=case))


@pytest.mark.parametrize(
    ("texts", "peak", "now"),
    [((ANGRY, THANKS), "furious", "calm"), ((LATE, ANGRY), "furious", "furious"), ((THANKS,), "calm", "calm")],
)
def test_the_worst_and_the_last_mood(stage: Stage, texts: tuple[str, ...], peak: str, now: str) -> None:
    """Whoever was furious in the middle would not be remembered, or would count as furious for ever."""
    _say(stage, *texts)
    assert (_fact(stage, "anger_peak"), _fact(stage, "anger_now")) == (peak, now)


@pytest.mark.parametrize(
    ("before", "after", "came_back"),
    [
        ("delivery", "delivery", True),
        ("delivery", "failure", False),
        ("delivery", None, True),
        (None, "failure", True),
        ("delivery", "other", True),
    ],
)
def test_a_problem_came_back_if_it_is_the_same_or_nobody_can_tell(
    stage: Stage, before: str | None, after: str | None, came_back: bool
) -> None:
    """We would ask whether it stayed mended, the day after the customer told us that it did not."""
    _say(stage, LATE)
    assert _fact(stage, "problem_came_back") == "unknown"
    stage.happen(Event(close="case"))
    assert _fact(stage, "problem_came_back") is False
    stage.happen(Event(after=timedelta(days=2)))
    _say(stage, LATE)
    with stage.store.begin() as session:
        first, second = session.scalars(select(Complaint).order_by(Complaint.at)).all()
        first.topic, second.topic = before, after
    assert _fact(stage, "problem_came_back") is came_back
