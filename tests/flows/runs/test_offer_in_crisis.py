"""What is offered in a crisis: what the statement in force allows, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from flows import answering
from flows.crisis import statements
from flows.rehearsal.events import Says
from flows.rehearsal.stage import Stage
from flows.runs import opening
from flows.shelf import Shelf
from flows.store.tables import Case, Incident, JournalLine, Outbox, Statement, Task
from flows.verbs import all_verbs
from rules.language import FactName
from rules.vocabulary import Vocabulary
from tests.flows.runs.trials import ASKS, bundle

OFFERS_LATER = """
steps:
  - wait_for: 1 hour
  - id: choice
    offer: {text: crisis/offer, remedies: [refund, replacement, voucher]}
    timeout: 3 days
    on_timeout: {notify: {who: on_call, message: No answer to our offer}}
  - choose:
      - when: {chosen_remedy: refund}
        steps: [{reply: crisis/chosen-refund}]
      - when: {chosen_remedy: voucher}
        steps: [{reply: crisis/chosen-voucher}]
    otherwise: [{notify: {who: on_call, message: Nothing was chosen}}]
"""
CONTENT = bundle(OFFERS_LATER)


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A customer whose case belongs to a crisis; the offer is due in an hour."""
    opened = Stage(Shelf(CONTENT, all_verbs()), {FactName("privacy_notice"): "current"})
    opened.take_message({"id": "wamid.1", "type": "text", "text": {"body": ASKS}})
    opened.settle()
    with opened.store.begin() as session:
        crisis = opening.open_incident(
            opened.desk, session, kind="other", severity="important", what="Late parcels", opened_by="kim"
        )
        session.scalars(select(Case)).one().incident_id = crisis.id
    yield opened
    opened.close()


def state(stage: Stage, remedies: Sequence[str]) -> None:
    """Put a statement into force that allows these remedies, in place of the one before."""
    now = stage.clock.now()
    with stage.store.begin() as session:
        crisis = session.scalars(select(Incident)).one()
        before = session.scalars(select(Statement)).all()
        for each in before:
            each.status, each.ended_at = "replaced", now
        session.add(
            Statement(
                id=f"S-{len(before)}",
                incident_id=crisis.id,
                version=len(before) + 1,
                status="in_force",
                drafted_by="kim",
                drafted_at=now,
                remedies=list(remedies),
                sealed_texts=stage.store.vault.seal(crisis.id, {"en": "We are on it"}),
                digest=statements.digest_of({"en": "We are on it"}, remedies, None),
                in_force_at=now,
            )
        )


def pass_an_hour(stage: Stage) -> None:
    stage.pass_time(timedelta(hours=1, seconds=1))


def buttons(stage: Stage) -> list[list[str]]:
    """The buttons of every letter that had any."""
    return [[each.id for each in letter.buttons] for letter in stage.channel.letters if letter.buttons]


def chosen(stage: Stage) -> object:
    with stage.store.read() as session:
        return session.scalars(select(Case)).one().facts.get("chosen_remedy")


def test_only_what_the_statement_allows_is_offered(stage: Stage) -> None:
    """Customers would be offered money that nobody has allowed."""
    state(stage, ["refund"])
    pass_an_hour(stage)
    assert buttons(stage) == [["remedy:refund", "remedy:person"]]
    assert "A voucher" not in stage.channel.letters[-1].text


@pytest.mark.parametrize("allowed", [None, []])
def test_without_anything_allowed_nothing_is_sent(stage: Stage, allowed: Sequence[str] | None) -> None:
    """Before anybody has approved a remedy, a customer would get an offer, or the procedure would stand still."""
    if allowed is not None:
        state(stage, allowed)
    pass_an_hour(stage)
    assert stage.channel.letters == []
    assert chosen(stage) is None
    with stage.store.read() as session:
        told = session.scalars(select(JournalLine).where(JournalLine.event == "step done")).all()
        assert any((line.data or {}).get("offered") == [] for line in told)


