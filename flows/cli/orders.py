"""`firebreak orders`: what the order source says, asked by a colleague."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import Json, load_settings
from flows.cli.paper import fill, say, say_json

if TYPE_CHECKING:
    from flows.orders.looking_up import LookingUp
    from flows.orders.source import Order


def find(
    number: Annotated[
        str | None, typer.Option("--number", metavar="N", help="The customer's number, with its country code.")
    ] = None,
    order: Annotated[str | None, typer.Option("--order", metavar="O", help="The number of the order.")] = None,
    as_json: Json = False,
) -> None:
    """Find orders by the customer's number, by the order's, or by both.

    What is shown is personal; it goes nowhere else. The exit code is 1 when the source could not be asked, and 0 when
    there is no such order.

    \b
    Examples:
      firebreak orders find --number 8613800138000
      firebreak orders find --order P-1001 --json
    """
    from flows.errors import FirebreakError
    from flows.orders.source import digits_of

    if number is None and order is None:
        raise FirebreakError("say whose orders (--number) or which order (--order)")
    if number is not None and digits_of(number) is None:
        raise FirebreakError("--number is a telephone number with its country code, as in +49 170 1234567")
    found = _source().source.find(digits_of(number) if number is not None else None, order)
    if as_json:
        say_json([each.to_json() for each in found])
        return
    if not found:
        say("There is no such order.")
    for each in found:
        for line in _lines(each):
            say(line)


def check(as_json: Json = False) -> None:
    """Look whether the order source can be used, and which lines of an orders file are no orders.

    The exit code is 1 when something is wrong.

    \b
    Examples:
      firebreak orders check
      firebreak orders check --json
    """
    from flows.orders.csv_file import CsvFile
    from flows.orders.source import OrdersUnavailable

    source = _source().source
    checked = source.check()
    bad = []
    if isinstance(source, CsvFile):
        with suppress(OrdersUnavailable):  # the check says so
            bad = [{"line": each.line, "why": each.why} for each in source.bad_lines()]
    if as_json:
        say_json({"ok": checked.ok, "source": source.name, "says": checked.says, "bad_lines": bad})
    else:
        say(checked.says)
        for each in bad:
            say(f"line {each['line']}: {each['why']}")
    if not checked.ok:
        raise typer.Exit(1)


def _source() -> LookingUp:
    from flows.assembly import open_orders
    from flows.errors import FirebreakError

    source = open_orders(load_settings())
    if source is None:
        raise FirebreakError(
            "no order source is connected; set FIREBREAK_ORDERS_FILE or FIREBREAK_ORDERS_URL (see docs/orders.md)"
        )
    return source


def _lines(order: Order) -> Iterator[str]:
    day = f"{order.ordered_at:%Y-%m-%d}" if order.ordered_at is not None else ""
    paid = " ".join(filter(None, (order.amount, order.currency)))
    yield "  ".join(filter(None, (f"{order.number}  {order.state}", day, order.article, paid)))
    if order.customer is not None:
        yield f"  {fill('customer', 10)}{order.customer}"
    if order.tracking:
        yield f"  {fill('tracking', 10)}{order.tracking}"
    for number, line in enumerate(order.history):
        yield f"  {fill('' if number else 'history', 10)}{line}"
