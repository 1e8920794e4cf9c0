"""`firebreak plan`: the deletion plan of a case, place by place and message by message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from flows.cli.context import Json, load_settings, open_desk
from flows.cli.paper import Ink, cells, fill, ink, say, say_json, width, wrap

if TYPE_CHECKING:
    from flows.erasing.plan import MessagePlan, PlacePlan, Plan

_CAN_INKS: dict[str, Ink] = {"yes": "green", "partly": "yellow", "no": "red", "unclear": "magenta"}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "yes": "yes",
        "partly": "partly",
        "no": "no",
        "unclear": "not clear yet",
        "customer": "the customer",
        "nobody": "nobody",
        "by_itself": "by itself",
        "by": "by",
        "but": "but",
        "messages": "What happens to each message in our records",
        "erase": "is erased",
        "mask": "stays, with personal details masked",
        "keep": "stays as it is",
        "look": "waits until somebody has looked",
        "gone": "is erased already",
        "us": "us",
        "them": "customer",
    },
    "zh-CN": {
        "yes": "可以",
        "partly": "部分可以",
        "no": "不可以",
        "unclear": "尚不清楚",
        "customer": "客户本人",
        "nobody": "无需处理",
        "by_itself": "到期自动",
        "by": "截止",
        "but": "但是",
        "messages": "我们记录里的每条消息如何处理",
        "erase": "清除",
        "mask": "保留，个人信息遮盖",
        "keep": "原样保留",
        "look": "等同事看过再定",
        "gone": "已清除",
        "us": "我方",
        "them": "客户",
    },
}


def show_plan(
    wanted: Annotated[str, typer.Argument(metavar="ID", help="A case, or a customer (P-…): their newest open case.")],
    language: Annotated[
        str | None, typer.Option(metavar="L", help="en or zh-CN; by default the one of FIREBREAK_LANGUAGE.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the deletion plan of a case.

    For every place where copies live: what can be done there, by whom, by when, or why not; and what happens to each
    message in our records. The soonest deadline comes first. The plan is made from the facts of this moment; what it
    says stands in rules/deletion_plan.yaml. Nothing personal is in it.

    \b
    Examples:
      firebreak plan C-7K3MQ9XW2A
      firebreak plan C-7K3 --language zh-CN
      firebreak plan C-7K3 --json
    """
    from flows.cli.whose import case_of
    from flows.erasing.plan import plan_of
    from flows.errors import FirebreakError
    from rules.problems import did_you_mean

    settings = load_settings()
    language = language or settings.language
    if language not in _WORDS:
        raise FirebreakError(f'"{language}" is no language of the plan{did_you_mean(language, _WORDS)}')
    with open_desk(settings) as desk, desk.store.read() as session:
        plan = plan_of(desk, session, case_of(session, wanted))
    if as_json:
        say_json(plan.to_json())
        return
    for line in drawn(plan, language, settings.timezone):
        say(line)


def drawn(plan: Plan, language: str, zone: ZoneInfo) -> Iterator[str]:
    """The plan for a terminal."""
    from flows.cli.inventory import recall_in_words, summary

    yield f"{ink(plan.case_id, 'bold')}  {plan.customer_id}"
    yield summary(plan.inventory)
    for place in plan.urgent_first():
        yield ""
        yield from _place(place, plan.at, language, zone)
    if plan.messages:
        yield ""
        yield ink(_WORDS[language]["messages"], "bold")
    for message in plan.messages:
        yield from _message(message, language, recall_in_words(message.record, plan.at, zone))


def _place(place: PlacePlan, now: datetime, language: str, zone: ZoneInfo) -> Iterator[str]:
    from flows.telling.sentences import roughly

    words = _WORDS[language]
    title = place.title.get(language, place.place)
    yield f"{ink(fill(title, max(cells(title), 34)), 'bold')}  {ink(words[place.can], _CAN_INKS.get(place.can, ''))}"
    who = words.get(place.who, place.who)
    if place.due is not None:
        left = f"{'-' if place.due < now else ''}{roughly(abs(place.due - now))}"
        who += f", {words['by']} {place.due.astimezone(zone):%Y-%m-%d %H:%M} ({left})"
    yield f"  {ink(who, 'dim')}"
    for line in wrap(place.what.get(language, ""), width() - 2):
        yield f"  {line}"
    if reason := place.why_not.get(language):
        for line in wrap(f"{words['but']}: {reason}", width() - 2):
            yield f"  {line}"


def _message(message: MessagePlan, language: str, deadline: str) -> Iterator[str]:
    words = _WORDS[language]
    whose = words["us" if message.record.whose == "us" else "them"]
    why = f" ({message.why})" if message.why else ""
    yield f"{message.record.id}  {fill(whose, 9)} {words[message.what]}{why}"
    if deadline:
        yield ink(f"  {deadline}", "yellow")
