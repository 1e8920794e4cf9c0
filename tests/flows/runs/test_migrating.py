"""Moving running cases to another version: only where it is right, whole or not at all, and once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from flows import answering
from flows.clock import MovedClock
from flows.rehearsal.scenario import START, Event
from flows.rehearsal.stage import Stage
from flows.runs import migrating, waves
from flows.runs.migrating import Move, NoSuchVersion
from flows.shelf import Shelf
from flows.store import journal
from flows.store.database import Store
from flows.store.tables import Case, FollowUp, JournalLine, Promise, Run, Subject, Task, Timer
from flows.telling import story
from rules.bundle import Bundle
from rules.language import FactName
from rules.vocabulary import Value
from tests.flows.runs.releasing import GENERAL, Changes, changed, complain, texts, version_in
from tests.flows.runs.test_waves import MANY, complaints, desk_over
from tests.rules.shipped import STANDING

DELETION = "playbooks/deletion_request.yaml"
ERASE = "Please delete all my personal information from this chat"


@pytest.fixture
def own(shelf: Shelf) -> Iterator[Stage]:
    """A stage whose shelf may be changed without harm to other tests."""
    files = {**shelf.current.files, DELETION: STANDING[DELETION].read_text(encoding="utf-8")}
    stage = Stage(Shelf(Bundle.parse(files, shelf.verbs), shelf.verbs), {FactName("privacy_notice"): "current"})
    yield stage
    stage.close()


def release(stage: Stage, *changes: Changes, path: str = DELETION, version: str | None = None) -> Bundle:
    bundle = changed(stage.desk.shelf, *changes, path=path, version=version)
    stage.desk.shelf.put(bundle)
    return bundle


def plan(stage: Stage, bundle: Bundle, playbook: str = "deletion-request") -> list[Move]:
    return migrating.plan(stage.desk, bundle, playbook)


def move(stage: Stage, bundle: Bundle, playbook: str = "deletion-request") -> list[Move]:
    moves = migrating.apply(stage.desk, bundle, plan(stage, bundle, playbook), "shift.lead")
    stage.settle()
    return moves


def version_of(stage: Stage, run_id: str) -> str:
    with stage.store.read() as session:
        return session.get_one(Run, run_id).version


def test_a_moved_case_goes_on_by_the_new_version(own: Stage) -> None:
    """A better procedure would help only those who complain tomorrow."""
    run_id, before = complain(own), version_in(own.desk.shelf.current)
    bundle = release(own, ("reply: complaint/counted", "label: counted_now"), path=GENERAL)
    said = len(texts(own))
    [planned] = plan(own, bundle, "complaint-general")
    assert (planned.before, planned.after, planned.refused) == (before, version_in(bundle), ())
    assert planned.waits_at == ("Look into it and answer the customer",)
    assert version_of(own, run_id) == before, "a plan changes nothing"
    [moved] = move(own, bundle, "complaint-general")
    assert moved.refused == ()
    assert len(texts(own)) == said, "nothing is said again"
    own.happen(Event(answer={"complaint_solved": "yes"}))
    with own.store.read() as session:
        run = session.get_one(Run, run_id)
        assert (run.version, run.status, run.bundle) == (version_in(bundle), "finished", bundle.digest)
        assert session.scalars(select(Case)).one().labels == ["counted_now"]


def test_moving_is_written_down_and_done_once(own: Stage) -> None:
    """Nobody could tell later why a case that began under 1.0.0 did what only 2.0.0 says."""
    complain(own, ERASE)
    bundle = release(own, ("within: 28 days", "within: 25 days"))
    moves = plan(own, bundle)
    for _ in range(2):
        migrating.apply(own.desk, bundle, moves, "shift.lead")
    assert plan(own, bundle) == []
    with own.store.read() as session:
        lines = session.scalars(select(JournalLine).where(JournalLine.event == "run moved to another version")).all()
        assert [(line.data["from"], line.data["to"], line.data["by"]) for line in lines] == [
            ("1.0.0", "2.0.0", "shift.lead")
        ]
        for subject in session.scalars(select(Subject.id)):
            journal.verify(session, subject)
        case = session.scalars(select(Case.id)).one()
    told = [line.headline for line in story.tell(own.store, case)]
    assert any("shift.lead moves it from version 1.0.0 to 2.0.0" in line for line in told), told


def test_a_changed_promise_runs_from_when_it_was_made(own: Stage) -> None:
    """A case that is moved on its tenth day would get thirty days more, or none."""
    run_id = complain(own, ERASE)
    own.happen(Event(after=timedelta(hours=3)))
    bundle = release(own, ("within: 28 days", "within: 25 days"), ("[10 days, 3 days]", "[5 days]"))
    [moved] = move(own, bundle)
    assert moved.promises == {"answered": START + timedelta(days=25)}
    with own.store.read() as session:
        assert session.get_one(Promise, (run_id, "answered")).due_at == START + timedelta(days=25)
        timers = session.scalars(
            select(Timer).where(Timer.name == "answered", Timer.cancelled_at.is_(None), Timer.fired_at.is_(None))
        ).all()
    assert {(timer.kind, timer.due_at - START) for timer in timers} == {
        ("warning", timedelta(days=20)),
        ("breach", timedelta(days=25)),
    }


def test_a_promise_that_would_be_broken_at_once_is_not_made(own: Stage) -> None:
    """Moving cases would by itself break what was promised to customers."""
    run_id = complain(own, ERASE)
    own.happen(Event(after=timedelta(days=2)))
    bundle = release(own, ("within: 28 days", "within: 1 day"), ("    warn_before: [10 days, 3 days]\n", ""))
    [stayed] = move(own, bundle)
    assert "the promise answered would be broken at once" in stayed.refused[0]
    assert version_of(own, run_id) == "1.0.0"


def test_a_promise_that_is_gone_or_new(own: Stage) -> None:
    """An open promise would be forgotten in silence, or a new one be broken before anybody could keep it."""
    complain(own)
    new = ("promises:\n", "promises:\n  solved_soon: {within: 2 days}\n")
    kept = ("      - id: solved_later\n", "      - id: solved_later\n        keeps: solved_soon\n")
    bundle = release(own, new, kept, path=GENERAL)
    [moved] = move(own, bundle, "complaint-general")
    assert moved.promises == {"solved_soon": START + timedelta(days=2)}
    gone = ("  solved_soon: {within: 2 days}\n", ""), ("        keeps: solved_soon\n", "")
    without = changed(own.desk.shelf, *gone)
    [stayed] = plan(own, without, "complaint-general")
    assert stayed.refused == ("the promise solved_soon, which is open, is gone",)


def test_a_time_limit_is_counted_from_when_the_wait_began(own: Stage) -> None:
    """A colleague who was given six hours would be cut off after four, or get them anew."""
    complain(own, ERASE)
    own.happen(Event(after=timedelta(hours=3)))
    bundle = release(own, ("timeout: 4 hours", "timeout: 6 hours"), version="1.1.0")
    [moved] = move(own, bundle)
    assert moved.clocks == {"our_backup": START + timedelta(hours=6)}
    own.happen(Event(after=timedelta(hours=2)))
    with own.store.read() as session:
        task = session.scalars(select(Task).where(Task.path == "our_backup")).one()
        assert (task.status, task.due_at) == ("open", START + timedelta(hours=6))
    own.happen(Event(after=timedelta(hours=1)))
    with own.store.read() as session:
        assert session.scalars(select(Task.status).where(Task.path == "our_backup")).one() == "expired"


def test_a_time_limit_that_is_over_already_moves_nobody(own: Stage) -> None:
    """A colleague's question would be taken away the moment somebody types a command."""
    complain(own, ERASE)
    own.happen(Event(after=timedelta(hours=3)))
    [stayed] = move(own, release(own, ("timeout: 4 hours", "timeout: 2 hours")))
    assert stayed.refused == ('the time of "Is the chat in one of our backups?" would be up at once',)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ((("  - label: privacy_sensitive\n", ""),), "which it has done"),
        ((("  - id: our_backup\n", "  - id: early\n    label: early\n\n  - id: our_backup\n"),), "comes before"),
        ((("who: on_call\n      question: Has", "who: shift_lead\n      question: Has"),), "the who of `our_backup`"),
        ((("  - id: our_backup\n", "  - id: our_copy\n"),), "the step `our_backup`, which it waits at, is gone"),
    ],
)  # fmt: skip
def test_what_does_not_fit_stays_and_says_why(own: Stage, changes: tuple[Changes, ...], says: str) -> None:
    """A case would be in a place that its procedure does not have."""
    run_id = complain(own, ERASE)
    [stayed] = move(own, release(own, *changes))
    assert says in " ".join(stayed.refused)
    assert version_of(own, run_id) == "1.0.0"
    own.happen(Event(answer={"backup_status": "none"}))
    assert version_of(own, run_id) == "1.0.0"


