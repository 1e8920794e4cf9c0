"""Orders to practise on: an order source as a business would offer one (docs/orders.md), in memory and fictitious."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from flows.orders.source import BadOrder, Order, digits_of, newest_first, order_of, same_order

FIND = "/practice/orders/find"
"""Where the practice WhatsApp answers questions about orders."""

# For numbers that the chat page proposes and that are kept for stories, so that there is something to find at once.
_SAMPLES: tuple[Mapping[str, Any], ...] = (
    {
        "order": "P-1001",
        "customer": "8613800138000",
        "state": "sent",
        "ordered_at": "2026-01-02",
        "article": "Travel kettle 0.8 l",
        "amount": "39.90",
        "currency": "EUR",
        "tracking": "PRACTICE-1001",
        "history": ["2026-01-02 paid", "2026-01-03 handed to the carrier"],
    },
    {
        "order": "P-1002",
        "customer": "15550100001",
        "state": "delivered",
        "ordered_at": "2025-12-20",
        "article": "Desk lamp, black",
        "amount": "54.00",
        "currency": "USD",
        "history": ["2025-12-20 paid", "2025-12-27 delivered"],
    },
)


class PracticeOrders:
    """Answers as an order source does; orders are added over HTTP or from this process."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._orders: list[Order] = [order_of(each) for each in _SAMPLES]

    def add(self, orders: Iterable[Mapping[str, Any]]) -> None:
        """Add orders; one with the same number takes the old one's place. Raises `BadOrder`, and adds none then."""
        new = [order_of(each) for each in orders]
        with self._turn:
            numbers = [each.number for each in new]
            kept = [each for each in self._orders if not any(same_order(each.number, one) for one in numbers)]
            self._orders = [*kept, *new]

    def find(self, number: str | None, order: str | None) -> list[Order]:
        """The orders of this number, with this order number, or both."""
        wanted = digits_of(number) if number else None
        if number is None and order is None:
            return []
        with self._turn:
            known = list(self._orders)
        theirs = [each for each in known if number is None or (wanted is not None and each.customer == wanted)]
        return newest_first([each for each in theirs if order is None or same_order(each.number, order)])

    def routes(self) -> list[Route]:
        return [
            Route("/practice/orders", self._add, methods=["POST"]),
            Route(FIND, self._find, methods=["POST"]),
        ]

    async def _add(self, request: Request) -> Response:
        """Add orders: `{"orders": [{"order": …, "customer": …, "state": …}]}`, as the source answers them."""
        body = await _body(request)
        listed = body.get("orders") if body is not None else None
        if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            return JSONResponse({"problems": ['send JSON: {"orders": [{"order": …, "customer": …, "state": …}]}']}, 422)
        try:
            self.add(listed)
        except BadOrder as problem:
            return JSONResponse({"problems": [str(problem)]}, 422)
        return JSONResponse({"ok": True})

    async def _find(self, request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return JSONResponse({"error": 'send JSON: {"number": …, "order": …}'}, 400)
        number, order = (_text(body.get(name)) for name in ("number", "order"))
        return JSONResponse({"orders": [each.to_json() for each in self.find(number, order)]})


async def _body(request: Request) -> dict[str, Any] | None:
    # A page from elsewhere can post text here without asking the browser, but not JSON.
    if not request.headers.get("content-type", "").startswith("application/json"):
        return None
    try:
        body = json.loads(await request.body())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
