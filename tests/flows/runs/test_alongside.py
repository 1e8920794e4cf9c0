"""Procedures that start in addition to others: they are part of the case and get in nobody's way."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from flows.rehearsal.stage import Stage
from flows.shelf import Shelf
from flows.store.tables import Case, Message, Outbox, Run
from flows.verbs import all_verbs
from rules.bundle import Bundle
from rules.checks import all_checks
from tests.flows.runs.trials import ASKS, HEAD, bundle, shipped, tried

ASIDE = """
alongside: true
triggers: [{when: {intent: deletion_request}, priority: 1}]
steps:
  - reply: privacy/sensitive-received
  - escalate: {to: on_call, why: Look at this}
  - close: looked
"""
MAIN = """
promises:
  first_reply: {within: 10 minutes, on_breach: {notify: {who: on_call, message: Late}}}
steps:
  - assume: {backup_status: possible}
  - reply: deletion/heard
  - wait_for: {event: customer_reply}
  - close: answered
"""


@pytest.fixture
def content() -> Bundle:
    return bundle(MAIN, aside=ASIDE)


def test_both_run_and_the_procedure_of_the_case_speaks_first(content: Bundle) -> None:
    """Advice would come before the answer, keep the promise of a first reply, or close the customer's case."""
    tried(
        content,
        f"""
        timeline:
          - customer says: {ASKS}
          - answer: done
          - after: 1 hour
          - customer says: Thanks, that is all
        expect:
          - opened: trial
          - opened: aside
          - reply: deletion/heard
          - promise kept: first_reply
          - reply: privacy/sensitive-received
          - closed: answered
            at: 1 hour
        never:
          - closed: looked
        """,
    )


def test_advice_waits_for_an_answer_that_cannot_leave_yet(content: Bundle) -> None:
    """While WhatsApp is out of reach the second text would overtake the first one."""
    tried(
        content,
        f"""
        timeline:
          - send fails with: 131000
          - customer says: {ASKS}
          - after: 10 minutes
        expect:
          - reply: deletion/heard
          - reply: privacy/sensitive-received
        """,
    )


def test_it_runs_once_at_a_time_in_a_case(content: Bundle) -> None:
    """Every further message would bring the same advice and the same task again."""
    with_stage = Stage(Shelf(content, all_verbs()))
    with_stage.take_message(_text("1"))
    with_stage.settle()
    with_stage.take_message(_text("2"))
    with_stage.settle()
    with with_stage.store.read() as session:
        runs = session.scalars(select(Run.playbook).order_by(Run.playbook)).all()
        assert runs == ["aside", "trial"]
        assert len(set(session.scalars(select(Message.case_id)))) == 1
    with_stage.close()


def test_without_another_procedure_it_has_a_case_of_its_own_that_swallows_nothing() -> None:
    """Advice that waits for a colleague would take the customer's next message away from everybody."""
    files = {path: text for path, text in shipped().items() if path != "playbooks/deletion_request.yaml"}
    files["playbooks/aside.yaml"] = HEAD.format(name="aside", scope="case") + ASIDE
    stage = Stage(Shelf(Bundle.parse(files, all_verbs()), all_verbs()))
    stage.take_message(_text("1"))
    stage.settle()
    stage.take_message({"id": "w2", "type": "text", "text": {"body": "老板，上次那个红色的还有吗"}})
    stage.settle()
    with stage.store.read() as session:
        assert set(session.scalars(select(Case.playbook))) == {"aside", "ordinary-message"}
    stage.clock.set(stage.clock.now())
    stage.answer({})
    stage.settle()
    with stage.store.read() as session:
        closed = dict(session.execute(select(Case.playbook, Case.closed_as)).tuples().all())
    assert closed["aside"] == "looked"
    assert closed["ordinary-message"] is None
    stage.close()


def test_triggers_that_meet_are_no_matter_of_chance_here(content: Bundle) -> None:
    """A designer would be made to give priorities to what excludes nobody."""
    about = ("same-priority", "duplicate-trigger", "shadowed-trigger")
    found = [words for check in all_checks() if check.id in about for _, words in check.look(content)]
    assert found
    assert not [words for words in found if "aside" in words]


def test_who_minds_is_not_called_by_name_in_any_case(shelf: Shelf) -> None:
    """The label would end with the case that it was put on."""
    stage = Stage(shelf)
    stage.take_message(_text("1"), "Marisol Quintero")
    stage.settle()
    stage.take_message(
        {"id": "w2", "type": "text", "text": {"body": "My parcel still has not arrived after two weeks"}}
    )
    stage.settle()
    with stage.store.read() as session:
        rows = session.scalars(select(Outbox).where(Outbox.to == "customer").order_by(Outbox.created_at)).all()
        texts = {row.reply: stage.store.vault.open(row.sealed_body)["text"] for row in rows}
    assert "Marisol" in texts["deletion/received-ask-why"]
    assert "Marisol" not in texts["complaint/first"]
    stage.close()


def test_a_name_that_is_a_number_is_left_out_of_letters(shelf: Shelf) -> None:
    """Some write their card or their telephone number where others have a name, and every letter would repeat it."""
    stage = Stage(shelf)
    stage.take_message(_text("1"), "4111 1111 1111 1111")
    stage.settle()
    assert stage.channel.letters
    assert not any("4111" in letter.text for letter in stage.channel.letters)
    stage.close()


def _text(number: str) -> dict[str, object]:
    return {"id": f"wamid.{number}", "type": "text", "text": {"body": ASKS}}


def test_what_is_said_alongside_is_no_answer_to_the_customer() -> None:
    """Somebody who has thanked us would be asked a week later whether all is well, because a notice came after it."""
    main = """
    steps:
      - reply: deletion/heard
      - wait_for: {event: customer_reply}
      - follow_up: {after: 7 days, playbook: deletion-check-in, unless: {customer_wrote_back: true}}
      - close: answered
    """
    notice = """
    alongside: true
    triggers: [{when: {intent: other}, priority: 1}]
    steps:
      - reply: privacy/notice
      - close: told
    """
    tried(
        bundle(main, aside=notice),
        f"""
        timeline:
          - customer says: {ASKS}
          - after: 1 hour
          - customer says: Thank you, that is kind of you
          - after: 8 days
        expect:
          - reply: privacy/notice
            at: 1 hour
        never:
          - reply: deletion/check-in
        """,
    )