def test_a_case_that_stands_still_at_a_failure_is_left_to_the_person(own: Stage) -> None:
    """What a colleague is doing by hand would be done a second time by the machine."""
    own.happen(Event(send_fails_with=131026))
    run_id = complain(own)
    with own.store.begin() as session:
        session.get_one(Run, run_id).status = "stuck"
    bundle = release(own, path=GENERAL)
    [stayed] = plan(own, bundle, "complaint-general")
    assert "a person has a task for it" in stayed.refused[0]


def test_facts_that_the_new_content_does_not_know(own: Stage) -> None:
    """The case would break at its next condition."""
    complain(own, ERASE)
    bundle = release(own)
    with own.store.begin() as session:
        case = session.scalars(select(Case)).one()
        case.facts = {**case.facts, "a_fact_of_last_year": "yes"}
    [stayed] = plan(own, bundle)
    assert "does not fit the new facts" in stayed.refused[0]


def test_planned_follow_ups_must_still_exist(own: Stage) -> None:
    """A follow-up would be due that no content has."""
    run_id = complain(own, "The charger caught fire and burned my hand")
    own.happen(Event(answer={}))
    bundle = release(own, path="playbooks/complaint_urgent.yaml")
    with own.store.begin() as session:
        run = session.get_one(Run, run_id)
        session.add(
            FollowUp(
                id="F-1", subject_id=run.subject_id, case_id=run.case_id, run_id=run_id, path="x",
                playbook="long-gone", due_at=own.clock.now(), unless={"gone_fact": True}, status="waiting",
            )
        )  # fmt: skip
    [stayed] = plan(own, bundle, "complaint-urgent")
    assert "it has planned long-gone, which is gone" in stayed.refused
    assert any("cannot be read any more" in reason for reason in stayed.refused)


