"""On-call staff open, join, split, merge and close incidents by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.crisis import regrouping
from flows.crisis.regrouping import NotThatWay
from flows.desk import Desk
from flows.errors import FirebreakError, NotFound
from flows.runs import breaches
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import Case, Incident, JournalLine, Run, Task
from tests.flows.crisis.crowds import BROKEN, FIRE, LATE, Seen, ids, incidents, respond, write
from tests.flows.runs.test_waves import desk_over


@pytest.fixture
def desk(store: Store, shelf: Shelf) -> Desk:
    return desk_over(store, shelf)


def opened(desk: Desk, topic: str | None = None, severity: str = "important") -> str:
    changed = regrouping.open_incident(desk, kind="other", severity=severity, what="-", opened_by="lee", topic=topic)
    respond(desk)
    return changed.incident_id


def cases(desk: Desk, topic: str | None = None) -> list[str]:
    with desk.store.read() as session:
        found = session.scalars(select(Case).order_by(Case.opened_at, Case.id)).all()
        return [each.id for each in found if topic in (None, each.facts.get("topic"))]


def shapes(found: list[Seen]) -> list[tuple[str | None, int, bool]]:
    return [(each.topic, each.cases, each.open) for each in found]


def test_who_opens_one_by_hand_gathers_what_is_there(any_store: Store, shelf: Shelf) -> None:
    """Whoever sees the fire before the numbers do would stand there alone with an empty incident."""
    desk = desk_over(any_store, shelf)
    write(any_store, range(4), LATE)
    write(any_store, range(10, 13), BROKEN)
    respond(desk)
    changed = regrouping.open_incident(
        desk, kind="delivery", severity="general", what="-", opened_by="lee", topic="delivery"
    )
    assert len(changed.cases) == 4
    respond(desk)
    write(any_store, [20], LATE)
    respond(desk)
    assert shapes(incidents(any_store)) == [("delivery", 5, True)]


def test_one_incident_for_each_cause_also_by_hand(desk: Desk) -> None:
    """Two shift leads who press the button at once would lead two teams against each other."""
    first = opened(desk, "delivery")
    with pytest.raises(NotThatWay, match=f"{first} is open and about delivery already"):
        opened(desk, "delivery")
    likely = regrouping.open_incident(desk, kind="x", severity="general", what="-", opened_by="lee", likely="delivery")
    assert (likely.topic, likely.beside) == (None, first)


def test_cases_join_by_hand_wherever_they_were(desk: Desk, store: Store) -> None:
    """What the word lists misread could never be put right."""
    write(store, [1], LATE)
    write(store, [2], "I am not happy with this at all, this is a complaint")
    respond(desk)
    one, other = opened(desk, "delivery"), opened(desk)
    assert shapes(incidents(store))[1:] == [("delivery", 1, True)]
    changed = regrouping.join(desk, other, cases=cases(desk), by="lee")
    assert sorted(changed.cases) == sorted(cases(desk))
    with store.read() as session:
        assert set(session.scalars(select(Case.incident_id))) == {other}
        joined = session.scalars(select(JournalLine.data).where(JournalLine.event == "case joined")).all()
    assert {"incident": other, "from": one, "by": "lee"} in joined
    again = regrouping.join(desk, other, cases=cases(desk), by="lee")
    assert again.cases == ()


def test_an_incident_without_a_topic_gets_one_by_joining(desk: Desk, store: Store) -> None:
    """Every complaint of the evening would have to be put there by hand."""
    incident = opened(desk)
    write(store, [1, 2], LATE)
    respond(desk)
    regrouping.join(desk, incident, topic="delivery", by="lee")
    write(store, [3], LATE)
    respond(desk)
    assert shapes(incidents(store)) == [("delivery", 3, True)]


def test_what_was_taken_out_stays_out(desk: Desk, store: Store) -> None:
    """A person's word would hold until the customer writes again."""
    incident = opened(desk, "delivery")
    write(store, [1, 2], LATE)
    respond(desk)
    gone = cases(desk)[0]
    assert regrouping.leave(desk, [gone], "lee") == (gone,)
    write(store, [1, 2], "My parcel is late!!")
    respond(desk)
    regrouping.join(desk, incident, topic="delivery", by="lee")
    assert shapes(incidents(store)) == [("delivery", 1, True)]
    regrouping.join(desk, incident, cases=[gone], by="lee")
    assert shapes(incidents(store)) == [("delivery", 2, True)]


def test_a_part_becomes_an_incident_of_its_own(any_store: Store, shelf: Shelf) -> None:
    """Two causes that looked like one would get the same words."""
    desk = desk_over(any_store, shelf)
    write(any_store, range(3), LATE)
    write(any_store, range(10, 12), BROKEN)
    respond(desk)
    whole = opened(desk)
    regrouping.join(desk, whole, cases=cases(desk), by="lee")
    part = regrouping.split(desk, whole, topic="failure", what="Machines arrive broken", by="lee")
    assert len(part.cases) == 2
    write(any_store, [20], BROKEN)
    respond(desk)
    assert shapes(incidents(any_store)) in (
        [(None, 3, True), ("failure", 3, True)],
        [("failure", 3, True), (None, 3, True)],
    )
    named = regrouping.split(desk, whole, cases=cases(desk, "delivery")[:1], what="-", by="lee")
    assert (named.topic, len(named.cases)) == (None, 1)


