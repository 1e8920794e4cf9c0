"""Orders behind an address that is asked: the business's own shop, or a small bridge to it. The shape is in
docs/orders.md."""

from __future__ import annotations

import json
import time
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpx

from flows.channels.channel import Check
from flows.orders.source import BadOrder, Order, OrdersUnavailable, digits_of, newest_first, order_of, same_order

PATIENCE = 3.0
"""Seconds from the question to the end of the answer."""
LARGEST_ANSWER = 1_000_000
"""Bytes, after which nobody reads on."""

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_NOBODY = "0000000"  # no number begins with 0: what `check` asks for belongs to nobody


class HttpOrders:
    """Asks `POST {url}` with `{"number": …, "order": …}` and reads `{"orders": […]}`. Safe to share between threads.

    The number goes into the body, because addresses are written into logs. Whatever is not a readable answer with
    status 200 is `OrdersUnavailable`. An answer with orders of somebody else is not believed: those are dropped.
    """

    name = "http"

    def __init__(self, url: str, token: str | None = None, patience: float = PATIENCE) -> None:
        self.host = urlsplit(url).hostname or url
        self._url = url
        self._patience = patience
        self._headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}

    @cached_property
    def _client(self) -> httpx.Client:
        """Made when it is first needed: reading the certificates takes a while, and most commands ask nothing."""
        return httpx.Client(
            headers=self._headers,
            timeout=httpx.Timeout(self._patience),
            limits=httpx.Limits(max_connections=16),
            trust_env=self.host not in _THIS_MACHINE,  # no proxy is asked for what runs right here
        )

    def find(self, number: str | None = None, order: str | None = None) -> list[Order]:
        wanted = digits_of(number) if number is not None else None
        if number is not None and wanted is None:
            return []
        if wanted is None and order is None:
            return []
        found = self._orders(self._ask({"number": wanted, "order": order}))
        theirs = [each for each in found if wanted is None or each.customer in (None, wanted)]
        return newest_first([each for each in theirs if order is None or same_order(each.number, order)])

    def check(self) -> Check:
        """Ask for a number that nobody has: proves the address, the token and that the answer can be read."""
        try:
            self._orders(self._ask({"number": _NOBODY, "order": None}))
        except OrdersUnavailable as error:
            return Check(False, str(error))
        return Check(True, f"{self.host} answers questions about orders")

    def close(self) -> None:
        """Give the connections back."""
        if "_client" in self.__dict__:
            self._client.close()

    def _ask(self, question: dict[str, str | None]) -> bytes:
        ends = time.monotonic() + self._patience
        body = json.dumps(question).encode("ascii")
        try:
            with self._client.stream("POST", self._url, content=body) as answer:
                if answer.status_code != 200:
                    raise OrdersUnavailable(f"{self.host} answered HTTP {answer.status_code}, asked about orders")
                parts, size = [], 0
                for part in answer.iter_bytes():
                    parts.append(part)
                    size += len(part)
                    if size > LARGEST_ANSWER:
                        raise OrdersUnavailable(f"{self.host} answered with over {LARGEST_ANSWER // 1_000_000} MB")
                    if time.monotonic() > ends:
                        raise OrdersUnavailable(f"{self.host} did not finish its answer in {self._patience:g} seconds")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise OrdersUnavailable(f"{self.host} cannot be asked about orders ({type(error).__name__})") from None
        return b"".join(parts)

    def _orders(self, answer: bytes) -> list[Order]:
        try:
            told: Any = json.loads(answer)
        except (ValueError, RecursionError):
            told = None
        listed = told.get("orders") if isinstance(told, dict) else None
        if not isinstance(listed, list):
            raise OrdersUnavailable(f'{self.host} did not answer with {{"orders": [...]}}')
        found: list[Order] = []
        broken: str | None = None
        for element in listed:
            try:
                found.append(order_of(element if isinstance(element, dict) else {}))
            except BadOrder as problem:
                broken = str(problem)
        if broken is not None and not found:  # an answer of which nothing can be read is no "there is none"
            raise OrdersUnavailable(f"{self.host} answered with what is no order: {broken}")
        return found
