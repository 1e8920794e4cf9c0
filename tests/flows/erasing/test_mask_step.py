"""The step `mask`: a preview, a person's yes, and details that nobody can read any more while the business stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from sqlalchemy import select

from flows.erasing import addresses, erasure, ledger
from flows.erasing.items import items_of
from flows.errors import VaultError
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage
from flows.shelf import Shelf
from flows.store.tables import Case, JournalLine, Message, Step, Task
from flows.verbs import all_verbs
from flows.verbs.mask import KINDS
from rules import personal_data
from rules.units import parse_duration
from tests.flows.runs import trials

NAME = "Wilhelmina Oduya"
ORDER = "This is Wilhelmina Oduya, order 88213 for 1,250 EUR by 14 March: send it to Lindenweg 12, 50667 Köln"
PHONE = "or call me: +49 1515 5010203"
PROCEDURE = """
    promises: {answered: {within: 20 days, on_breach: {escalate: shift_lead}}}
    steps:
      - hold: {reason: REASON, what: everything}
      - mask: {who: privacy_lead}
        on_refused: {label: not_masked}
        timeout: 3 days
        on_timeout: {label: nobody_looked}
      - label: went_on
"""


content = cache(trials.bundle)


def opened(reason: str = "evidence", procedure: str = PROCEDURE) -> Stage:
    stage = Stage(Shelf(content(procedure.replace("REASON", reason)), all_verbs()))
    for text in (ORDER, PHONE, trials.ASKS):
        stage.pass_time(timedelta(minutes=1))
        stage.happen(Event(customer_says=Says(text, name=NAME)))
    return stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = opened()
    yield made
    made.close()


def preview(stage: Stage) -> list[dict[str, Any]]:
    with stage.store.read() as session:
        task = session.scalars(select(Task).where(Task.role == "privacy_lead")).one()
        return list(stage.store.vault.open_or_nothing(task.sealed_details).get("preview", ()))


def texts(stage: Stage) -> list[str]:
    with stage.store.read() as session:
        case = session.scalars(select(Case)).first()
        assert case is not None
        return [
            item.text for item in items_of(session, stage.store.vault, case.customer_id) if item.whose == "customer"
        ]


def labels(stage: Stage) -> list[str]:
    with stage.store.read() as session:
        return [label for case in session.scalars(select(Case)) for label in case.labels]


def say(stage: Stage, approved: str) -> None:
    stage.happen(Event(answer={"approved": approved}))


def test_preview_shows_each_change_and_nothing_is_changed_before_the_yes(stage: Stage) -> None:
    """Somebody would agree to a masking without having seen what it takes away."""
    shown = preview(stage)
    assert [each["before"] for each in shown] == [ORDER, PHONE]
    assert [each["kinds"] for each in shown] == [["own_name", "postal_address"], ["phone_number"]]
    after = shown[0]["after"]
    assert "88213" in after
    assert "1,250 EUR" in after
    assert "14 March" in after
    assert "Oduya" not in after
    assert "Lindenweg" not in after
    assert texts(stage) == [ORDER, PHONE, trials.ASKS]
    assert labels(stage) == []


def test_after_the_yes_details_are_gone_and_the_business_stays(stage: Stage) -> None:
    """Evidence would be lost, or a masked number could still be read in an old copy of the database."""
    with stage.store.read() as session:
        before = [row.sealed_content for row in session.scalars(select(Message))]
    shown = preview(stage)
    say(stage, "yes")
    assert texts(stage) == [shown[0]["after"], shown[1]["after"], trials.ASKS]
    for blob in before:
        with pytest.raises(VaultError):
            stage.store.vault.open(blob)
    assert [each["before"] for each in preview(stage)] == [each["after"] for each in shown]
    assert labels(stage) == ["went_on"]
    with stage.store.read() as session:
        outcome = session.scalars(select(Step.outcome).where(Step.verb == "mask")).one()
    assert outcome["counted"] == {"masked": 2}
    assert [line.finished_at is not None for line in ledger.lines(stage.store)] == [True]


def test_a_no_changes_nothing(stage: Stage) -> None:
    """A colleague who sees that evidence would be lost could not stop it."""
    say(stage, "no")
    assert texts(stage) == [ORDER, PHONE, trials.ASKS]
    assert labels(stage) == ["not_masked"]
    assert ledger.lines(stage.store) == []


def test_silence_is_no_yes(stage: Stage) -> None:
    """Nobody has looked, and the details would be gone."""
    stage.happen(Event(after=parse_duration("4 days")))
    assert texts(stage) == [ORDER, PHONE, trials.ASKS]
    assert labels(stage) == ["nobody_looked"]


@pytest.mark.parametrize("reason", ["dispute", "law", "lawyer"])
def test_what_is_held_to_the_letter_is_not_masked(reason: str) -> None:
    """A court would get a text that was changed after the dispute began."""
    stage = opened(reason)
    try:
        assert texts(stage) == [ORDER, PHONE, trials.ASKS]
        assert labels(stage) == ["went_on"]
        assert ledger.lines(stage.store) == []
    finally:
        stage.close()


def test_what_came_in_after_the_preview_is_left_alone(stage: Stage) -> None:
    """A message that nobody has looked at would be changed, or erased, by a yes to others."""
    late = "my new number is +49 1515 5010999"
    stage.pass_time(timedelta(minutes=1))
    stage.happen(Event(customer_says=Says(late, name=NAME)))
    say(stage, "yes")
    assert texts(stage)[-1] == late
    assert PHONE not in texts(stage)


def test_only_the_kinds_asked_for_are_masked() -> None:
    """An address that the parcel still needs would be gone with the telephone number."""
    stage = opened(procedure=PROCEDURE.replace("{who: privacy_lead}", "{who: privacy_lead, kinds: [phone_number]}"))
    try:
        assert [each["before"] for each in preview(stage)] == [PHONE]
        say(stage, "yes")
        assert texts(stage)[0] == ORDER
        assert "5010203" not in texts(stage)[1]
    finally:
        stage.close()


def test_trouble_with_the_keys_is_tried_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk at the wrong moment would lose somebody's yes."""
    tries: list[str] = []
    begin = erasure.begin

    def full(*given: Any, **named: Any) -> str:
        tries.append("begin")
        if len(tries) == 1:
            raise OSError(28, "No space left on device")
        return begin(*given, **named)

    monkeypatch.setattr(erasure, "begin", full)
    say(stage, "yes")
    assert texts(stage) == [ORDER, PHONE, trials.ASKS]
    stage.pass_time(timedelta(minutes=2))
    stage.settle()
    assert "Lindenweg" not in texts(stage)[0]
    assert labels(stage) == ["went_on"]


