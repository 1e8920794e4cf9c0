"""Other tools ask whether they may send."""

from __future__ import annotations

import json
import logging

import pytest

from flows.errors import FirebreakError, NotFound
from flows.store.database import Store
from flows.web.app import create_app
from flows.web.may_send import MaySend
from tests.flows.web.caller import Caller

TOKEN = "a-long-token"
NUMBER = "+491510001111"
KNOWN = {"Authorization": f"Bearer {TOKEN}"}


def caller(store: Store, token: str = TOKEN, problem: Exception | None = None) -> Caller:
    def asked(purpose: str | None, to: str | None) -> dict[str, object]:
        if problem is not None:
            raise problem
        return {"may_send": "yes", "purpose": purpose, "to": to}

    routes = MaySend(asked, token).routes()
    return Caller(create_app(store, app_secret="s", verify_token="t", on_arrival=lambda: None, routes=routes))


def test_with_the_token_one_asks_about_a_customer(store: Store) -> None:
    """The newsletter tool could not ask at all."""
    answer = caller(store).post("/may-send", json={"to": NUMBER, "purpose": "order"}, headers=KNOWN)
    assert (answer.status_code, answer.json()) == (200, {"may_send": "yes", "purpose": "order", "to": NUMBER})
    answer = caller(store).get("/may-send?purpose=marketing", headers=KNOWN)
    assert answer.json() == {"may_send": "yes", "purpose": "marketing", "to": None}
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}, {"Authorization": b"Bearer \xff"}]
)
def test_without_the_right_token_nobody_is_told_anything(store: Store, header: dict[str, str]) -> None:
    """Anybody could find out whose customer somebody is, number by number."""
    for answer in (
        caller(store).get("/may-send", headers=header),
        caller(store).post("/may-send", json={"to": NUMBER}, headers=header),
    ):
        assert (answer.status_code, answer.json()["may_send"]) == (401, "no")


def test_as_long_as_there_is_no_token_only_the_freeze_is_told(store: Store) -> None:
    """A fresh installation would tell everybody about its customers, or not even that there is a crisis."""
    assert caller(store, "").get("/may-send").status_code == 200
    answer = caller(store, "").post("/may-send", json={"to": NUMBER}, headers={"Authorization": "Bearer "})
    assert (answer.status_code, answer.json()["may_send"]) == (403, "no")


def test_a_number_never_stands_in_the_address(store: Store) -> None:
    """It would be written into the log of every proxy on the way."""
    answer = caller(store).get(f"/may-send?to={NUMBER[1:]}", headers=KNOWN)
    assert (answer.status_code, answer.json()["may_send"]) == (400, "no")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"to": 49151}', b'{"purpose": []}', b"x" * 20_000, b"[" * 9_000])
def test_what_is_no_question_is_not_answered_with_yes(store: Store, body: bytes) -> None:
    """A broken request would be taken for one about nobody, and let a message out."""
    answer = caller(store).post("/may-send", content=body, headers=KNOWN)
    assert (answer.status_code, answer.json()["may_send"]) == (400, "no")


@pytest.mark.parametrize(
    ("problem", "code"),
    [(NotFound("there is no such customer"), 404), (FirebreakError("no rules"), 503), (RuntimeError(NUMBER), 503)],
)
def test_an_error_is_never_a_yes(store: Store, problem: Exception, code: int, caplog: pytest.LogCaptureFixture) -> None:
    """Just when the database is away the sale would go out; or the log would hold the customer's number."""
    with caplog.at_level(logging.DEBUG):
        answer = caller(store, problem=problem).post("/may-send", json={"to": NUMBER}, headers=KNOWN)
    assert (answer.status_code, answer.json()["may_send"]) == (code, "no")
    assert NUMBER not in json.dumps(answer.json()) + "".join(
        r.getMessage() for r in caplog.records if r.name.startswith("flows")
    )