def test_a_choice_that_is_gone_is_asked_again(stage: Stage) -> None:
    """A customer who answers after the statement has changed would get what is no longer allowed, or no answer."""
    state(stage, ["refund", "voucher"])
    pass_an_hour(stage)
    state(stage, ["voucher"])
    stage.tap("refund")
    stage.settle()
    assert buttons(stage) == [["remedy:refund", "remedy:voucher", "remedy:person"], ["remedy:voucher", "remedy:person"]]
    assert chosen(stage) is None
    stage.tap("voucher")
    stage.settle()
    assert chosen(stage) == "voucher"


def test_nobody_is_asked_without_end(stage: Stage) -> None:
    """A customer who taps the old button again and again would get the same question each time."""
    state(stage, ["refund", "voucher"])
    pass_an_hour(stage)
    state(stage, ["voucher"])
    for _ in range(6):
        stage.tap("remedy:refund")
        stage.settle()
    assert len(buttons(stage)) == 3


def test_who_chooses_anew_in_words_is_seen_by_a_person_once(stage: Stage) -> None:
    """Whoever writes instead of tapping would get what they do not want any more, and nobody would have read it."""
    with stage.store.begin() as session:
        session.scalars(select(Case)).one().facts = {"chosen_remedy": "refund"}
    for words in ("Actually I would rather have the voucher", "The voucher, please", "When does my refund come?"):
        stage.say(Says(words))
        stage.settle()
    with stage.store.read() as session:
        asked = session.scalars(select(Task.question).where(Task.role == "on_call", Task.kind == "do")).all()
    assert len(asked) == 1
    assert asked[0].startswith("The customer first chose refund and now voucher.")


def beside(stage: Stage) -> list[Task]:
    """What on-call are asked to answer beside the offer."""
    with stage.store.read() as session:
        of_a_case = select(Task).where(Task.role == "on_call", Task.status == "open", Task.case_id.is_not(None))
        return list(session.scalars(of_a_case))


def write(stage: Stage, *messages: Says) -> None:
    for each in messages:
        stage.say(each)
        stage.settle()


def test_a_question_instead_of_a_choice_reaches_a_person_once(stage: Stage) -> None:
    """Whoever asks which card the money goes to would be answered by nobody; or each of their ten messages would be a
    task of its own."""
    state(stage, ["refund"])
    write(stage, Says("When do I hear from you?"))
    assert beside(stage) == []  # the offer is still to come
    pass_an_hour(stage)
    write(stage, Says("👍", kind="reaction"), Says("STOP"))
    assert beside(stage) == []
    write(stage, Says("Which card does the money go to?"), Says("", kind="audio"), Says("Hello??"))
    [task] = beside(stage)
    assert task.question.startswith("A customer has answered our offer with something else")
    with stage.store.read() as session:
        [notice] = session.scalars(select(Outbox).where(Outbox.to == "team", Outbox.path == "wrote"))
        assert stage.store.vault.open(notice.sealed_body)["task"] == task.id
        assert notice.fold == "on_call/trial/wrote"  # of a thousand such questions one notice speaks


def test_the_question_stays_with_a_person_when_the_customer_chooses(stage: Stage) -> None:
    """A tap after the question would take the question back, and nobody would ever answer it."""
    state(stage, ["refund"])
    pass_an_hour(stage)
    write(stage, Says("Which card does the money go to?"))
    [task] = beside(stage)
    stage.tap("refund")
    stage.settle()
    assert [each.id for each in beside(stage)] == [task.id]
    with stage.store.begin() as session:
        answering.answer(session, Vocabulary({}), task.id, {}, "ann", stage.clock.now())
    stage.settle()
    assert beside(stage) == []
    assert chosen(stage) == "refund"


def test_a_choice_that_is_asked_for_no_more_reaches_a_person(stage: Stage) -> None:
    """Whoever wants what is gone is not asked a fourth time, and then nobody would hear what they want."""
    state(stage, ["refund", "voucher"])
    pass_an_hour(stage)
    state(stage, ["voucher"])
    for asked in range(3):
        assert len(beside(stage)) == 0, asked
        stage.tap("remedy:refund")
        stage.settle()
    assert len(beside(stage)) == 1
