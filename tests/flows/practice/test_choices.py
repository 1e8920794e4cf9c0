"""Buttons and lists: from the real client over HTTP to the practice customer's phone, and the tap back again."""

from __future__ import annotations

import httpx
import pytest

from flows.channels.channel import Button, Letter, Refused, Sent
from flows.channels.cloud_api import CloudApi
from flows.clock import MovedClock
from flows.practice.server import APP_SECRET, PracticeServer
from tests.flows.practice.receiver import Receiver

LIN = "8613800138000"
CHOICES = (
    Button("remedy:refund", "Money back"),
    Button("remedy:replacement", "Send it again"),
    Button("remedy:voucher", "A voucher"),
    Button("remedy:person", "Talk to a person"),
)


def letter(buttons: tuple[Button, ...], list_title: str = "Choose here") -> Letter:
    return Letter("run/step/1", LIN, "text", "Which would you like?", buttons=buttons, list_title=list_title)


@pytest.mark.parametrize(("count", "kind"), [(2, "button"), (3, "button"), (4, "list")])
def test_a_tap_comes_back_with_its_choice(clock: MovedClock, count: int, kind: str) -> None:
    """A customer would see no buttons, or their tap would come back without what it stands for."""
    with Receiver(APP_SECRET) as receiver, PracticeServer(webhook_url=receiver.url, clock=clock) as practice:
        with CloudApi(practice.url, "v23.0", practice.business.phone_number_id, practice.token) as api:
            practice.say(LIN, "My parcel is late")
            assert isinstance(api.send(letter(CHOICES[:count])), Sent)
        assert practice.arrived()[-1].body["interactive"]["type"] == kind
        address = f"{practice.url}/practice/customers/{LIN}/tap"
        answered = httpx.post(address, json={"button": "Send it again"}, trust_env=False)
        assert answered.status_code == 200
        assert httpx.post(address, json={"button": "Gold"}, trust_env=False).status_code == 404
        assert practice.webhooks.settle()
        tapped = receiver.messages()[-1]
        assert (tapped.kind, tapped.content["choice"], tapped.content["text"]) == (
            "interactive",
            "remedy:replacement",
            "Send it again",
        )
        assert f"'type': '{kind}_reply'" in str(tapped.content["raw"])
        assert tapped.content["about"] == practice.arrived()[-1].wamid


def test_a_list_without_its_button_is_not_even_sent(practice: PracticeServer, api: CloudApi) -> None:
    """WhatsApp would refuse the offer, and the customer would get none."""
    practice.say(LIN, "Hello")
    refused = api.send(letter(CHOICES, list_title=""))
    assert isinstance(refused, Refused)
    assert "list" in refused.detail
    assert practice.refused() == []


def test_more_than_ten_choices_are_not_even_sent(practice: PracticeServer, api: CloudApi) -> None:
    """WhatsApp would refuse the offer, and the customer would get none."""
    many = tuple(Button(f"remedy:{number}", f"Choice {number}") for number in range(11))
    assert isinstance(api.send(letter(many)), Refused)
    assert practice.arrived() == []


@pytest.mark.parametrize(
    "action",
    [
        {"button": "Choose", "sections": []},
        {"button": "Choose", "sections": [{"rows": [{"id": "a", "title": "t" * 25}]}]},
        {"button": "Choose", "sections": [{"rows": [{"id": "a", "title": "x"}, {"id": "a", "title": "y"}]}]},
        {"button": "C" * 21, "sections": [{"rows": [{"id": "a", "title": "x"}]}]},
        {"sections": [{"rows": [{"id": "a", "title": "x"}]}]},
    ],
)
def test_the_practice_network_refuses_what_whatsapp_would(practice: PracticeServer, action: object) -> None:
    """A list that works in practice would be refused on the day it is needed."""
    body = {
        "messaging_product": "whatsapp",
        "to": LIN,
        "type": "interactive",
        "interactive": {"type": "list", "body": {"text": "Which?"}, "action": action},
    }
    number = practice.business.phone_number_id
    answer = httpx.post(
        f"{practice.url}/v23.0/{number}/messages",
        json=body,
        headers={"Authorization": f"Bearer {practice.token}"},
        trust_env=False,
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 131009
