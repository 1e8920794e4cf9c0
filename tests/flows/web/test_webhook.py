"""The webhook over HTTP: who gets in, and what Meta is told."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from sqlalchemy import func, select

from flows.clock import SystemClock
from flows.receiving.signature import sign
from flows.store.database import Store
from flows.store.tables import Message, Rejected
from flows.web.app import create_app
from flows.web.webhook import MOST_BYTES, PATH
from tests.flows.receiving.bodies import messages, one_of_everything, raw, text
from tests.flows.web.caller import Caller

SECRET = "the app's secret"
TOKEN = "the token that was agreed on"
META = Path(__file__).parents[3].parent / "shared" / "data" / "meta-openapi-v23.yaml"


def client_of(store: Store, arrivals: list[int] | None = None) -> Caller:
    """A client of the whole app; each arrival notes how many messages the store had by then."""

    def on_arrival() -> None:
        if arrivals is not None:
            arrivals.append(count(store, Message))

    return Caller(create_app(store, app_secret=SECRET, verify_token=TOKEN, on_arrival=on_arrival))


@pytest.fixture
def client(store: Store) -> Caller:
    return client_of(store)


def post(client: Caller, body: bytes) -> int:
    return client.post(PATH, content=body, headers={"X-Hub-Signature-256": sign(SECRET, body)}).status_code


def count(store: Store, table: type[Any]) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


# -- GET --------------------------------------------------------------------------------------------------------


def test_meta_can_verify_the_address(client: Caller) -> None:
    """The webhook could never be switched on."""
    asked = {"hub.mode": "subscribe", "hub.verify_token": TOKEN, "hub.challenge": "1158201444"}
    answer = client.get(PATH, params=asked)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "change",
    [
        {"hub.verify_token": "wrong"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "ü\ud83d\ude21"},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": ""},
    ],
)
def test_nobody_else_can(client: Caller, change: dict[str, str]) -> None:
    """A stranger could point their own app at our address."""
    asked = {"hub.mode": "subscribe", "hub.verify_token": TOKEN, "hub.challenge": "1158201444", **change}
    answer = client.get(PATH, params={name: value.encode("utf-8", "replace") for name, value in asked.items()})
    assert answer.status_code == 403
    assert "1158201444" not in answer.text


@pytest.mark.parametrize("query", ["", "?hub.mode=subscribe", "?hub.verify_token=%ff%fe&hub.mode=subscribe", "?%"])
def test_an_incomplete_verification_is_refused(client: Caller, query: str) -> None:
    """A port scanner would cause a server error."""
    assert client.get(PATH + query).status_code == 403


def test_without_a_token_nobody_can_verify(store: Store) -> None:
    """A forgotten setting would let anybody verify with an empty token."""
    client = Caller(create_app(store, app_secret="", verify_token="", on_arrival=lambda: None))
    assert client.get(PATH, params={"hub.mode": "subscribe", "hub.verify_token": ""}).status_code == 403
    assert client.post(PATH, content=b"{}", headers={"X-Hub-Signature-256": sign("", b"{}")}).status_code == 401


# -- POST -------------------------------------------------------------------------------------------------------


def test_a_body_is_committed_before_the_answer_and_somebody_is_woken(store: Store) -> None:
    """WhatsApp would forget a message that we have not stored, or a stored one would wait for hours."""
    arrivals: list[int] = []
    client = client_of(store, arrivals)
    body = raw(messages(text(1), text(2)))
    assert post(client, body) == 200
    assert arrivals == [2]
    assert post(client, body) == 200
    assert arrivals == [2]
    assert post(client, raw(one_of_everything())) == 200
    assert len(arrivals) == 2


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        "sha256=" + "ü" * 64,
        sign("another", raw(messages(text(1)))),
        "x" * 5000,
    ],
)
def test_a_wrong_signature_is_refused(client: Caller, store: Store, header: str | None) -> None:
    """Anybody could put words into a customer's mouth."""
    headers = {} if header is None else {"X-Hub-Signature-256": header.encode("latin-1")}
    answer = client.post(PATH, content=raw(messages(text(1))), headers=headers)
    assert answer.status_code == 401
    assert count(store, Message) == 0


def test_the_raw_bytes_are_signed(client: Caller, store: Store) -> None:
    """Bodies would be refused whenever their JSON is written in another way than ours."""
    body = b"  " + raw(messages(text(1, "grüß"))).replace(b": ", b" :\n ") + b"\n"
    assert post(client, body) == 200
    assert count(store, Message) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"\x1f\x8b\x08", b"hello", b"[" * 50_000])
def test_what_is_not_json_is_a_bad_request(client: Caller, body: bytes) -> None:
    """Noise would be acknowledged, or crash the webhook."""
    assert post(client, body) == 400


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b"5", b'"x"', b"NaN", b'{"object":"page"}', b'{"entry":{}}'])
def test_any_other_json_is_kept(client: Caller, store: Store, body: bytes) -> None:
    """WhatsApp would send a strange body again and again for seven days."""
    assert post(client, body) == 200
    assert count(store, Rejected) == 1


