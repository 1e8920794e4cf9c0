"""A run ends under the content it was started with, whatever is released meanwhile."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from flows import answering
from flows.channels.pace import Pace
from flows.clock import MovedClock
from flows.desk import Desk
from flows.rehearsal.scenario import START, Event
from flows.rehearsal.stage import Nobody, Stage
from flows.shelf import Shelf
from flows.store import bundles
from flows.store.database import Store
from flows.store.tables import Case, FollowUp, Outbox, Run, Step, Task
from rules.bundle import FACTS, Bundle
from tests.flows.runs.releasing import GENERAL, changed, complain, version_in

NEW_TEXT = ("reply: complaint/counted", "label: counted_now")


@pytest.fixture
def own(shelf: Shelf) -> Iterator[Stage]:
    """A stage whose shelf may be changed without harm to other tests."""
    stage = Stage(Shelf(shelf.current, shelf.verbs))
    yield stage
    stage.close()


def replies(store: Store, run_id: str) -> set[tuple[str, str]]:
    """What a run has said to the customer, with the versions of the texts."""
    with store.read() as session:
        rows = session.scalars(select(Outbox).where(Outbox.to == "customer", Outbox.run_id == run_id))
        return {(row.reply or "", row.reply_version or "") for row in rows}


def restart(stage: Stage, current: Bundle) -> None:
    """Another process with other content over the same store: nothing of the old content is in memory or on disk."""
    shelf = Shelf(current, stage.desk.shelf.verbs)
    stage.desk = Desk(stage.store, shelf, stage.channel, Nobody(), Pace(stage.clock))


@pytest.mark.parametrize("how", ["picked up", "after a restart"])
def test_a_run_ends_under_the_version_it_began_with(own: Stage, how: str) -> None:
    """What was promised to a customer under 1.0.0 would be carried out by a procedure they never heard of."""
    run_id, began_with = complain(own), own.desk.shelf.current
    newer = changed(own.desk.shelf, NEW_TEXT)
    if how == "picked up":
        own.desk.shelf.put(newer)
    else:
        restart(own, newer)
    own.happen(Event(after=timedelta(hours=1)))
    own.happen(Event(answer={"complaint_solved": "yes"}))
    with own.store.read() as session:
        run = session.get_one(Run, run_id)
        assert (run.status, run.version) == ("finished", version_in(began_with))
    counted = began_with.replies["complaint/counted"].version
    assert ("complaint/counted", counted) in replies(own.store, run_id)


def test_who_writes_after_a_release_gets_the_new_version(own: Stage) -> None:
    """A release would reach nobody until the service is started again."""
    complain(own)
    own.happen(Event(answer={"complaint_solved": "yes"}))
    newer = changed(own.desk.shelf, NEW_TEXT)
    own.desk.shelf.put(newer)
    later = complain(own)
    own.happen(Event(answer={"complaint_solved": "yes"}))
    with own.store.read() as session:
        run = session.get_one(Run, later)
        assert run.version == version_in(newer)
        assert session.get_one(Case, run.case_id).labels == ["counted_now"]
    assert {name for name, _ in replies(own.store, later)} == {"complaint/first"}


def with_own_fact(shelf: Shelf) -> Bundle:
    """Content that asks for a fact which no other content knows."""
    fact = "\nonly_here:\n  kind: choice\n  values: {blue: Blue, green: Green}\n  meaning: Its colour\n  source: team\n"
    files = {**shelf.current.files, FACTS: shelf.current.files[FACTS] + fact}
    files[GENERAL] = files[GENERAL].replace("form: {complaint_solved: any}", "form: {only_here: any}")
    return Bundle.parse(files, shelf.verbs)


def test_a_question_is_answered_by_the_facts_it_was_asked_with(own: Stage) -> None:
    """At night a colleague's answer would be refused because somebody has released, or edits, other facts."""
    newer = own.desk.shelf.current
    own.desk.shelf.put(with_own_fact(own.desk.shelf))
    run_id = complain(own)
    restart(own, newer)
    with own.store.begin() as session:
        task = session.scalars(select(Task).where(Task.run_id == run_id)).one()
        with pytest.raises(answering.WrongAnswer):
            answering.checked(task, newer.vocabulary, {"only_here": "blue"})
        facts = answering.vocabulary_of(session, task)
        answering.answer(session, facts, task.id, {"only_here": "blue"}, "first_phone", own.clock.now())
    own.settle()
    with own.store.read() as session:
        assert session.get_one(Step, (run_id, "looked_into")).status == "done"
        assert session.scalars(select(Case)).one().facts["only_here"] == "blue"


