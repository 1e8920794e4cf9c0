"""A session that writes late: nobody may notice but by how quick it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import event, func, select, text, update
from sqlalchemy.engine import Engine

from flows.ids import new_id
from flows.store import journal
from flows.store.database import Store
from flows.store.sessions import once
from flows.store.tables import Approval, Incident, JournalLine, Subject

SUBJECTS = select(Subject.id).order_by(Subject.id)
OPEN = select(Incident.id).where(Incident.closed_at.is_(None))


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def incident(store: Store) -> Incident:
    opened = {"severity": 1, "opened_at": store.clock.now(), "opened_by": "somebody", "facts": {}}
    return Incident(id=new_id("I"), kind="other", sealed_what=b"", **opened)


def test_what_was_added_is_found(any_store: Store) -> None:
    """A case that was opened a moment ago would not be there for the next message of the same customer."""
    with any_store.begin() as session:
        session.add(Subject(id="P-1", kind="customer"))
        assert session.get_one(Subject, "P-1").kind == "customer"
        assert session.get_one(Subject, {"id": "P-1"}) is session.get_one(Subject, "P-1")
        assert session.scalars(SUBJECTS).all() == ["P-1"]
        session.add(Subject(id="P-2", kind="customer"))
        assert session.scalar(text("SELECT count(*) FROM subjects")) == 2, "plain SQL may ask for anything"
        session.get_one(Subject, "P-2").severity = 2
        assert session.scalar(select(func.max(Subject.severity))) == 2
        journal.write(session, "P-1", any_store.clock.now(), "opened")
        assert session.scalar(select(func.count()).select_from(JournalLine)) == 1
    with any_store.read() as session:
        assert session.scalars(SUBJECTS).all() == ["P-1", "P-2"]


def test_a_key_of_several_columns(any_store: Store) -> None:
    """Nobody could approve a statement: a yes is found by the statement, the person and the role."""
    given = {"at": any_store.clock.now(), "approved": True, "digest": "0" * 64}
    key = {"statement_id": "S-1", "by": "owner", "role": ""}
    with suppress(RuntimeError), any_store.begin() as session:
        session.add(Approval(**key, **given))
        assert session.get_one(Approval, key) is session.get_one(Approval, ("S-1", "owner", ""))
        assert session.get(Approval, {**key, "by": "lead"}) is None
        raise RuntimeError("there is no such statement")


def test_histories_of_many_are_written_at_once(store: Store) -> None:
    """With a statement for each line of the history, ten thousand customers would wait for minutes longer."""
    with store.begin() as session:
        session.add_all(Subject(id=f"P-{number}", kind="customer") for number in range(20))
    with statements() as sent, store.begin() as session:
        journal.bring(session, [f"P-{number}" for number in range(20)])
        for number in range(20):
            for what in ("opened", "answered"):
                journal.write(session, f"P-{number}", store.clock.now(), what)
    assert sum(each.startswith("INSERT INTO journal") for each in sent) == 1
    with store.read() as session:
        assert all(journal.verify(session, f"P-{number}").lines == 2 for number in range(20))


def test_nothing_of_a_broken_transaction_is_kept(any_store: Store) -> None:
    """The history would tell of what never happened."""
    try:
        with any_store.begin() as session:
            session.add(Subject(id="P-1", kind="customer"))
            journal.write(session, "P-1", any_store.clock.now(), "opened")
            raise RuntimeError("something breaks")
    except RuntimeError:
        pass
    with any_store.read() as session:
        assert session.scalars(select(JournalLine)).all() == []


def test_what_all_ask_alike_is_asked_once_until_it_changes(store: Store) -> None:
    """Customers would be answered as if the crisis had not begun, or was not over; or each would ask the store."""
    with store.begin() as session:
        with statements() as sent:
            assert once(session, OPEN) == once(session, OPEN) == []
        assert sum(each.startswith("SELECT") for each in sent) == 1
        begun = incident(store)
        session.add_all([Subject(id=begun.id, kind="incident"), begun])
        assert once(session, OPEN) == [begun.id]
        begun.closed_at = store.clock.now()
        assert once(session, OPEN) == []
        session.execute(update(Incident).values(closed_at=None))
        assert once(session, OPEN) == [begun.id]