def test_a_body_of_the_largest_size_is_taken(client: Caller, store: Store) -> None:
    """The fullest batches of the worst day would be refused."""
    body = raw(messages(text(1)))
    assert post(client, body + b" " * (MOST_BYTES - len(body))) == 200
    assert count(store, Message) == 1


def test_a_larger_body_is_refused(client: Caller) -> None:
    """Anybody could fill the memory of the machine."""
    body = b" " * (MOST_BYTES + 1)
    assert post(client, body) == 413

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 100_000

    assert client.post(PATH, content=pieces()).status_code == 413
    assert client.post(PATH, content=b"", headers={"Content-Length": "9" * 500}).status_code == 413


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method_is_refused(client: Caller, method: str) -> None:
    """A wrong call would look like a fault of ours."""
    answer = client.request(method, PATH)
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


@pytest.mark.parametrize(("database", "table"), [("data.db", "seen"), ("data.db", "messages"), ("keys.db", "keys")])
def test_a_store_that_fails_makes_meta_come_again(
    file_store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture, database: str, table: str
) -> None:
    """What arrives while the database is out of order would be lost."""
    body = raw(messages(text(1, "my secret words")))

    def rename(before: str, after: str) -> None:
        with closing(sqlite3.connect(tmp_path / database)) as connection:
            connection.execute(f"ALTER TABLE {before} RENAME TO {after}")

    arrivals: list[int] = []
    client = client_of(file_store, arrivals)
    rename(table, "away")
    with caplog.at_level(logging.DEBUG):
        assert post(client, body) == 503
    rename("away", table)
    assert arrivals == []
    assert count(file_store, Message) == 0
    assert post(client, body) == 200
    assert count(file_store, Message) == 1
    assert "OperationalError" in caplog.text
    for secret in ("my secret words", "4915112345678", "wamid."):
        assert secret not in caplog.text


def test_a_failing_alarm_does_not_cost_the_answer(store: Store) -> None:
    """A stored body would be sent again for seven days because nobody could be woken."""

    def fail() -> None:
        raise RuntimeError("nobody is there")

    client = Caller(create_app(store, app_secret=SECRET, verify_token=TOKEN, on_arrival=fail))
    assert post(client, raw(messages(text(1)))) == 200
    assert count(store, Message) == 1


def test_what_cannot_be_looked_at_is_stored_all_the_same(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """One text that breaks the look at it would come again for seven days, and its words would stand in the log."""

    def fail(words: str) -> int:
        raise RuntimeError(words)

    app = create_app(store, app_secret=SECRET, verify_token=TOKEN, on_arrival=lambda: None, glance=fail)
    assert post(Caller(app), raw(messages(text(1, "my passport number")))) == 200
    assert count(store, Message) == 1
    assert "could not be looked at" in caplog.text
    assert "passport" not in caplog.text


ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=15,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ANYTHING, max_size=4), ANYTHING, st.binary(max_size=30))
def test_no_body_is_a_server_error(elements: list[Any], value: Any, noise: bytes) -> None:
    """Some body would be answered with a server error, and come again for seven days."""
    with Store.in_memory(SystemClock()) as store:
        client = client_of(store)
        for field in ("messages", "smb_message_echoes", "history", "x"):
            lists = {
                "messages": [*elements, text(1)],
                "statuses": elements,
                "message_echoes": elements,
                "history": value,
            }
            body = {"entry": [{"changes": [{"field": field, "value": lists}, value]}, value]}
            assert post(client, raw(body)) == 200
        assert count(store, Message) == 1 + count_of_notices(store)
        assert post(client, noise) in (200, 400)


def count_of_notices(store: Store) -> int:
    with store.read() as session:
        other = select(func.count()).select_from(Message).where(Message.kind != "text")
        return session.scalar(other) or 0


@pytest.mark.skipif(not META.exists(), reason="Meta's OpenAPI file is not here")
def test_metas_own_examples(client: Caller, store: Store) -> None:
    """What Meta itself gives as an example would be refused."""
    _, found, section = META.read_text(encoding="utf-8").partition("\n  /whatsapp/webhooks:\n")
    assert found
    operation = YAML(typ="safe", pure=True).load(section)["post"]
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    assert len(examples) > 10
    ids = set()
    for name, example in examples.items():
        assert post(client, raw(example["value"])) == 200, name
        for change in example["value"]["entry"][0]["changes"]:
            ids |= {element["id"] for element in change["value"].get("messages", [])}
    assert count(store, Message) == len(ids)
    with store.read() as session:
        reasons = set(session.scalars(select(Rejected.reason)))
    assert reasons <= {
        "notice: group_lifecycle_update",
        "notice: group_settings_update",
        "notice: group_participants_update",
    }
