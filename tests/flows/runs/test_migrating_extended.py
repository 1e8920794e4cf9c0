"""A case whose promise got a later day, moved to another version."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from flows.rehearsal.scenario import START, Event, Says
from flows.rehearsal.stage import Stage
from flows.runs import migrating
from flows.shelf import Shelf
from flows.store.tables import Promise
from flows.verbs import all_verbs
from rules.bundle import Bundle
from tests.flows.runs.trials import ASKS, bundle

TRIAL = """
    promises:
      answered: {within: 28 days}
    steps:
      - set: {extension_reason: complex, jurisdiction: eu}
      - id: longer
        extend: {promise: answered, by: 30 days}
        then: [{reply: deletion/extended}]
        on_failure: {label: no_more_time}
      - {id: wait, wait_for: 40 days}
      - {id: last, label: last, keeps: answered}
"""


def test_the_later_day_moves_along() -> None:
    """A customer who was told a later day would be late again, or wait a month longer, only by a change of words."""
    stage = Stage(Shelf(bundle(TRIAL), all_verbs()))
    stage.happen(Event(customer_says=Says(ASKS)))
    files = dict(stage.desk.shelf.current.files)
    text = files["playbooks/trial.yaml"].replace("28 days", "25 days").replace("version: 1.0.0", "version: 2.0.0")
    newer = Bundle.parse({**files, "playbooks/trial.yaml": text}, all_verbs())
    stage.desk.shelf.put(newer)
    moves = migrating.plan(stage.desk, newer, "trial")
    migrating.apply(stage.desk, newer, moves, "shift.lead")
    with stage.store.read() as session:
        assert session.scalars(select(Promise.due_at)).one() == START + timedelta(days=55)
    stage.close()