def test_one_case_is_moved_while_a_wave_holds_it(own: Stage) -> None:
    """The command would be safe only while the service is stopped, and customers wait."""
    run_id = complain(own, ERASE)
    bundle = release(own, ("within: 28 days", "within: 25 days"))
    own.happen(Event(after=timedelta(minutes=1)))
    with own.store.begin() as session:
        session.scalars(select(Subject)).one().due_at = own.clock.now()
    wave = waves.Wave(own.desk, "busy")
    assert wave.claim() == 1
    groups = wave.groups()
    migrating.apply(own.desk, bundle, plan(own, bundle), "shift.lead")
    for group in groups:
        group()
    own.happen(Event(answer={"backup_status": "none"}))
    with own.store.read() as session:
        assert session.get_one(Run, run_id).version == "2.0.0"
        assert len(session.scalars(select(Task).where(Task.path == "worth_as_evidence")).all()) == 1


def test_many_cases_are_moved_while_another_responder_moves_them_on(
    any_store: Store, shelf: Shelf, clock: MovedClock
) -> None:
    """Somebody who migrates in the middle of a day would have texts said twice, or cases that nobody goes on with."""
    complaints(any_store, MANY)
    each_for_itself: Mapping[str, Value] = {"surge": "calm"}  # so many at once would be a crowd, and important
    desk = replace(desk_over(any_store, Shelf(shelf.current, shelf.verbs)), given=each_for_itself)
    waves.move(desk, "first")
    newer = changed(shelf, ("reply: complaint/counted", "label: counted_now"))
    desk.shelf.put(newer)
    failures: list[BaseException] = []

    def guarded(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    def answer_all() -> None:
        other = desk_over(any_store, Shelf(shelf.current, shelf.verbs), desk.channel)  # type: ignore[arg-type]
        with any_store.read() as session:
            tasks = list(session.scalars(select(Task.id).where(Task.status == "open")))
        for number, task_id in enumerate(tasks):
            with any_store.begin() as session:
                task = session.get_one(Task, task_id)
                facts = answering.vocabulary_of(session, task)
                answering.answer(session, facts, task_id, {"complaint_solved": "yes"}, "first_phone", clock.now())
            waves.move(other, f"other-{number}", limit=3)

    def migrate_all() -> None:
        migrating.apply(desk, newer, migrating.plan(desk, newer, "complaint-general"), "shift.lead")

    threads = [threading.Thread(target=guarded, args=(work,)) for work in (answer_all, migrate_all)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(4):
        waves.move(desk, f"last-{number}")
    assert failures == []
    with any_store.read() as session:
        runs = session.scalars(select(Run)).all()
        assert [run.status for run in runs] == ["finished"] * MANY
        lines = session.scalars(select(JournalLine).where(JournalLine.event == "step done")).all()
        assert max(Counter((line.run_id, line.path) for line in lines).values()) == 1
        for run in runs:
            labels = session.get_one(Case, run.case_id).labels
            assert labels == (["counted_now"] if run.version == version_in(newer) else [])
        for subject in session.scalars(select(Subject.id)):
            journal.verify(session, subject)


def test_only_the_cases_that_were_meant(own: Stage) -> None:
    """Somebody who tries it with one case would move all of them."""
    complain(own)
    bundle = release(own, path=GENERAL)
    nobody = migrating.plan(own.desk, bundle, "complaint-general", about="C-0000000000")
    elsewhere = migrating.plan(own.desk, bundle, "complaint-general", before="0.9.0")
    assert nobody == elsewhere == []


def test_the_version_to_move_to_must_be_there(own: Stage) -> None:
    """Cases would be moved to content that nobody has."""
    complain(own)
    older, newer = own.desk.shelf.current, changed(own.desk.shelf)
    own.desk.shelf.put(newer)
    assert version_in(migrating.target(own.desk, "complaint-general", None)) == version_in(newer)
    assert version_in(migrating.target(own.desk, "complaint-general", version_in(older))) == version_in(older)
    with pytest.raises(NoSuchVersion, match=r"nor the store has complaint-general 99\.0\.0"):
        migrating.target(own.desk, "complaint-general", "99.0.0")
    with pytest.raises(NoSuchVersion, match="no playbook"):
        migrating.target(own.desk, "nonsense", None)


def test_what_was_kept_long_ago_does_not_move_a_later_promise(own: Stage) -> None:
    """A case that is moved twice would promise its answer weeks too early, or too late for the law."""
    run_id = complain(own, ERASE)
    own.happen(Event(after=timedelta(hours=3)))
    move(own, release(own, ("within: 10 minutes", "within: 20 days")))
    move(own, release(own, ("within: 28 days", "within: 27 days"), version="3.0.0"))
    with own.store.read() as session:
        assert session.get_one(Promise, (run_id, "answered")).due_at == START + timedelta(days=27)
