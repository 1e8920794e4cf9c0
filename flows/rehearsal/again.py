"""Playing a past case again: the same people do the same at the same time, under this content or that.

Where the content asks for something else than it did then, what people did may find no place. An answer that comes
before its question is given as soon as the same step asks; one whose question never comes is remarked upon.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows import answering, ticking
from flows.channels.channel import Letter, Result, Sent
from flows.rehearsal import past_crises
from flows.rehearsal.course import Rehearsed
from flows.rehearsal.deeds import (
    Answered,
    ClosedByHand,
    Crisis,
    Deed,
    InForce,
    Joined,
    OpenedByHand,
    Past,
    Reported,
    Turned,
    Wrote,
)
from flows.rehearsal.play import happened_in, stories_of
from flows.rehearsal.stage import Nowhere, Stage
from flows.runs import ending, listing, opening
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import JournalLine, Message, Outbox, Run, Task
from rules.language import FactValues


def play_again(shelf: Shelf, past: Past, zone: ZoneInfo, given: FactValues | None = None) -> Rehearsed:
    """Play a past case under the content of this shelf; what is told is what came of that case."""
    stage = Stage(shelf, given, starts=past.begins, zone=zone)
    try:
        return _Again(stage, past).play()
    finally:
        stage.close()


@dataclass
class AsThen(Nowhere):
    """A channel that answers each call for a reply as it did then; what goes beyond that is taken."""

    store: Store | None = None
    results: dict[str, list[Result]] = field(default_factory=dict)
    left: list[tuple[str, str]] = field(default_factory=list)  # (reply, WhatsApp's id) of what has left

    def send(self, letter: Letter) -> Result:
        reply = self._reply(letter)
        then = self.results.get(reply)
        if then and not isinstance(first := then.pop(0), Sent):
            self.answers.append(first)
        result = super().send(letter)
        if isinstance(result, Sent):
            self.left.append((reply, result.provider_id))
        return result

    def _reply(self, letter: Letter) -> str:
        assert self.store is not None
        with self.store.read() as session:
            return session.scalars(select(Outbox.reply).where(Outbox.key == letter.key)).first() or ""


class _Again:
    """One playing of a past case."""

    def __init__(self, stage: Stage, past: Past) -> None:
        self._stage, self._past = stage, past
        results = {reply: list(each) for reply, each in past.results.items()}
        self._channel = AsThen(store=stage.store, results=results)
        stage.use_channel(self._channel)
        self._cases: dict[str, str] = {}  # case then -> case now
        self._early: list[Answered] = []
        self._crises = past_crises.Again()

    def play(self) -> Rehearsed:
        past, stage = self._past, self._stage
        stage.know(past.locale, past.last_wrote_at, past.first_seen_at, past.said_before)
        remarks = [*past.remarks]
        for deed in past.deeds:
            stage.pass_time(deed.at - stage.clock.now())
            remarks += self._do(deed)
            self._settle()
        stage.pass_time(past.until - stage.clock.now())
        self._settle()
        remarks += [f"{_told(each)} is asked for nowhere now" for each in self._early]
        case = self._cases.get(past.case)
        if case is None:
            return Rehearsed((), {}, (*remarks, "what opened the case opens none now"))
        happened = happened_in(stage.store, JournalLine.case_id == case, said=stage.said())
        return Rehearsed(happened, stories_of(stage.store, [case], stage.desk.timezone), tuple(remarks))

    def _settle(self) -> None:
        """Move on, and give the answers that wait for their question."""
        self._stage.settle()
        for answered in tuple(self._early):
            if self._answer(answered, alike=False):
                self._early.remove(answered)
                self._stage.settle()

    def _do(self, deed: Deed) -> Iterator[str]:
        match deed:
            case Wrote():
                self._stage.take_message(deed.element, deed.name)
                if deed.case is not None:
                    self._stage.settle()
                    self._opened_by(deed, deed.case)
            case Answered():
                if not self._answer(deed, alike=True):
                    self._early.append(deed)
            case Reported():
                texts = [wamid for reply, wamid in self._channel.left if reply == deed.reply]
                if deed.nth < len(texts):
                    self._stage.take_status(texts[deed.nth], deed.status, deed.code)
                elif deed.status == "failed":
                    yield f"that {deed.reply} was not delivered means nothing now"
            case OpenedByHand():
                yield from self._open_by_hand(deed)
            case ClosedByHand():
                with self._stage.store.begin() as session:
                    if (case := self._cases.get(deed.case)) is not None:
                        ending.close_by_hand(session, case, deed.as_, deed.by, deed.at)
            case Crisis() | InForce() | Turned():
                with self._stage.store.begin() as session:
                    self._crises.happen(self._stage.desk, session, deed)
            case Joined():
                with self._stage.store.begin() as session:
                    if (case := self._cases.get(deed.case)) is not None:
                        self._crises.join(self._stage.desk, session, deed, case)

    def _opened_by(self, deed: Wrote, then: str) -> None:
        blind = self._stage.store.vault.blind("wamid", str(deed.element["id"]))
        with self._stage.store.read() as session:
            now = session.scalars(select(Message.case_id).where(Message.blind == blind)).first()
        if now is not None:
            self._cases[then] = now

    def _open_by_hand(self, deed: OpenedByHand) -> Iterator[str]:
        desk = self._stage.desk
        try:
            with self._stage.store.begin() as session:
                case = opening.open_case_by_hand(
                    desk,
                    session,
                    customer_id=self._stage.customer_id(session),
                    playbook=deed.playbook,
                    severity=deed.severity,
                    opened_by=deed.by,
                )
                self._cases[deed.case] = case.id
                if deed.incident is not None:
                    session.flush()
                    self._crises.join(desk, session, deed, case.id)
        except opening.NoSuchPlaybook as error:
            yield str(error)

    def _answer(self, deed: Answered, *, alike: bool) -> bool:
        """Give an answer to the step that asked then; `alike`: or to who is asked the same now. False if nobody is."""
        desk = self._stage.desk
        with self._stage.store.begin() as session:
            task = self._task_for(session, deed, alike)
            if task is None:
                return False
            try:
                items = listing.items_of(session, task.id)
                given = ticking.numbered(items, deed.answer) if items else deed.answer
                vocabulary, now = desk.shelf.current.vocabulary, self._stage.clock.now()
                answering.answer(session, vocabulary, task.id, given, deed.by, now)
            except answering.WrongAnswer:
                return False
            return True

    def _task_for(self, session: Session, deed: Answered, alike: bool) -> Task | None:
        still_open = session.execute(
            select(Task, Run.playbook)
            .outerjoin(Run, Run.id == Task.run_id)
            .where(Task.status == "open")
            .order_by(Task.created_at, Task.id)
        ).all()
        lists = listing.lists_of(session, [task.id for task, _ in still_open])
        fitting = [
            (task, playbook)
            for task, playbook in still_open
            if answering.fits(task, deed.answer, lists.get(task.id, ()))
        ]
        same = [task for task, playbook in fitting if (playbook, task.path) == (deed.playbook, deed.path)]
        same = [task for task in same if task.kind == deed.kind]
        # The same facts are the same question, whoever is asked and wherever; a yes and a "done" are about one matter.
        asked = [task for task, _ in fitting if task.kind == deed.kind == "ask"]
        role = [task for task, _ in fitting if alike and (task.kind, task.role) == (deed.kind, deed.role)]
        return next(iter((*same, *asked, *role)), None)


def _told(deed: Answered) -> str:
    given = ", ".join(f"{name} {value}" for name, value in deed.answer.items()) or "done"
    return f'the answer "{given}" of {deed.by} ({deed.path or deed.role})'
