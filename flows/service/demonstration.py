"""A short demonstration: four customers write through the practice WhatsApp, and what came of it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from flows import local_time
from flows.desk import Desk
from flows.practice.server import PracticeServer
from flows.store.tables import Case, Message, Outbox, Run, Task
from flows.telling import story

PATIENCE = 60.0  # seconds for everyone's first reply; it takes about two
LOOK_EVERY = 0.2


@dataclass(frozen=True)
class Visitor:
    """Somebody who writes in the demonstration. The numbers are reserved for stories."""

    number: str
    name: str
    text: str


VISITORS = (
    Visitor("8613800000001", "阿月小店", "麻烦把我们聊天记录里关于我的个人信息都删一下，谢谢。"),
    Visitor("15550100002", "Blue Door Café", "Hi, please delete my personal information from our chat."),
    Visitor(
        "15550100003", "Night Owl", "Your charger caught fire while my daughter was asleep. I am calling a lawyer."
    ),
    Visitor("15550100004", "Fern & Pine", "My parcel still has not arrived, it has been two weeks now!"),
)


async def demonstrate(
    desk: Desk, practice: PracticeServer, addresses: dict[str, str], say: Callable[[str], None]
) -> None:
    """Let the visitors write, wait for everyone's first reply, and tell what happened."""
    say("The demonstration begins: four customers write, through the real webhook")
    wamids = [practice.say(each.number, each.text, name=each.name) for each in VISITORS]
    cases = await _answered(desk, wamids)
    for visitor, case_id in zip(VISITORS, cases, strict=True):
        for line in await asyncio.to_thread(_account, desk, visitor, case_id):
            say(line)
    for line in await asyncio.to_thread(_what_next, desk, [case for case in cases if case], addresses):
        say(line)


async def _answered(desk: Desk, wamids: list[str]) -> list[str | None]:
    """The case of each message, once the first reply of each has left and its run waits; or after our patience."""
    cases: list[str | None] = [None] * len(wamids)
    blinds = [desk.store.vault.blind("wamid", wamid) for wamid in wamids]
    for _ in range(int(PATIENCE / LOOK_EVERY)):
        cases, settled = await asyncio.to_thread(_look, desk, blinds)
        if settled:
            return cases
        await asyncio.sleep(LOOK_EVERY)
    return cases


def _look(desk: Desk, blinds: list[str]) -> tuple[list[str | None], bool]:
    with desk.store.read() as session:
        found = {
            row.blind: row.case_id
            for row in session.execute(select(Message.blind, Message.case_id).where(Message.blind.in_(blinds)))
        }
        cases = [found.get(blind) for blind in blinds]
        waiting = session.scalars(select(Run.case_id).where(Run.case_id.in_(cases), Run.status == "waiting")).all()
        answered = session.scalars(
            select(Outbox.case_id).where(
                Outbox.case_id.in_(cases), Outbox.to == "customer", Outbox.status.in_(("sent", "handed_over"))
            )
        ).all()
    return cases, None not in cases and set(cases) <= set(waiting) & set(answered)


def _account(desk: Desk, visitor: Visitor, case_id: str | None) -> list[str]:
    lines = ["", f"  {visitor.name} writes: {visitor.text}"]
    if case_id is None:
        return [*lines, "    was not answered in time; `firebreak doctor` may know why"]
    with desk.store.read() as session:
        case = session.get_one(Case, case_id)
        severity = list(desk.shelf.current.vocabulary.fact("severity").values)[case.severity]
    lines.append(f"    → case {case_id}, {severity}, playbook {case.playbook}")
    for line in story.tell(desk.store, case_id):
        at = local_time.minute(line.at, desk.timezone)[11:]
        if line.mark == "decision":
            lines += [f"      {at}  because {reason}" for reason in line.because[:2]]
        elif line.mark in ("us", "team") and line.words:
            who = "we reply" if line.mark == "us" else line.headline
            lines.append(f"      {at}  {who}: {_short(line.words)}")
    return lines


def _what_next(desk: Desk, cases: list[str], addresses: dict[str, str]) -> list[str]:
    with desk.store.read() as session:
        task = session.scalars(
            select(Task)
            .where(Task.status == "open", Task.kind == "ask", Task.case_id.in_(cases))
            .order_by(Task.created_at)
        ).first()
    lines = ["", "  Look:"]
    lines += [f"    {what:<28}{address}" for what, address in addresses.items()]
    lines += [
        "  Try, in another terminal (. .venv/bin/activate first):",
        "    firebreak cases",
        f"    firebreak case {cases[0]}",
    ]
    lines.append("    firebreak tasks")
    if task is not None:
        filled = " ".join(f"{name}={_typed(offered[0])}" for name, offered in task.form.items())
        lines.append(f"    firebreak answer {task.id} {filled}")
    return [*lines, ""]


def _typed(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _short(words: str, longest: int = 110) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"
