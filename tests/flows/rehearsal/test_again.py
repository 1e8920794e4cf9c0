"""Past cases, played again."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from flows.cli.scenarios import read_files, scenario_files
from flows.crisis import by_hand, freeze, gathering, regrouping
from flows.erasing.erasure import ERASED
from flows.rehearsal.again import play_again
from flows.rehearsal.comparing import Happened
from flows.rehearsal.differences import in_one_order
from flows.rehearsal.events import Stated
from flows.rehearsal.past import past_of
from flows.rehearsal.past_crises import TIPPED
from flows.rehearsal.play import happened_in
from flows.rehearsal.scenario import Event, Says, Scenario
from flows.rehearsal.stage import CannotHappen, Stage
from flows.shelf import ROOT, Shelf
from flows.store.tables import Case, Incident, JournalLine
from rules.language import FactName, Words

Told = tuple[object, ...]


def scenarios() -> Iterator[tuple[str, int]]:
    """Every sixth shipped scenario of a playbook, the first one always, by its file and number; all with
    `FIREBREAK_ALL_MOMENTS=1`."""
    step = 1 if os.environ.get("FIREBREAK_ALL_MOMENTS") else 6
    for path in scenario_files(ROOT, []):
        count = path.read_text(encoding="utf-8").count("\n  - name:")
        yield from ((path.name, number) for number in range(0, count, step))


OPENED_BY_ANOTHER = "what opened the case opens none now"
"""What is told of a case that a leak has opened: nobody can play it again by itself."""


@pytest.mark.parametrize(("name", "number"), list(scenarios()))
def test_case_played_under_its_own_content_goes_as_it_went(shelf: Shelf, name: str, number: int) -> None:
    """A backtest would blame a new version for what the rehearsal itself does differently."""
    (file,) = read_files([ROOT / "playbooks" / name], shelf.current, ROOT)
    scenario = file.scenarios[number]
    stage = staged(shelf, scenario)
    try:
        with stage.store.read() as session:
            cases = session.scalars(select(Case.id)).all()
            gone = session.scalars(select(JournalLine.event).where(JournalLine.event == ERASED)).first()
        if gone is not None:
            return  # what the customer wrote is erased or masked, and cannot be heard again
        for case in cases:
            past = past_of(stage.store, case)
            again = play_again(shelf, past, scenario.zone, scenario.given)
            then = happened_in(stage.store, JournalLine.case_id == case, said=stage.said())
            if OPENED_BY_ANOTHER in again.remarks or TIPPED in again.remarks:
                continue
            assert again.remarks == ()
            assert plain(again.happened) == plain(then)
    finally:
        stage.close()


TEXTS = (
    "Please delete my personal information from our chat",
    "My parcel still has not arrived, it has been two weeks",
    "The charger caught fire and burned my hand",
    "这个充电宝充不进电，我要退款",
    "Thank you so much",
)
ANSWERS: tuple[dict[str, object], ...] = (
    {},
    {"approved": "yes"},
    {"approved": "no"},
    {"backup_status": "confirmed"},
    {"evidence_value": "none", "dispute": "none", "legal_hold": False, "order_state": "none"},
    {"demand": "erase_our_copies"},
    {"intent": "complaint"},
)
NOTICED = {
    FactName("privacy_notice"): "current"
}  # which reports of failure tell about which notice is past finding out
TIMES = [timedelta(seconds=40), timedelta(minutes=11), timedelta(hours=1)]
EVENTS = st.one_of(
    st.sampled_from(TEXTS).map(lambda text: Event(customer_says=Says(text))),
    st.sampled_from((Says(kind="image"), Says(kind="audio"), Says(kind="reaction"))).map(
        lambda said: Event(customer_says=said)
    ),
    st.sampled_from(ANSWERS).map(lambda answer: Event(answer=answer)),
    st.sampled_from(TIMES).map(lambda time: Event(after=time)),
    st.sampled_from((131000, 131047, 131026, 131050)).map(lambda code: Event(send_fails_with=code)),
    st.sampled_from((131000, 131026)).map(lambda code: Event(delivery_fails_with=code)),
    st.sampled_from((Event(text_read=True), Event(close="case"), Event(open_case="complaint-check-in"))),
    st.sampled_from((Event(incident=Words("Chargers overheat")), Event(close="incident"))),
)


@settings(max_examples=6, deadline=None, phases=[Phase.generate])
@given(st.lists(EVENTS, min_size=3, max_size=10))
def test_whatever_happened_can_be_played_again(shelf: Shelf, events: list[Event]) -> None:
    """A backtest over real cases, which are untidier than any test, would find differences where there are none."""
    # Two things never happen at the very same moment, which would leave open what came first.
    apart = [each for event in events for each in (Event(after=timedelta(seconds=1)), event)]
    stage = staged(shelf, Scenario("any", (Event(customer_says=Says(TEXTS[0])), *apart), given=NOTICED))
    try:
        with stage.store.read() as session:
            cases = session.scalars(select(Case.id).order_by(Case.opened_at, Case.id)).all()
        for case in cases:
            past = past_of(stage.store, case)
            again = play_again(shelf, past, ZoneInfo("UTC"), NOTICED)
            assert plain(again.happened) == plain(happened_in(stage.store, JournalLine.case_id == case))
    finally:
        stage.close()


@pytest.mark.parametrize("how", ["joined and left", "opened by hand", "merged", "found to be worse"])
def test_what_people_do_with_a_crisis_is_done_again(shelf: Shelf, how: str) -> None:
    """A case that somebody took into a crisis would be played as a lonely complaint, and every backtest would blame the
    new version for that."""
    stage = Stage(shelf, NOTICED)

    def opened(topic: str | None) -> str:
        about = regrouping.open_incident(
            stage.desk, kind="other", severity="important", what="-", opened_by="lee", topic=topic
        )
        return about.incident_id

    try:
        if how != "opened by hand":
            stage.happen(Event(customer_says=Says(TEXTS[1])))
            stage.pass_time(timedelta(hours=1))
        incident = opened("failure" if how == "merged" else None)
        stage.pass_time(timedelta(minutes=1))
        if how == "opened by hand":
            with stage.store.begin() as session:
                by_hand.open_case(
                    stage.desk,
                    session,
                    customer_id=stage.customer_id(session),
                    playbook="crisis-complaint",
                    severity="general",
                    opened_by="lee",
                )
            stage.pass_time(timedelta(minutes=50))
        with stage.store.read() as session:
            [case] = session.scalars(select(Case.id)).all()
        if how == "joined and left":
            regrouping.join(stage.desk, incident, cases=[case], by="lee")
            stage.pass_time(timedelta(minutes=50))
            regrouping.leave(stage.desk, [case], "lee")
        elif how == "merged":
            parcels = opened("delivery")
            stage.pass_time(timedelta(minutes=50))
            stage.happen(Event(statement=Stated(remedies=("voucher",))))
            stage.pass_time(timedelta(minutes=1))
            regrouping.merge(stage.desk, parcels, incident, "lee")
        elif how == "found to be worse":
            regrouping.join(stage.desk, incident, topic="delivery", by="lee")
            stage.pass_time(timedelta(minutes=50))
            with stage.store.begin() as session:
                row = session.get_one(Incident, incident)
                freeze.lift(stage.desk, session, row, "lee", "Only one region")
                gathering.raise_severity(stage.desk, session, row, at_least=2)
        stage.pass_time(timedelta(minutes=50))
        stage.happen(Event(close="incident"))
        past = past_of(stage.store, case)
        with stage.store.read() as session:
            met = set(session.scalars(select(JournalLine.event).where(JournalLine.case_id == case)))
        assert "case joined" in met
        again = play_again(shelf, past, ZoneInfo("UTC"), NOTICED)
        assert again.remarks == ()
        assert plain(again.happened) == plain(happened_in(stage.store, JournalLine.case_id == case, said=stage.said()))
    finally:
        stage.close()


def staged(shelf: Shelf, scenario: Scenario) -> Stage:
    """A store in which a scenario has happened."""
    stage = Stage(shelf, scenario.given, starts=scenario.starts, zone=scenario.zone)
    for event in scenario.timeline:
        with suppress(CannotHappen):
            stage.happen(event)
    return stage


def plain(happened: tuple[Happened, ...]) -> list[Told]:
    """What happened, without the ids, which are others each time."""
    return [
        (each.at, each.kind, each.name, sorted((key, _masked(value)) for key, value in each.details.items()))
        for each in in_one_order(happened)
    ]


def _masked(text: str) -> str:
    return re.sub(r"\b[A-Z]-[0-9A-Z]{10}\b", "an id", text)