def test_what_newer_content_has_learned_does_not_stop_an_older_run(own: Stage) -> None:
    """Moving one run of a case to newer content would break every other run of that case."""
    run_id = complain(own)
    with own.store.begin() as session:
        case = session.scalars(select(Case)).one()
        case.facts = {**case.facts, "a_fact_of_next_year": "yes"}
    own.happen(Event(answer={"complaint_solved": "yes"}))
    with own.store.read() as session:
        assert session.get_one(Run, run_id).status == "finished"


def test_a_follow_up_planned_under_the_old_version_starts_under_it(own: Stage) -> None:
    """A week after a release customers would be asked about something that was never said to them."""
    complain(own, "The charger caught fire and burned my hand")
    own.happen(Event(answer={}))
    own.happen(Event(answer={"call_outcome": "looked_after"}))
    own.happen(Event(answer={"approved": "yes"}))
    began_with = own.desk.shelf.current.playbooks
    restart(own, changed(own.desk.shelf, path="playbooks/complaint_check_in.yaml"))
    own.happen(Event(after=timedelta(days=7)))
    with own.store.read() as session:
        assert session.scalars(select(FollowUp.status)).all() == ["started"]
        assert {run.playbook: run.version for run in session.scalars(select(Run))} == {
            name: began_with[name].version for name in ("complaint-urgent", "complaint-check-in")
        }


def test_on_disk_only_the_store_has_the_old_content(tmp_path: Path, shelf: Shelf, master_key: str) -> None:
    """A year later the run would need a file that somebody has long since overwritten."""
    urls = f"sqlite:///{tmp_path}/data.db", f"sqlite:///{tmp_path}/keys.db"
    stage = Stage(Shelf(shelf.current, shelf.verbs))
    stage.store.close()
    stage.store = Store.open(*urls, master_key, stage.clock)
    restart(stage, shelf.current)
    run_id = complain(stage)
    stage.store.close()

    clock = MovedClock(START + timedelta(days=300))
    with Store.open(*urls, master_key, clock) as store:
        stage.store, stage.clock = store, clock
        restart(stage, changed(shelf))
        stage.settle()
        with store.read() as session:
            run = session.get_one(Run, run_id)
            assert run.version == version_in(shelf.current)
            late = session.get_one(Step, (run_id, "looked_into"))
            assert late.status == "timed_out"
            assert version_in(stage.desk.shelf.bundle(session, run.bundle)) == version_in(shelf.current)


def test_a_run_of_an_earlier_firebreak_goes_on(own: Stage) -> None:
    """After an update every customer with an open case would wait for ever, because its content has another name."""
    run_id = complain(own)
    current = own.desk.shelf.current
    older = hashlib.sha256(json.dumps(dict(current.files), sort_keys=True, ensure_ascii=False).encode()).hexdigest()[
        :16
    ]
    with own.store.begin() as session:
        bundles.put(session, older, dict(current.files), own.clock.now())
        session.get_one(Run, run_id).bundle = older
    own.desk.shelf._known.clear()
    own.happen(Event(after=timedelta(minutes=1)))
    with own.store.read() as session:
        assert own.desk.shelf.bundle(session, older).files == current.files
