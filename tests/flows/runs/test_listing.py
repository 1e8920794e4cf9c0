"""Lists inside a task: whatever is said in whatever order, each thing keeps the first word that was said of it."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from flows import answering
from flows.clock import MovedClock
from flows.runs import listing
from flows.store.database import Store
from flows.store.tables import Subject, Task
from rules.vocabulary import Vocabulary

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SIZE = 4
NUMBERS = st.sampled_from([str(number) for number in range(1, SIZE + 1)])
WORDS = st.sampled_from(["done", "failed"])
ANSWERS = st.dictionaries(NUMBERS | st.just("all"), WORDS, min_size=1, max_size=3)


def a_list(store: Store, size: int = SIZE) -> None:
    """The task T-1 with a list."""
    with store.begin() as session:
        task = Task(
            id="T-1", subject_id="P-1", kind="do", role="on_call", question="Please", form={}, created_at=NOON
        )  # fmt: skip
        session.add_all([Subject(id="P-1", kind="customer"), task])
        listing.make(session, task, [(f"O-{number}", NOON + timedelta(hours=number)) for number in range(size)])


def say(store: Store, given: dict[str, str]) -> bool:
    """Give an answer; whether it was taken."""
    try:
        with store.begin() as session:
            answering.answer(session, Vocabulary({}), "T-1", given, "lee", NOON)
    except answering.WrongAnswer:
        return False
    return True


def found(store: Store) -> tuple[str, dict[str, str], int]:
    """How the task stands, how each thing on its list, and how often its subject was rung for."""
    with store.read() as session:
        items = {str(item.number): item.status for item in listing.items_of(session, "T-1")}
        task = session.get_one(Task, "T-1")
        bells = session.scalars(select(Subject.bells)).one()
        return task.status, {number: str(status) for number, status in items.items()}, bells


@settings(max_examples=60, deadline=None)
@given(st.lists(ANSWERS, max_size=6))
def test_the_first_word_stands(answers: list[dict[str, str]]) -> None:
    """Two people at one list, or one who presses twice, would leave a list that says what nobody has said."""
    expected = dict.fromkeys([str(number) for number in range(1, SIZE + 1)], "open")
    with closing(Store.in_memory(MovedClock(NOON))) as store:
        a_list(store)
        for given in answers:
            named = {number: word for number, word in given.items() if number != "all"}
            taken = all(expected[number] in ("open", word) for number, word in named.items())
            assert say(store, given) == taken
            if taken:
                expected |= named
                rest = given.get("all", "open")
                expected = {number: rest if word == "open" else word for number, word in expected.items()}
            over = "open" not in expected.values()
            assert found(store) == ("answered" if over else "open", expected, int(over))


def test_a_report_of_whatsapp_settles_only_what_is_open() -> None:
    """A report that comes late would overwrite what a colleague has said, or wake a case that is through."""
    with closing(Store.in_memory(MovedClock(NOON))) as store:
        a_list(store, 2)
        assert say(store, {"1": "failed"})
        with store.begin() as session:
            assert listing.confirmed(session, ["O-0", "O-7"], NOON) == 0
            assert listing.confirmed(session, ["O-1"], NOON) == 1
            assert listing.confirmed(session, ["O-1"], NOON) == 0
        assert found(store) == ("answered", {"1": "failed", "2": "done"}, 1)