def test_what_is_merged_goes_on_in_the_other(any_store: Store, shelf: Shelf) -> None:
    """One cause would be led twice; or its customers would fall between two incidents."""
    desk = desk_over(any_store, shelf)
    one, other = opened(desk, "failure", "urgent"), opened(desk, "fire")
    write(any_store, range(3), BROKEN)
    write(any_store, range(10, 12), FIRE)
    respond(desk)
    changed = regrouping.merge(desk, one, other, "lee")
    assert len(changed.cases) == 3
    write(any_store, [20], BROKEN)
    respond(desk)
    assert shapes(incidents(any_store)) == [("failure", 0, False), ("fire", 6, True)]
    with any_store.read() as session:
        assert session.get_one(Incident, one).merged_into == other
        assert set(session.scalars(select(Run.status).where(Run.incident_id == one))) == {"finished"}
        assert session.scalars(select(Task).where(Task.incident_id == one, Task.status == "open")).all() == []
        assert session.get_one(Incident, other).severity == 2


def test_after_a_merge_the_hour_counts_from_the_end_of_the_whole(desk: Desk, store: Store) -> None:
    """The end of the merged half would be taken for the end of the fire."""
    one, other = opened(desk, "failure"), opened(desk, "fire")
    regrouping.merge(desk, one, other, "lee")
    assert regrouping.close(desk, other, "lee", "The batch is recalled, and everyone has been told") == "by_hand"
    with store.read() as session:
        sealed = store.vault.open(session.get_one(Incident, other).sealed_what or b"")
        assert sealed["why"].startswith("The batch")
        lines = session.scalars(select(JournalLine)).all()
        assert not any("batch" in str(line.data) for line in lines)


def test_nonsense_is_refused(desk: Desk, store: Store) -> None:
    """A slip at three in the morning would tear an incident apart, or end in a traceback."""
    write(store, [1], LATE)
    respond(desk)
    one = opened(desk, "delivery")
    opened(desk, "fire")
    write(store, [2], BROKEN)
    respond(desk)
    before, (outside,), bundle = incidents(store), cases(desk, "failure"), desk.shelf.current
    attempts: list[tuple[Callable[[], object], str]] = [
        (lambda: regrouping.merge(desk, one, one, "lee"), "into itself"),
        (lambda: regrouping.merge(desk, one, "I-NONE", "lee"), "no incident"),
        (lambda: regrouping.join(desk, one, by="lee"), "which cases"),
        (lambda: regrouping.join(desk, one, cases=["C-NONE"], by="lee"), "no case"),
        (lambda: regrouping.leave(desk, [outside], "lee"), "in no incident"),
        (lambda: regrouping.split(desk, one, what="-", by="lee"), "which part"),
        (lambda: regrouping.split(desk, one, topic="delivery", what="-", by="lee"), "itself is about"),
        (lambda: regrouping.split(desk, one, topic="fire", what="-", by="lee"), "about fire already"),
        (lambda: regrouping.split(desk, one, topic="data", what="-", by="lee"), "no open case"),
        (lambda: regrouping.split(desk, one, cases=[outside], what="-", by="lee"), "is not in"),
        (lambda: regrouping.close(desk, one, "lee", " "), "why"),
        (lambda: regrouping.topic_named(bundle, "delivry"), "delivery"),
    ]
    for attempt, says in attempts:
        with pytest.raises(FirebreakError, match=says):
            attempt()
    assert incidents(store) == before


def test_what_is_over_takes_nobody_in(desk: Desk) -> None:
    """Cases would be put where nobody looks any more."""
    one, other = opened(desk, "delivery"), opened(desk, "fire")
    regrouping.merge(desk, one, other, "lee")
    with pytest.raises(NotThatWay, match=f"it goes on in {other}"):
        regrouping.join(desk, one, topic="delivery", by="lee")
    regrouping.close(desk, other, "lee", "over")
    with pytest.raises(NotThatWay, match="is closed"):
        regrouping.close(desk, other, "lee", "over")
    with pytest.raises(NotThatWay, match="is closed"):
        regrouping.merge(desk, other, one, "lee")
    with pytest.raises(NotFound):
        regrouping.close(desk, "I-NONE", "lee", "over")


def test_a_leak_keeps_its_clocks_and_its_cases(desk: Desk, store: Store) -> None:
    """The seventy-two hours of the law would end with a merge."""
    with store.begin() as session:
        leak = breaches.open_breach(
            desk, session, told={}, noticed_at=store.clock.now() - timedelta(hours=1), opened_by="lee"
        ).id
    other = opened(desk, "data")
    with pytest.raises(NotThatWay, match="leak"):
        regrouping.merge(desk, leak, other, "lee")
    assert regrouping.merge(desk, other, leak, "lee").incident_id == leak
    assert len(ids(store)) == 2
