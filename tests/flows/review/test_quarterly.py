"""The quarterly review: what is proposed, what is erased, and what never is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from flows.clock import MovedClock
from flows.desk import Desk
from flows.erasing import erasure, holds, ledger
from flows.ids import new_id
from flows.review import keeping, sensitive
from flows.runs import opening
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import Case, Customer, FollowUp, JournalLine, Message, Outbox, Run, Task
from flows.verbs import going_through
from tests.flows.erasing.house import desk_over
from tests.flows.review.archive import OVER, customer, lists, move, readable, reviewed, status, tick, ticked


@pytest.fixture
def desk(store: Store, shelf: Shelf) -> Desk:
    return desk_over(store, shelf)


def test_only_what_a_person_ticked_off_is_erased(any_store: Store, shelf: Shelf, clock: MovedClock) -> None:
    """A customer would be erased whom somebody wanted to keep, or nobody would be."""
    desk = desk_over(any_store, shelf)
    known = {customer(any_store, number) for number in (1, 2, 3)}
    reviewed(desk, clock)
    task, listed = lists(desk)["proposed"]
    assert set(listed) == known
    move(desk)
    assert all(readable(any_store, each) for each in known), "nothing before a person has said so"
    tick(desk, task, {"1": "done", "2": "failed", "3": "done"})
    move(desk)
    assert [readable(any_store, each) for each in listed] == [0, 1, 0]
    assert [bool(line.finished_at) for line in ledger.lines(any_store)] == [True, True]


def test_what_nobody_has_said_is_asked_and_not_proposed(desk: Desk, clock: MovedClock) -> None:
    """`all=done` on the proposals would erase the chat of an order that may still be on its way."""
    over, unknown = customer(desk.store, 1), customer(desk.store, 2, {"evidence_value": "none"})
    unread = customer(desk.store, 3, {**OVER, "evidence_value": "unknown"})
    reviewed(desk, clock)
    found = lists(desk)
    assert found["proposed"][1] == [over]
    assert set(found["not_said"][1]) == {unknown, unread}
    with desk.store.read() as session:
        said = desk.store.vault.open(session.get_one(Task, found["not_said"][0]).sealed_details or b"")["why"]
    assert said == {unknown: "order_not_known", unread: "evidence_not_known"}


@pytest.mark.parametrize("facts", [{"dispute": "open"}, {"legal_hold": True}, {"order_state": "sent"}])
def test_what_is_needed_stays(desk: Desk, clock: MovedClock, facts: dict[str, object]) -> None:
    """The proof in a dispute would be proposed for erasing, and one careless `all=done` later it would be gone."""
    customer(desk.store, 1, {**OVER, "after_sales_period": "over", **facts})
    reviewed(desk, clock, timedelta(days=120))
    assert "proposed" not in lists(desk)


GOING_ON = ("case", "run", "follow-up", "task", "letter", "message", "hold")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from((*GOING_ON, "nothing")), min_size=1, max_size=5), st.integers(91, 1000))
def test_what_is_going_on_is_never_proposed(shelf: Shelf, kinds: list[str], days: int) -> None:
    """Something of a running case would be proposed for erasing, however old it is."""
    clock = _clock()
    with Store.in_memory(clock) as store:
        desk = desk_over(store, shelf)
        known = [(kind, customer(store, number)) for number, kind in enumerate(kinds, 1)]
        clock.move(timedelta(days=days))
        for kind, customer_id in known:
            begin(desk, customer_id, kind)
        reviewed(desk, clock, timedelta(0))
        listed = [each for _, several in lists(desk).values() for each in several]
        assert sorted(listed) == sorted(customer_id for kind, customer_id in known if kind == "nothing")


@pytest.mark.parametrize("kind", GOING_ON)
def test_what_has_begun_since_the_approval_wins(desk: Desk, clock: MovedClock, kind: str) -> None:
    """A customer who came back on the day of the approval would be erased in the middle of a new order."""
    mine = customer(desk.store, 1)
    run = reviewed(desk, clock)
    task, _ = lists(desk)["proposed"]
    tick(desk, task, {"all": "done"})
    begin(desk, mine, kind)
    move(desk)
    assert readable(desk.store, mine) >= 1
    assert ledger.lines(desk.store) == []
    assert status(desk, run) == "waiting", "the team's talk is still to come"


def test_a_crash_in_the_middle_goes_on_where_it_was(
    desk: Desk, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a crash some of the approved customers would stay, or one would stand in the ledger twice."""
    known = [customer(desk.store, number) for number in range(1, 5)]
    reviewed(desk, clock)
    task, _ = lists(desk)["proposed"]
    tick(desk, task, {"all": "done"})
    calls, finish = [], erasure.finish

    def dies(desk: Desk, *rest: object) -> erasure.Erased:
        calls.append(1)
        if len(calls) == 2:
            raise SystemExit("killed")
        return finish(desk, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(erasure, "finish", dies)
    with pytest.raises(SystemExit):
        move(desk)
    clock.move(timedelta(minutes=5))  # until the lease of the dead process is over
    move(desk)
    assert [readable(desk.store, each) for each in known] == [0, 0, 0, 0]
    lines = ledger.lines(desk.store)
    assert sorted(line.customer_id for line in lines) == sorted(known)
    assert all(line.finished_at for line in lines)


def test_many_customers_are_gone_through_in_portions(
    desk: Desk, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ten thousand customers one transaction would hold everybody up, and the list would have no end; or somebody
    at the edge of a portion would be forgotten."""
    monkeypatch.setattr(going_through, "PORTION", 3)
    monkeypatch.setattr(going_through, "ON_A_LIST", 4)
    known = {customer(desk.store, number) for number in range(1, 12)}
    reviewed(desk, clock)
    with desk.store.read() as session:
        tasks = session.scalars(select(Task.id).where(Task.path == "what_may_go")).all()
    assert sorted(len(ticked(desk, task)) for task in tasks) == [3, 4, 4]
    for task in tasks:
        tick(desk, task, {"all": "done"})
        move(desk)
    assert not any(readable(desk.store, each) for each in known)


def test_a_review_is_opened_once(desk: Desk, clock: MovedClock) -> None:
    """Two nightly runs, or an impatient colleague, would give everybody each list twice."""
    customer(desk.store, 1)
    run = reviewed(desk, clock)
    with desk.store.begin() as session:
        assert opening.open_review(desk, session, "bert").id == run
        assert len(session.scalars(select(Run).where(Run.playbook == "quarterly-review")).all()) == 1


CARD = "My card is 4111 1111 1111 1111, I am Ada Lindqvist"


def test_risks_are_counted_and_never_quoted(desk: Desk, clock: MovedClock) -> None:
    """The list of risks would be one more copy of the numbers; or a customer would not hear of it."""
    mine = customer(desk.store, 1, {**OVER, "order_state": "sent"}, CARD)
    reviewed(desk, clock)
    task, listed = lists(desk)["risks"]
    assert listed == [mine]
    with desk.store.read() as session:
        row = session.get_one(Task, task)
        assert desk.store.vault.open(row.sealed_details or b"")["why"] == {mine: {"bank_card": 1}}
    tick(desk, task, {"all": "done"})
    move(desk)
    with desk.store.read() as session:
        assert session.scalars(select(Case.playbook).where(Case.closed_at.is_(None))).all() == ["risk-talk"]
        journal = " ".join(str(line.data) for line in session.scalars(select(JournalLine)))
    assert "4111" not in journal
    assert "Lindqvist" not in journal


def test_examples_for_the_team_have_no_name_and_no_number(desk: Desk, clock: MovedClock) -> None:
    """A training would spread the very data that it warns of; or go on showing it after the customer was erased."""
    mine = customer(desk.store, 1, OVER, CARD)
    reviewed(desk, clock, timedelta(days=30))
    with desk.store.read() as session:
        row = session.scalars(select(Task).where(Task.path == "training")).one()
        details = desk.store.vault.open(row.sealed_details or b"")
        [(whose, text)] = filter(
            None, (sensitive.example(session, desk.store.vault, each) for each in details["examples"])
        )
    assert details["counts"]["bank_card"] == 1
    assert (whose, "[card number]" in text) == ("customer", True)
    assert "4111" not in text
    assert "Lindqvist" not in text
    with desk.store.begin() as session:
        begun = erasure.begin(desk, session, session.get_one(Customer, mine), keep_address=False)
    with desk.store.begin() as session:
        erasure.finish(desk, session, begun)
    with desk.store.read() as session:
        assert sensitive.example(session, desk.store.vault, details["examples"][0]) is None


def _clock() -> MovedClock:
    from datetime import UTC, datetime

    return MovedClock(datetime(2026, 3, 2, 12, 0, tzinfo=UTC))


def begin(desk: Desk, customer_id: str, kind: str) -> None:
    """Something begins with a customer, or somebody holds what there is of them."""
    now = desk.now()
    with desk.store.begin() as session:
        if kind == "case":
            session.add(Case(id=new_id("C"), customer_id=customer_id, playbook="deletion-request", opened_at=now))
        elif kind in ("run", "follow-up"):
            bundle = desk.shelf.current
            playbook = bundle.playbooks["deletion-check-in"]
            run = opening.start_run(desk, session, bundle, playbook, subject_id=customer_id)
            run.status = "waiting" if kind == "run" else "finished"
            if kind == "follow-up":
                planned = {"path": "1", "playbook": "deletion-check-in", "due_at": now + timedelta(days=7)}
                session.add(FollowUp(id=new_id("F"), subject_id=customer_id, run_id=run.id, **planned))
        elif kind == "task":
            said = {"kind": "do", "role": "on_call", "question": "Please call"}
            session.add(Task(id=new_id("T"), subject_id=customer_id, created_at=now, **said))
        elif kind == "letter":
            body = desk.store.vault.seal(customer_id, {"text": "We are on it"})
            about = {"subject_id": customer_id, "customer_id": customer_id, "to": "customer", "form": "text"}
            later = now + timedelta(days=1)
            session.add(
                Outbox(id=new_id("O"), key=new_id("O"), created_at=now, not_before=later, sealed_body=body, **about)
            )
        elif kind == "message":
            content = desk.store.vault.seal(customer_id, {"text": "Hello again"})
            about = {"customer_id": customer_id, "kind": "text", "place": "private", "blind": new_id("M")}
            session.add(Message(id=new_id("M"), sent_at=now, received_at=now, sealed_content=content, **about))
        elif kind == "hold":
            holds.place(session, now, customer_id, "dispute", "anna")
        else:
            assert keeping.going_on(session, customer_id) is None
