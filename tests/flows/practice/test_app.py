"""Staff who write in the app: what the practice WhatsApp tells of it, read by the product's own receiving code."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from flows.channels.channel import Letter, Sent
from flows.channels.cloud_api import CloudApi
from flows.clock import MovedClock
from flows.practice.network import DELETED
from flows.practice.server import APP_SECRET, VERSION, PracticeServer
from flows.receiving.events import EchoEvent
from tests.flows.practice.receiver import Receiver

LIN = "8613800138000"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(APP_SECRET) as receiver:
        yield receiver


@pytest.fixture
def practice(clock: MovedClock, receiver: Receiver) -> Iterator[PracticeServer]:
    with PracticeServer(webhook_url=receiver.url, clock=clock) as server:
        yield server


def act(practice: PracticeServer, **what: str) -> httpx.Response:
    """Do something in the app of our number."""
    return httpx.post(f"{practice.url}/practice/customers/{LIN}/app", json=what)


def echoes(practice: PracticeServer, receiver: Receiver) -> list[EchoEvent]:
    assert practice.webhooks.settle()
    return [event for event in receiver.events() if isinstance(event, EchoEvent)]


def test_what_staff_write_and_delete_is_echoed(practice: PracticeServer, receiver: Receiver) -> None:
    """A team that has only the practice network could not try what its own app would do."""
    wamid = act(practice, text="我们马上处理").json()["wamid"]
    assert act(practice, delete=wamid).status_code == 200
    written, deleted = echoes(practice, receiver)
    assert (written.wamid, written.about.wa_id, written.content["text"]) == (wamid, LIN, "我们马上处理")
    assert deleted.takes_back == wamid
    (shown,) = practice.network.conversations()[0]
    assert DELETED in str(shown)
    assert "我们马上处理" not in str(shown)


def test_a_letter_of_the_api_can_be_deleted_in_the_app(practice: PracticeServer, receiver: Receiver) -> None:
    """A recall of what Firebreak itself has sent could not be tried."""
    with CloudApi(practice.url, VERSION, practice.business.phone_number_id, practice.token) as api:
        sent = api.send(Letter("key", LIN, "text", "We are looking into it."))
    assert isinstance(sent, Sent)
    assert act(practice, delete=sent.provider_id).status_code == 200
    assert [echo.takes_back for echo in echoes(practice, receiver)] == [sent.provider_id]


def test_a_customers_message_cannot_be_deleted_by_us(practice: PracticeServer, receiver: Receiver) -> None:
    """A demonstration would show what WhatsApp does not do."""
    wamid = practice.say(LIN, "Hello")
    answer = act(practice, delete=wamid)
    assert answer.status_code == 404
    assert "no message of ours" in answer.json()["problems"][0]
    assert echoes(practice, receiver) == []


@pytest.mark.parametrize("what", [{}, {"text": ""}, {"text": "a", "delete": "b"}, {"erase": "b"}])
def test_a_slip_is_told(practice: PracticeServer, what: dict[str, str]) -> None:
    """Somebody who tries it by hand would believe that it has happened."""
    assert act(practice, **what).status_code == 422
