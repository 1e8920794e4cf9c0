"""The addresses under /practice, and what keeps them on this machine."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from flows.channels.channel import Letter, Refused, Sent
from flows.channels.cloud_api import CloudApi
from flows.practice.server import VERSION, PracticeServer, PracticeServerError

LIN = "8613800138000"


@pytest.fixture
def http(practice: PracticeServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=practice.url, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def lasting() -> Iterator[PracticeServer]:
    """One network for the tests that only show how it turns nonsense away."""
    with PracticeServer() as server:
        yield server


def post(http: httpx.Client, path: str, **form: Any) -> Any:
    answer = http.post(path, json=form)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_customer_can_be_played_over_http(http: httpx.Client, api: CloudApi) -> None:
    """A demonstration, and a person with curl, could not make a customer write."""
    said = post(http, f"/practice/customers/{LIN}/say", text="你好", name="林")
    assert said["wamid"].startswith("wamid.")
    sent = api.send(Letter("K-1", LIN, "text", "您好。"))
    assert isinstance(sent, Sent)
    found = http.get("/practice/transcript").json()
    assert found["refused"] == []
    [arrived] = found["messages"]
    assert (arrived["wamid"], arrived["to"], arrived["key"]) == (sent.provider_id, LIN, "K-1")
    assert arrived["body"]["text"]["body"] == "您好。"
    assert arrived["at"] == "2026-03-02T09:00:00+00:00"


def test_the_conversation_is_shown_from_both_sides(http: httpx.Client, api: CloudApi) -> None:
    """The page is where a newcomer sees what happened."""
    post(http, f"/practice/customers/{LIN}/say", text="你好", name="林")
    api.send(Letter("K-1", LIN, "text", "您好。"))
    post(http, "/practice/team/shift_lead", title="A complaint", message="Case C-1", type="info")
    found = http.get("/practice/conversations").json()
    assert found["not_shown"] == 0
    [conversation] = found["conversations"]
    assert (conversation["name"], conversation["window_open"]) == ("林", True)
    assert [(line["from_customer"], line["text"], line["status"]) for line in conversation["lines"]] == [
        (True, "你好", None),
        (False, "您好。", "read"),
    ]
    assert [(notice["role"], notice["title"]) for notice in found["team"]] == [("shift_lead", "A complaint")]


def test_a_crowd_does_not_choke_the_page(http: httpx.Client, practice: PracticeServer) -> None:
    """With a thousand angry customers the page must still answer every second."""
    for number in range(1000):
        practice.say(f"86138{number:08}", "hello")
    found = http.get("/practice/conversations").json()
    assert len(found["conversations"]) == 200
    assert found["not_shown"] == 800


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing_it_shows(http: httpx.Client) -> None:
    """A customer's text must never become a script in the browser of the person who reads it."""
    page = http.get("/practice/chat")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "innerHTML" not in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert http.get("/").headers["location"] == "/practice/chat"


def test_failures_templates_and_phones_can_be_set_over_http(http: httpx.Client, api: CloudApi) -> None:
    """Whoever demonstrates from another process could not show what happens when things go wrong."""
    post(http, f"/practice/customers/{LIN}/say", text="hello")
    post(http, "/practice/trouble", kind="refuse", code=131016, times=5, customer=LIN)
    first = api.send(Letter("1", LIN, "text", "a"))
    assert isinstance(first, Refused)
    assert first.code == 131016
    post(http, "/practice/trouble", kind="none")
    assert isinstance(api.send(Letter("2", LIN, "text", "a")), Sent)
    post(http, "/practice/templates", name="welcome", language="en", body="Hello {{1}}")
    post(http, f"/practice/customers/{LIN}", undeliverable=True)
    third = api.send(Letter("3", LIN, "text", "a"))
    assert isinstance(third, Refused)
    assert third.code == 131026
    post(http, "/practice/webhooks", paused=True)
    post(http, "/practice/webhooks", backwards=True, copies=2)


