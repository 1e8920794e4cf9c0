"""What the practice network tells the business, read by the product's own receiving code."""

from __future__ import annotations

import base64
import socket
import time
from collections.abc import Iterator

import pytest

from flows.channels.channel import Letter, Sent, Unsure
from flows.channels.cloud_api import CloudApi
from flows.clock import MovedClock
from flows.practice.server import APP_SECRET, VERSION, PracticeServer
from flows.receiving.events import MessageEvent, Notice
from tests.flows.practice.receiver import Receiver

LIN = "8613800138000"
USER_ID = "CN.13491208655302741918"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(APP_SECRET) as receiver:
        yield receiver


@pytest.fixture
def practice(clock: MovedClock, receiver: Receiver) -> Iterator[PracticeServer]:
    with PracticeServer(webhook_url=receiver.url, clock=clock) as server:
        yield server


def letter(key: str, to: str = LIN) -> Letter:
    return Letter(key, to, "text", "We are looking into it.")


def test_what_a_customer_says_arrives_signed_and_whole(
    practice: PracticeServer, receiver: Receiver, clock: MovedClock
) -> None:
    """A demonstration that leaves out the real webhook proves nothing about it."""
    wamid = practice.say(LIN, "请删除我的个人信息", name="林")
    assert practice.webhooks.settle()
    [message] = receiver.messages()
    assert receiver.unsigned == 0
    assert (message.wamid, message.kind, message.place) == (wamid, "text", "private")
    assert (message.sender.wa_id, message.sender.name) == (LIN, "林")
    assert message.sent_at == clock.now()
    assert b"\\u8bf7" in receiver.bodies[0], "Meta escapes what is not ASCII"
    assert LIN in base64.b64decode(wamid.removeprefix("wamid.")).decode("latin-1")


def test_media_groups_taps_and_other_types_have_their_shape(practice: PracticeServer, receiver: Receiver) -> None:
    """A complaint with a photo, in a group, by a tap or with a place would get lost in a demonstration."""
    practice.say(LIN, type="image", caption="look at this")
    practice.say(LIN, type="voice")
    practice.say(LIN, "in the group", group_id="group-1")
    practice.say(LIN, tap={"id": "yes", "title": "Yes"}, reply_to="wamid.before")
    practice.say(LIN, type="location", content={"latitude": 1.5, "longitude": 2.5})
    assert practice.webhooks.settle()
    kinds = [(message.kind, message.place) for message in receiver.messages()]
    assert kinds == [
        ("image", "private"),
        ("audio", "private"),
        ("text", "group"),
        ("interactive", "private"),
        ("location", "private"),
    ]


def test_a_customer_can_be_known_by_user_id_alone(practice: PracticeServer, receiver: Receiver) -> None:
    """Since 2026 a customer may hide the number; the answer has to find them all the same."""
    practice.say(LIN, "hello", user_id=USER_ID, without_number=True)
    with CloudApi(practice.url, VERSION, practice.business.phone_number_id, practice.token) as api:
        assert isinstance(api.send(letter("a", USER_ID)), Sent)
    assert practice.webhooks.settle()
    [message] = receiver.messages()
    assert (message.sender.wa_id, message.sender.user_id) == (None, USER_ID)
    assert {(each.recipient.wa_id, each.recipient.user_id) for each in receiver.statuses()} == {(None, USER_ID)}
    assert practice.arrived()[0].to == LIN


def test_statuses_carry_the_key_back(practice: PracticeServer, receiver: Receiver) -> None:
    """An uncertain send is settled by the key in the status, and by nothing else."""
    with CloudApi(practice.url, VERSION, practice.business.phone_number_id, practice.token) as api:
        practice.trouble("break")
        assert isinstance(api.send(letter("R-1/greet/C-1")), Unsure)
    assert practice.webhooks.settle()
    statuses = receiver.statuses()
    assert [status.status for status in statuses] == ["sent", "delivered", "read"]
    assert {status.key for status in statuses} == {"R-1/greet/C-1"}
    assert {status.recipient.wa_id for status in statuses} == {LIN}


def test_a_failure_can_be_reported_later(practice: PracticeServer, receiver: Receiver) -> None:
    """Meta often accepts a message first and reports by webhook that it could not be delivered."""
    with CloudApi(practice.url, VERSION, practice.business.phone_number_id, practice.token) as api:
        practice.trouble("fail_later", code=131026)
        assert isinstance(api.send(letter("a")), Sent)
    assert practice.webhooks.settle()
    [status] = receiver.statuses()
    assert (status.status, status.code, status.key) == ("failed", 131026, "a")
    assert practice.arrived() == []


