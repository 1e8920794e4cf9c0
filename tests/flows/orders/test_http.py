"""Orders behind an address, over real HTTP: the practice source, and every kind of trouble."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import httpx
import pytest

from flows.orders.http import HttpOrders
from flows.orders.looking_up import LookingUp, Question
from flows.orders.source import OrdersUnavailable
from flows.practice.orders import FIND
from flows.practice.server import PracticeServer
from tests.flows.conftest import free_port

Connect = Callable[..., HttpOrders]
MINE = {"order": "A-1", "customer": "491701234567", "state": "sent", "ordered_at": "2026-03-02", "article": "Kettle"}


class Shop:
    """An order source that answers `body` with `status`, after it has waited for `hangs` seconds."""

    def __init__(self) -> None:
        self.body: object = {"orders": [MINE]}
        self.status = 200
        self.hangs = 0.0
        self.asked: list[dict[str, Any]] = []
        self.tokens: list[str | None] = []
        self._ended = threading.Event()
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                shop.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                shop.tokens.append(self.headers.get("Authorization"))
                shop._ended.wait(shop.hangs)
                body = shop.body if isinstance(shop.body, bytes) else json.dumps(shop.body).encode()
                try:
                    self.send_response(shop.status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # nobody waits for it any more

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self.url = f"http://127.0.0.1:{self._server.server_port}/orders"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def connect() -> Iterator[Callable[..., HttpOrders]]:
    """Makes the real client for an address."""
    opened: list[HttpOrders] = []

    def connected(url: str, token: str | None = None, patience: float = 3.0) -> HttpOrders:
        opened.append(HttpOrders(url, token, patience))
        return opened[-1]

    yield connected
    for each in opened:
        each.close()


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop() as opened:
        yield opened


def test_the_practice_source_answers_as_documented(connect: Connect) -> None:
    """Whoever builds a source after the practice one, or tries ours with it, would find another shape."""
    with PracticeServer() as practice:
        added = httpx.post(f"{practice.url}/practice/orders", json={"orders": [MINE]}, trust_env=False)
        assert added.json() == {"ok": True}
        source = connect(practice.url + FIND)
        assert [each.number for each in source.find("491701234567")] == ["A-1"]
        assert [each.article for each in source.find(order="a-1")] == ["Kettle"]
        assert source.find("4917099999999") == []
        assert source.check().ok
        refused = httpx.post(f"{practice.url}/practice/orders", json={"orders": [{"order": "B"}]}, trust_env=False)
        assert refused.status_code == 422


def test_the_number_travels_in_the_body_with_the_token(connect: Connect, shop: Shop) -> None:
    """The customer's number would stand in the logs of every proxy on the way, or the shop would refuse us."""
    (order,) = connect(shop.url, "a-token").find("491701234567")
    assert order.number == "A-1"
    assert shop.asked == [{"number": "491701234567", "order": None}]
    assert shop.tokens == ["Bearer a-token"]


def test_orders_of_somebody_else_are_not_believed(connect: Connect, shop: Shop) -> None:
    """A source that ignores the question would put one customer's order into another one's chat."""
    shop.body = {"orders": [{**MINE, "customer": "15550100009"}, {**MINE, "order": "A-2"}]}
    assert [each.number for each in connect(shop.url).find("491701234567")] == ["A-2"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"orders": []}),
        (404, {"orders": []}),
        (401, {}),
        (302, {}),
        (200, {"error": "x"}),
        (200, []),
        (200, b"<html>"),
        (200, b"[" * 100_000),
        (200, {"orders": {}}),
        (200, {"orders": [{"id": 5}]}),
        (200, b" " * 1_100_000),
    ],
)
def test_an_error_is_never_no_order(connect: Connect, shop: Shop, status: int, body: object) -> None:
    """A shop in trouble would read as: this customer has ordered nothing."""
    shop.status, shop.body = status, body
    with pytest.raises(OrdersUnavailable) as told:
        connect(shop.url).find("491701234567")
    assert "491701234567" not in str(told.value)


def test_nobody_there_is_never_no_order(connect: Connect) -> None:
    """A shop that is down would read as: this customer has ordered nothing."""
    with pytest.raises(OrdersUnavailable, match="cannot be asked"):
        connect(f"http://127.0.0.1:{free_port()}/orders").find("491701234567")


def test_a_slow_source_holds_nobody_up_and_is_then_left_alone(connect: Connect, shop: Shop) -> None:
    """A shop that hangs would keep angry customers waiting for their first answer, wave after wave."""
    shop.hangs = 30
    looking = LookingUp(connect(shop.url, patience=0.2), budget=0.5)
    began = time.monotonic()
    found = looking.look_up([Question(str(491700000000 + number)) for number in range(40)])
    assert time.monotonic() - began < 5
    assert {each.why_not for each in found} <= {"late", "unavailable"}
    asked = len(shop.asked)
    assert [each.why_not for each in looking.look_up([Question("491701234567")])] == ["resting"]
    assert len(shop.asked) == asked


@pytest.mark.parametrize(
    ("text", "named", "about", "another"),
    [
        ("my parcel is late", (), "A-2", False),
        ("order A-1 is late", ("A-1",), "A-1", False),
        ("wo bleibt SH-7781?", (), "SH-7781", False),
        ("order Z-9 is late", ("Z-9",), None, True),
    ],
)
def test_which_order_is_meant(
    connect: Connect, shop: Shop, text: str, named: tuple[str, ...], about: str | None, another: bool
) -> None:
    """A text would name an order that the customer did not mean, or one that is not theirs."""
    newer = {**MINE, "order": "A-2", "ordered_at": "2026-03-05"}
    shop.body = {"orders": [MINE, newer, {**MINE, "order": "SH-7781", "ordered_at": "2025-01-01"}]}
    (found,) = LookingUp(connect(shop.url)).look_up([Question("491701234567", text, named)])
    assert (found.about.number if found.about else None, found.named_another) == (about, another)