@pytest.mark.parametrize(
    ("form", "named"),
    [
        ({"txt": "hello"}, "txt"),
        ({"text": ""}, "a text message needs a text"),
        ({"type": "location"}, 'what stands under "location"'),
        ({"type": "interactive"}, "tap"),
        ({"text": "hello", "without_number": True}, "user_id"),
    ],
)
def test_a_slip_in_a_form_is_named(lasting: PracticeServer, form: dict[str, Any], named: str) -> None:
    """A misspelt field that is silently ignored makes a rehearsal show something else than it seems to."""
    answer = httpx.post(f"{lasting.url}/practice/customers/{LIN}/say", json=form, trust_env=False)
    assert answer.status_code == 422
    assert named in json.dumps(answer.json()["problems"], ensure_ascii=False).replace('\\"', '"')


def test_other_web_pages_cannot_write_here(http: httpx.Client, practice: PracticeServer) -> None:
    """A page open in the same browser could otherwise act as a customer."""
    as_form = http.post(
        f"/practice/customers/{LIN}/say", content='{"text": "x"}', headers={"Content-Type": "text/plain"}
    )
    assert as_form.status_code == 415
    elsewhere = http.get("/practice/transcript", headers={"Host": "evil.example"})
    assert elsewhere.status_code == 400
    assert practice.network.conversations() == ([], 0)


def test_only_this_machine_can_connect(practice: PracticeServer) -> None:
    """A practice network that the whole office reaches would be a door into the business."""
    assert practice.url.startswith("http://127.0.0.1:")
    port = int(practice.url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port), timeout=2)


def test_a_taken_port_is_named(practice: PracticeServer) -> None:
    """Starting twice should say which port to free, not print a traceback."""
    port = int(practice.url.rsplit(":", 1)[1])
    with pytest.raises(PracticeServerError, match=str(port)):
        PracticeServer(port=port).start()


def test_an_incoming_message_can_be_marked_as_read(http: httpx.Client, practice: PracticeServer) -> None:
    """The client may confirm reading; that is not a message and must not count as one."""
    wamid = practice.say(LIN, "hello")
    url = f"/{VERSION}/{practice.business.phone_number_id}/messages"
    headers = {"Authorization": f"Bearer {practice.token}"}
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    assert http.post(url, json=read, headers=headers).json() == {"success": True}
    assert http.post(url, json={**read, "message_id": "wamid.other"}, headers=headers).status_code == 400
    assert practice.arrived() == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", 100),
        (b"[]", 100),
        (b"\xff\xfe", 100),
        (b"[" * 100_000, 100),
        (b'{"to": "8613800138000", "type": "text", "text": {"body": "x"}}', 100),
        (b'{"messaging_product": "whatsapp", "type": "text", "text": {"body": "x"}}', 131008),
        (b'{"messaging_product": "whatsapp", "to": "abc", "type": "text", "text": {"body": "x"}}', 131009),
        (b'{"messaging_product": "whatsapp", "to": "8613800138000", "type": "text"}', 131008),
        (b'{"messaging_product": "whatsapp", "to": "8613800138000", "type": ["text"]}', 131008),
        (b'{"messaging_product": "whatsapp", "to": "8613800138000", "type": "poll", "poll": {}}', 131051),
        (b'{"messaging_product": "whatsapp", "to": "8613800138000", "type": "interactive", "interactive": {}}', 131009),
        (b'{"messaging_product": "whatsapp", "to": "8613800138000", "type": "template", "template": {}}', 132001),
        (b'{"messaging_product": "whatsapp", "to": "1", "recipient_type": "group"}', 131055),
        (b'{"messaging_product": "whatsapp", "recipient": "nobody"}', 131009),
    ],
)
def test_a_malformed_request_gets_an_error_code(lasting: PracticeServer, body: bytes, code: int) -> None:
    """A client that writes nonsense should learn what is wrong, as it would from Meta, and never see a crash."""
    answer = httpx.post(
        f"{lasting.url}/{VERSION}/{lasting.business.phone_number_id}/messages",
        content=body,
        headers={"Authorization": f"Bearer {lasting.token}", "Content-Type": "application/json"},
        trust_env=False,
    )
    assert answer.status_code < 500
    error = answer.json()["error"]
    assert error["code"] == code
    assert set(error) >= {"message", "type", "code", "fbtrace_id"}
