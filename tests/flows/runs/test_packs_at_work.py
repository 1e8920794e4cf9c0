"""What rule packs make of the facts, wherever a procedure or a message asks for it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage
from flows.shelf import Shelf
from flows.store.tables import Case, JournalLine
from flows.verbs import all_verbs
from rules.language import FactName
from tests.flows.runs.trials import ASKS, bundle, tried

PARCEL = "My parcel still has not arrived after two weeks"


def test_each_message_of_a_list_has_its_own_outlook() -> None:
    """A colleague would be asked to take back what nobody can take back, or not what they still can."""
    content = bundle("""
        steps:
          - reply: complaint/first
          - wait_for: 50 hours
          - reply: deletion/check-in
          - collect: our_messages
          - for_each: our_messages
            steps:
              - id: in_time
                if: {recall_outlook: {at_least: fair}}
                label: in_time
              - id: try_it
                if: {recall_outlook: try_only}
                label: try_it
          - id: outside
            if: {recall_outlook: too_late}
            label: outside
    """)
    tried(
        content,
        f"""
        timeline: [customer says: {ASKS}, after: 51 hours]
        expect: [step: 'in_time[2]', {{step: 'try_it[1]', status: done}}, {{step: outside, status: done}}]
        never: [{{step: 'in_time[1]', status: done}}, {{step: 'try_it[2]', status: done}}]
        """,
    )


def test_what_follows_changes_with_what_it_follows_from() -> None:
    """The decision about the records would stay what it was before anybody had looked at them."""
    content = bundle("""
        inputs: {legal_hold: any}
        steps:
          - {id: first, if: {evidence_decision: ask}, label: first}
          - set: {legal_hold: false, dispute: none, evidence_value: none, order_state: none}
          - {id: second, if: {evidence_decision: erase}, label: second}
          - set: {legal_hold: true}
          - choose: [{when: {evidence_decision: keep}, steps: [{id: third, label: third}]}]
          - set: {evidence_decision: mask}
          - {id: a_person_said_so, if: {evidence_decision: mask}, label: said}
    """)
    done = ", ".join(f"{{step: {step}, status: done}}" for step in ("first", "second", "third", "a_person_said_so"))
    tried(content, f"timeline: [customer says: {ASKS}]\nexpect: [{done}]")


def test_a_crowd_makes_each_of_its_complaints_important() -> None:
    """A thousand customers with the same defect would be a thousand small matters."""
    quiet = f"given: {{complainers_in_10_minutes: 3}}\ntimeline: [customer says: {PARCEL}]\n"
    tried(bundle("steps: {close: done}"), f"{quiet}expect: [opened: complaint-general]")
    crowd = f"given: {{complainers_in_10_minutes: 25}}\ntimeline: [customer says: {PARCEL}]\n"
    tried(bundle("steps: {close: done}"), f"{crowd}expect: [opened: complaint-important]")


def test_the_history_says_why_a_message_is_severe_and_the_case_keeps_only_that() -> None:
    """Nobody could see what a level came from; or a case would go on believing in a crowd that went home."""
    stage = Stage(Shelf(bundle("steps: {close: done}"), all_verbs()), given={FactName("complainers_in_10_minutes"): 25})
    try:
        stage.happen(Event(customer_says=Says(PARCEL)))
        stage.pass_time(timedelta(minutes=1))
        with stage.store.read() as session:
            case = session.scalars(select(Case)).one()
            opened = session.scalars(select(JournalLine).where(JournalLine.event == "case opened")).one()
        triage = opened.data["because"]["triage"]
        assert (triage["rule"], triage["because"]) == (
            "group_discontent",
            "surge is surge and intent is complaint",
        )
        assert case.facts["severity"] == "important"
        assert "surge" not in case.facts
    finally:
        stage.close()


def test_where_it_was_written_is_known_to_the_procedure() -> None:
    """A quarrel in a group could not be taken to a private chat, because no step knew that it was one."""
    content = bundle("steps: [{id: in_group, if: {place: group}, label: group}, {close: done}]")
    said = f"timeline: [{{customer says: {{text: '{ASKS}', in_group: true}}}}]"
    tried(content, f"{said}\nexpect: [{{step: in_group, status: done}}]")
