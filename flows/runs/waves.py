"""Waves: everything that is ready, moved together, most severe first.

A wave claims subjects (customers and incidents) and moves them until nothing of them is due. Steps that are due at
the same time are grouped by verb; each group is one call, so that Prefect can show it as one task run whether it
holds one case or a thousand. A wave needs no Prefect: whoever runs it calls each group in turn.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.errors import ClaimLost
from flows.hearing import Hearing
from flows.runs import at_once, crowds, history, intake, looked_up, moving, news, trouble, under_way
from flows.runs.moved import Due, Moved, sent
from flows.runs.progress import standings
from flows.runs.ready import Ready, next_due, ready
from flows.runs.words import written
from flows.sending import courier
from flows.store import subjects
from flows.store.tables import Message, Outbox, Run, Subject

if TYPE_CHECKING:
    from flows.orders.looking_up import LookingUp
    from flows.third_voice import ThirdVoice

LEASE = timedelta(seconds=90)
"""How long a claim holds without a sign of life; longer than the slowest call to a channel."""
REST_AFTER_ERROR = timedelta(minutes=1)
SENDERS = 8
MOST_LETTERS = 32
"""How many customers one group of sends serves, so that nobody who is worse off waits long behind them."""
BUDGET = timedelta(seconds=20)
"""After this a wave begins nothing new, so that an emergency is claimed soon however much else there is to do."""
MOST_ROUNDS = 100
CROWDED = 10
"""With more subjects than this in its hands, a wave does in one transaction what it would do in several: it reads what
somebody wrote and takes the steps that follow at once. Prefect shows fewer groups, and more people are answered."""
MOST_STEPS = 10
"""How many steps are taken in such a transaction; what is left has its turn later."""
AT_ONCE = 20
"""How many messages of a customer are read in one transaction."""
_TOO_LATE = Hearing(why_not="the message came in while others were read")

_BEFORE_ALONGSIDE = (
    select(Outbox.subject_id)
    .join(Run, Run.id == Outbox.run_id)
    .where(Outbox.subject_id.in_(bindparam("subjects", expanding=True)), Outbox.to == "customer", ~Run.alongside)
    .where(courier.WAITING)
)
"""Whom a procedure has something to say to that has not left: what runs alongside must not be faster."""

log = logging.getLogger(__name__)
Item = TypeVar("Item")


@dataclass(frozen=True)
class Group:
    """Work of one kind for several subjects, done by calling it. `name` is what Prefect shows: `reply ×312`."""

    verb: str
    count: int
    do: Callable[[], list[Moved]]

    @property
    def name(self) -> str:
        return f"{self.verb} ×{self.count}"

    def __call__(self) -> list[Moved]:
        return self.do()


@dataclass
class Wave:
    """One wave. `owner` is a name that no other wave uses."""

    desk: Desk
    owner: str
    limit: int = 200
    flow_run: str | None = None
    note_absence: bool = False
    claims: dict[str, subjects.Claim] = field(default_factory=dict)
    touched: set[tuple[str, str]] = field(default_factory=set)
    asked: dict[str, Any] = field(default_factory=dict)  # what the store is asked once for everybody in the wave
    heard: dict[str, Hearing | None] = field(default_factory=dict)  # in each message, by its id; None: it has no words
    _finished: bool = False
    _crowded: bool = False

    def claim(self) -> int:
        """Take what is ready; returns how many subjects that are."""
        with self.desk.store.begin() as session:
            found = subjects.claim(session, self.owner, self.desk.now(), LEASE, self.limit)
        self.claims = {claim.subject_id: claim for claim in found}
        self._crowded = len(found) > CROWDED
        return len(found)

    def groups(self) -> Iterator[Group]:
        """What is to be done, group after group; each must be called before the next is asked for.

        It ends after `BUDGET`, with work left or not: the next wave then begins with whoever is most severe by then.
        """
        began = self.desk.now()
        try:
            for _ in range(MOST_ROUNDS):
                again = False
                for group in self._round():
                    again = True
                    yield group
                    if self.desk.now() - began > BUDGET:
                        return
                if not again:
                    self._finished = True
                    return
        finally:
            self._release()

    def _round(self) -> Iterator[Group]:
        todo = self._ready()
        if arrived := self._by_severity(todo.unread):
            if self.desk.third_voice is not None:
                yield Group("listen", len(arrived), partial(self._listen, self.desk.third_voice, arrived))
            yield Group("read", len(arrived), partial(self._read_all, arrived))
            todo = self._ready()
        if happened := self._by_severity(todo.news):
            yield Group("settle", len(happened), partial(self.each, happened, self._settle))
            todo = self._ready()
        due = self._due_steps(todo.moving)
        if self.desk.orders is not None and (asking := due.get(looked_up.VERB)):
            yield Group("ask for orders", len(asking), partial(self._look_up, self.desk.orders, asking))
        for verb in sorted(due):
            yield Group(verb, len(due[verb]), partial(self._act_all, due[verb]))
        if due:
            todo = self._ready()
        if waiting := self._by_severity(todo.letters)[:MOST_LETTERS]:
            yield Group("send", len(waiting), partial(self._send_all, waiting))

    # -- what there is to do --------------------------------------------------------------------------------

    def _ready(self) -> Ready:
        with self.desk.store.read() as session:
            return ready(session, self.claims, self.desk.now())

    def _due_steps(self, moving_ones: frozenset[str]) -> dict[str, list[Due]]:
        """Verb -> every step that can be done now for these subjects."""
        if not moving_ones:
            return {}
        due: dict[str, list[Due]] = {}
        unreadable: dict[str, Exception] = {}
        beside: set[str] = set()  # runs alongside others: their turn comes when the others have said what they had to
        with self.desk.store.read() as session:
            busy = set(session.scalars(_BEFORE_ALONGSIDE, {"subjects": list(moving_ones)}))
            for run, stands in standings(self.desk, session, moving_ones):
                if isinstance(stands, Exception):  # content that a newer version cannot read: only this one stands
                    unreadable[run.subject_id] = stands
                    continue
                if run.alongside:
                    beside.add(run.id)
                elif stands.due:
                    busy.add(run.subject_id)
                for place in stands.due:
                    verb = place.step.verb.verb
                    due.setdefault(verb, []).append(Due(run.subject_id, run.id, place.path, verb))
        for subject_id, trouble_met in unreadable.items():
            self._set_aside(subject_id, trouble_met)
        for items in due.values():
            mine = [item for item in items if item.subject_id in self.claims]
            items[:] = [item for item in mine if item.run_id not in beside or item.subject_id not in busy]
            items.sort(key=lambda item: -self.claims[item.subject_id].severity)
        return {verb: items for verb, items in due.items() if items}

    def _by_severity(self, found: frozenset[str]) -> list[str]:
        return sorted(found & self.claims.keys(), key=lambda each: (-self.claims[each].severity, each))

    # -- doing it -------------------------------------------------------------------------------------------

    def each(
        self, items: Sequence[Item], do: Callable[[Item], list[Moved]], hands: int = 1, within: timedelta | None = None
    ) -> list[Moved]:
        """Do it for each, the most severe first, with so many hands at once; `within` a time, what is left is left."""
        if hands == 1 or len(items) == 1:
            began, done = self.desk.now(), list[Moved]()
            for item in items:
                done += self._one(item, do)
                if within is not None and self.desk.now() - began > within:
                    break
            return done
        with ThreadPoolExecutor(min(hands, len(items))) as pool:
            return [moved for several in pool.map(lambda item: self._one(item, do), items) for moved in several]

    def _one(self, item: Item, do: Callable[[Item], list[Moved]]) -> list[Moved]:
        """What fails for one subject harms only that one, and is tried again soon."""
        subject_id = item.subject_id if isinstance(item, Due) else str(item)
        if subject_id not in self.claims:
            return []
        try:
            return do(item)
        except ClaimLost:
            log.warning("%s was taken over by another responder", subject_id)
            self.claims.pop(subject_id, None)
        except Exception as error:  # whatever it is, the others must still be answered
            if not (isinstance(item, Due) and self._failed(item, error)):
                self._set_aside(subject_id, error)
        return []

    def _failed(self, due: Due, error: Exception) -> bool:
        """A step broke in a way that its verb did not foresee: it fails by the normal road, and a person hears of it.
        False if the store itself is the trouble."""
        if isinstance(error, SQLAlchemyError):
            return False
        log.error("%s: the step %s broke (%s at %s)", due.run_id, due.path, type(error).__name__, _line(error))
        try:
            with self.held(due.subject_id) as session:
                moving.break_step(self.desk, session, due.run_id, due.path, type(error).__name__, self.flow_run)
        except Exception:
            log.error("%s: nor could it be marked as failed", due.run_id)
            return False
        return True

    def _listen(self, voice: ThirdVoice, subject_ids: list[str]) -> list[Moved]:
        """Ask the third voice what they wrote: here, because nothing may be waited for in a transaction."""
        with self.desk.store.read() as session:
            arrived = [each for subject_id in subject_ids for each in intake.unread(session, subject_id)]
            unread = [each for each in arrived if each.author == "customer"]
            words = [written(self.desk.store.vault, session, each) for each in unread]
        said = {each.id: (each, written) for each, written in zip(unread, words, strict=True) if written.text.strip()}
        waited = [(self.desk.now() - each.received_at).total_seconds() for each, _ in said.values()]
        heard = voice.hear([each for _, each in said.values()], self.desk.shelf.current, waited)
        self.heard = {**dict.fromkeys(each.id for each in unread), **dict(zip(said, heard, strict=True))}
        return []

    def _look_up(self, orders: LookingUp, asking: list[Due]) -> list[Moved]:
        """Ask the order source: here, because nothing may be waited for in a transaction."""
        looked_up.note(self.asked, looked_up.ask(self.desk, orders, {each.run_id for each in asking}))
        return []

    def _read_all(self, subject_ids: list[str]) -> list[Moved]:
        if self._crowded:
            return crowds.read(self, subject_ids)
        return self.each(subject_ids, self.read, within=crowds.READS_FOR)

    def _act_all(self, due: list[Due]) -> list[Moved]:
        return crowds.act(self, due) if self._crowded else self.each(due, self.act)

    def _send_all(self, subject_ids: list[str]) -> list[Moved]:
        return crowds.send(self, subject_ids) if self._crowded else self.each(subject_ids, self.send, SENDERS)

    def read(self, subject_id: str) -> list[Moved]:
        """Read what a customer wrote, a few messages at a time."""
        moved: list[Moved] = []
        while True:
            with self.held(subject_id) as session:
                read = self.read_some(session, subject_id, intake.unread(session, subject_id), go_on=False)
            moved += read
            if len(read) < AT_ONCE:
                return moved

    def read_some(
        self, session: Session, subject_id: str, unread: Sequence[Message], *, go_on: bool = True
    ) -> list[Moved]:
        """Read a few messages: a transaction holds up everybody who has something to store. With `go_on`, the steps
        that follow are taken if that was all."""
        moved = []
        for message in unread[:AT_ONCE]:
            hearing = self.heard.get(message.id, _TOO_LATE) if self.desk.third_voice is not None else None
            case = intake.read_message(self.desk, session, message, self.flow_run, hearing)
            moved.append(Moved(case.id if case else subject_id, case.playbook if case else "—", "read", "done", "read"))
        # What was read may be worse than what was known when the customer was claimed.
        severity = session.get_one(Subject, subject_id).severity
        self.claims[subject_id] = replace(self.claims[subject_id], severity=severity)
        if go_on and len(unread) <= AT_ONCE:
            moved += self.go_on(session, subject_id)
        return moved

    def go_on(self, session: Session, subject_id: str) -> list[Moved]:
        """Take the steps that are due for a subject, one after the other, in the transaction that made them due. What
        runs alongside waits for its turn."""
        moved: list[Moved] = []
        for run in under_way.runs_of(session, subject_id):
            while not run.alongside and len(moved) < MOST_STEPS and (due := moving.due(self.desk, session, run)):
                moved += self.take_step(session, Due(subject_id, run.id, due[0].path, due[0].step.verb.verb))
        return moved

    def take_step(self, session: Session, due: Due) -> list[Moved]:
        status = moving.act(self.desk, session, due.run_id, due.path, self.flow_run)
        run = session.get_one(Run, due.run_id)
        about = run.case_id or run.incident_id or run.id
        if run.case_id:
            self.touched.add((due.subject_id, run.case_id))
        return [Moved(about, run.playbook, due.path, status, due.verb)] if status else []

    def _settle(self, subject_id: str) -> list[Moved]:
        with self.held(subject_id) as session:
            news.take_in(self.desk, session, subject_id, self.flow_run)
        return []

    def act(self, due: Due) -> list[Moved]:
        with self.held(due.subject_id) as session:
            return self.take_step(session, due)

    def send(self, subject_id: str) -> list[Moved]:
        """Send everything of a subject that is due, one letter after the other."""
        calls = courier.deliver(self.desk, subject_id, lambda: self.held(subject_id), self.flow_run)
        return [sent(about) for about in calls]

    @contextmanager
    def held(self, *subject_ids: str) -> Iterator[Session]:
        """A transaction in which these subjects are surely ours; what several will ask for is at hand in it."""
        with self.desk.store.begin() as session, self.desk.store.vault.keys_at_hand():
            session.info["asked"] = self.asked
            self.claims |= subjects.hold_all(session, subject_ids, self.owner, self.desk.now(), LEASE)
            if len(subject_ids) > 1:
                at_once.bring(self.desk, session, subject_ids)
            yield session

    def _set_aside(self, subject_id: str, error: Exception) -> None:
        """Something unforeseen: leave the subject for a minute and say so. The text of the error may be personal."""
        claim = self.claims.pop(subject_id)
        name, now = type(error).__name__, self.desk.now()
        log.error("%s could not be moved (%s at %s); it is tried again in a minute", subject_id, name, _line(error))
        try:
            with self.desk.store.begin() as session:
                said = {"error": name}
                history.tell_of(session, subject_id, now, "moving failed", said, flow_run=self.flow_run)
                subjects.release(session, claim, self.owner, now + REST_AFTER_ERROR)
                trouble.report(session, subject_id, now)
        except Exception:  # the store itself is in trouble; the lease runs out by itself
            log.error("%s could not be given back either", subject_id)

    def _release(self) -> None:
        """Give everything back. What cannot be given back is free when its lease has run out."""
        claims, self.claims = self.claims, {}
        try:
            with self.desk.store.begin() as session:
                # In the order in which everybody takes several; not that of how severe they are.
                subjects.lock(session, *claims)
                for subject_id, case_id in sorted(self.touched if self.note_absence else ()):
                    if subject_id in claims:
                        history.tell_of(
                            session, subject_id, self.desk.now(), "moved without Prefect", {}, case_id=case_id
                        )
                left = frozenset() if self._finished else ready(session, claims, self.desk.now()).now
                later = next_due(session, claims)
                due = {each: self.desk.now() if each in left else later.get(each) for each in claims}
                subjects.release_all(session, claims.values(), self.owner, due)
        except SQLAlchemyError:
            log.error("a wave could not give back what it held")


def move(desk: Desk, owner: str, limit: int = 200, *, note_absence: bool = False) -> list[Moved]:
    """Run one wave without Prefect and return what it did; `note_absence` writes into the history that Prefect, which
    should have carried it, was not there."""
    wave = Wave(desk, owner, limit, note_absence=note_absence)
    if not wave.claim():
        return []
    return [moved for group in wave.groups() for moved in group()]


def _line(error: Exception) -> str:
    """Where an error came from, without its text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else "?"