def test_nothing_personal_is_in_the_history(stage: Stage) -> None:
    """The journal, which is kept for years, would be one more copy of what was masked."""
    say(stage, "yes")
    with stage.store.read() as session:
        told = " ".join(str(line.data) for line in session.scalars(select(JournalLine)))
    for word in ("Oduya", "Wilhelmina", "Lindenweg", "5010203", "88213"):
        assert word not in told


def test_every_kind_can_be_named() -> None:
    """A kind of personal data that the rules find could not be masked, or would be asked for under another name."""
    assert set(KINDS) == set(personal_data.KINDS)


DETAILS_ONLY = """
    promises: {answered: {within: 20 days, on_breach: {escalate: shift_lead}}}
    steps:
      - ask: {who: on_call, question: What was agreed?, form: {evidence_value: any}}
        timeout: 3 days
        on_timeout: {label: nobody_said}
      - mask: {who: privacy_lead}
        timeout: 3 days
        on_timeout: {label: nobody_looked}
      - close: answered
"""


def test_whoever_wants_details_masked_keeps_the_rest_for_good() -> None:
    """With nothing held, a yes to masking a telephone number would take what colleagues had noted at once, and the
    whole chat two weeks later."""
    stage = opened(procedure=DETAILS_ONLY)
    try:
        stage.happen(Event(answer={"evidence_value": "low"}))
        with stage.store.begin() as session:
            noted = session.scalars(select(Task).where(Task.kind == "ask", Task.question == "What was agreed?")).one()
            remark = {"text": "Agreed: a refund of 40 EUR. Call +49 1515 5010203"}
            noted.sealed_remark = stage.store.vault.seal(noted.subject_id, remark)
        say(stage, "yes")
        after = texts(stage)
        assert (after[0].count("88213"), after[1:]) == (1, ["or call me: [phone number]", trials.ASKS])
        stage.clock.move(timedelta(days=20))
        assert addresses.forget_due(stage.desk) == 0
        assert texts(stage) == after
        with stage.store.read() as session:
            noted = session.scalars(select(Task).where(Task.kind == "ask", Task.question == "What was agreed?")).one()
            said = stage.store.vault.open_or_nothing(noted.sealed_remark)
        assert said == {"text": "Agreed: a refund of 40 EUR. Call [phone number]"}
    finally:
        stage.close()