def test_opting_out_is_told(practice: PracticeServer, receiver: Receiver) -> None:
    """A business that is not told goes on sending vouchers."""
    practice.network.set_customer(LIN, opted_out=True)
    practice.network.set_customer(LIN, opted_out=True)
    assert practice.webhooks.settle()
    [event] = receiver.events()
    assert isinstance(event, Notice)
    assert event.field == "user_preferences"
    assert isinstance(event.element, dict)
    assert event.element["value"] == "stop"


def test_what_is_not_taken_is_posted_again(clock: MovedClock) -> None:
    """A message that meets a restart of the business has to come again."""
    with (
        Receiver(APP_SECRET, answers=(503, 500, 401)) as receiver,
        PracticeServer(webhook_url=receiver.url, clock=clock) as practice,
    ):
        practice.say(LIN, "hello")
        assert practice.webhooks.settle()
        assert receiver.attempts == 4
        assert len(receiver.messages()) == 1


def test_a_business_that_is_not_there_yet_is_waited_for(clock: MovedClock) -> None:
    """What customers wrote while the business was starting would be lost."""
    with Receiver(APP_SECRET) as receiver, PracticeServer(clock=clock) as practice:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            practice.webhooks.url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
            practice.say(LIN, "hello")
            assert not practice.webhooks.settle(0.2)
        practice.webhooks.url = receiver.url
        assert practice.webhooks.settle()
        assert len(receiver.messages()) == 1


def test_everything_can_be_delivered_twice(clock: MovedClock, receiver: Receiver) -> None:
    """De-duplication could not be practised."""
    with PracticeServer(webhook_url=receiver.url, clock=clock, copies=2) as practice:
        wamid = practice.say(LIN, "hello")
        assert practice.webhooks.settle()
    assert [message.wamid for message in receiver.messages()] == [wamid, wamid]


def test_webhooks_can_come_backwards(practice: PracticeServer, receiver: Receiver) -> None:
    """`read` before `sent`, an answer before its question: WhatsApp promises no order."""
    practice.webhooks.pause()
    first, second = practice.say(LIN, "first"), practice.say(LIN, "second")
    assert receiver.bodies == []
    practice.webhooks.resume(backwards=True)
    assert practice.webhooks.settle()
    assert [message.wamid for message in receiver.messages()] == [second, first]


def test_webhooks_can_come_together_and_twice(practice: PracticeServer, receiver: Receiver) -> None:
    """One body may hold a thousand updates; each of them has to be seen."""
    practice.webhooks.pause()
    for number in range(1000):
        practice.say(f"86138{number:08}", "hello")
    practice.webhooks.resume(together=True, copies=2)
    assert practice.webhooks.settle()
    assert len(receiver.bodies) == 2
    assert len(receiver.messages()) == 2000


def test_waiting_changes_fill_a_batch(clock: MovedClock, receiver: Receiver) -> None:
    """A rehearsal with ten thousand customers would spend its time on single webhooks."""
    with PracticeServer(webhook_url=receiver.url, clock=clock, batch=100) as practice:
        practice.webhooks.pause()
        for number in range(250):
            practice.say(f"86138{number:08}", "hello")
        practice.webhooks.resume()
        assert practice.webhooks.settle()
    assert len(receiver.bodies) == 3
    assert len({message.wamid for message in receiver.messages()}) == 250


def test_sending_does_not_wait_for_webhooks(clock: MovedClock) -> None:
    """A slow business would slow its own sending down, and time out on itself."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        practice = PracticeServer(webhook_url=f"http://127.0.0.1:{silent.getsockname()[1]}/", clock=clock).start()
        with CloudApi(practice.url, VERSION, practice.business.phone_number_id, practice.token) as api:
            began = time.monotonic()
            assert isinstance(api.send(letter("a")), Sent)
            assert time.monotonic() - began < 2
        began = time.monotonic()
        silent.close()
        assert practice.stop(seconds=0.5) == 3
        assert time.monotonic() - began < 5


def test_stopping_posts_what_is_left(clock: MovedClock, receiver: Receiver) -> None:
    """The last delivery statuses of a demonstration would be missing from its account."""
    practice = PracticeServer(webhook_url=receiver.url, clock=clock).start()
    for number in range(50):
        practice.say(f"86138{number:08}", "hello")
    assert practice.stop() == 0
    assert len({event.wamid for event in receiver.events() if isinstance(event, MessageEvent)}) == 50
