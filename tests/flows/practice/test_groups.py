"""One line in a group: over real HTTP to the practice WhatsApp, and by hand where software may not write there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.channels.channel import HandOver, Letter, Next, Refused, Sent
from flows.channels.cloud_api import CloudApi
from flows.channels.manual import Manual
from flows.clock import MovedClock
from flows.practice.server import VERSION, PracticeServer
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage
from flows.shelf import ROOT, Shelf
from flows.store.tables import Message, Outbox, Promise
from flows.verbs import all_verbs
from rules.bundle import Bundle, content_files

LIN = "8613800138000"
GROUP = "Y2FwaV9ncm91cDo1MDc5MzM1"
LATE = "My parcel still has not arrived after two weeks"


def line(key: str = "k", to: str = GROUP) -> Letter:
    return Letter(key, to, "text", "We have read this.", group=True)


def test_a_line_reaches_the_group_and_nobody_in_private(practice: PracticeServer, api: CloudApi) -> None:
    """The line would go to the customer alone, or to a number that is made of the group's id."""
    practice.say(LIN, LATE, group_id=GROUP)
    assert isinstance(api.send(line()), Sent)
    (arrival,), turned = practice.network.transcript()
    assert (arrival.to, arrival.body["recipient_type"], turned) == (GROUP, "group", [])


def test_lines_in_a_group_are_not_held_against_whoever_wrote_there(clock: MovedClock) -> None:
    """In a crowd, somebody's private answer would wait for minutes because others were answered in the same group."""
    with (
        PracticeServer(clock=clock, pair_burst=1) as practice,
        CloudApi(practice.url, VERSION, practice.business.phone_number_id, practice.token) as api,
    ):
        practice.say(LIN, LATE)
        practice.say(LIN, LATE, group_id=GROUP)
        assert isinstance(api.send(line("in the group")), Sent)
        assert isinstance(api.send(Letter("in private", LIN, "text", "We are here.")), Sent)
        again = api.send(line("again"))
        assert isinstance(again, Refused), "a group has a pace, too"
        assert again.code == 131056


def test_a_group_in_which_the_number_is_not_is_refused(api: CloudApi) -> None:
    """A rehearsal would praise a line that WhatsApp never takes."""
    refused = api.send(line(to="somewhere-else"))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.what) == (131055, Next.HUMAN)


def test_a_number_without_groups_is_told_so(clock: MovedClock) -> None:
    """Most numbers may not write to groups at all, and their teams could not rehearse it."""
    with (
        PracticeServer(clock=clock, groups=False) as practice,
        CloudApi(practice.url, VERSION, practice.business.phone_number_id, practice.token) as api,
    ):
        practice.say(LIN, LATE, group_id=GROUP)
        refused = api.send(line())
        assert isinstance(refused, Refused)
        assert refused.code == 131055


def test_by_hand_the_link_opens_no_stranger() -> None:
    """A wa.me link made of the digits in a group's id would open a chat with somebody else."""
    handed = Manual().send(line())
    assert isinstance(handed, HandOver)
    assert handed.link.startswith("https://wa.me/?text=")


@pytest.fixture
def stage() -> Iterator[Stage]:
    found = Stage(Shelf(Bundle.parse(content_files(ROOT), all_verbs()), all_verbs()))
    yield found
    found.close()


def _lines(stage: Stage) -> list[str]:
    with stage.store.read() as session:
        return list(session.scalars(select(Outbox.status).where(Outbox.to == "group")))


def _complain(stage: Stage, group: str = GROUP) -> None:
    stage.pass_time(timedelta(seconds=1))
    with stage.store.read() as session:
        number = len(session.scalars(select(Message.id)).all())
    stage.take_message({"id": f"wamid.g.{number}", "type": "text", "text": {"body": LATE}, "group_id": group})
    stage.settle()


def test_each_customer_is_answered_once_a_day_in_each_group(stage: Stage) -> None:
    """Line after line of ours would stand in the group, each an invitation to answer back."""
    _complain(stage)
    _complain(stage)
    assert len(_lines(stage)) == 1
    _complain(stage, "another-group")
    assert len(_lines(stage)) == 2
    stage.pass_time(timedelta(hours=23))
    _complain(stage)
    assert len(_lines(stage)) == 2
    stage.pass_time(timedelta(hours=2))
    _complain(stage)
    assert len(_lines(stage)) == 3


def test_the_line_goes_to_the_group_and_is_no_first_reply(stage: Stage) -> None:
    """The ten minutes would count as kept although the customer has heard nothing in private."""
    stage.happen(Event(send_fails_with=131026))  # the private letter cannot be delivered
    _complain(stage)
    sent = [(letter.to, letter.group) for letter in stage.channel.sent.values()]
    assert sent == [(GROUP, True)]
    played = stage.desk.shelf.current.replies["crisis/group"].text
    assert next(iter(stage.channel.sent.values())).text == played["en"].strip()
    stage.pass_time(timedelta(minutes=11))
    with stage.store.read() as session:
        assert "broken" in session.scalars(select(Promise.status)).all()


def test_a_line_that_a_crash_left_uncertain_is_not_said_twice(stage: Stage) -> None:
    """After a crash the same line would stand in the group twice."""
    _complain(stage)
    with stage.store.begin() as session:
        row = session.scalars(select(Outbox).where(Outbox.to == "group")).one()
        row.status, row.sending_since, row.not_before = "sending", stage.clock.now(), None
    before = len(stage.channel.letters)
    stage.happen(Event(customer_says=Says("Hello?", in_group=True)))
    assert [letter for letter in stage.channel.letters[before:] if letter.group] == []
