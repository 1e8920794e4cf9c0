"""What a designer can say beyond one step after another, played with the real interpreter on a moved clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from flows import answering
from flows.errors import FirebreakError
from flows.rehearsal.scenario import START, Event, Says
from flows.rehearsal.stage import Stage
from flows.runs import ending, opening
from flows.shelf import Shelf
from flows.store.tables import Case, Customer, FollowUp, Incident, Run, Step, Task
from flows.telling import story
from flows.verbs import all_verbs
from rules.bundle import Bundle
from tests.flows.runs.trials import ASKS, bundle, tried

CLOSES = "steps: [{close: done}]\n"


def on_stage(content: Bundle) -> Stage:
    return Stage(Shelf(content, all_verbs()))


def labels(stage: Stage) -> list[str]:
    with stage.store.read() as session:
        return sorted({label for each in session.scalars(select(Case)) for label in each.labels})


def test_lists_side_by_side_do_not_wait_for_each_other() -> None:
    """A customer would wait for their reply until a colleague has answered something else."""
    content = bundle("""
        steps:
          - id: both
            parallel:
              ask_somebody:
                - id: question
                  ask: {who: on_call, question: Is there a backup?, form: {backup_status: any}}
                  timeout: 1 hour
                  on_timeout: {assume: {backup_status: possible}}
              answer:
                - reply: complaint/first
                - wait_for: 2 hours
          - id: behind
            label: behind
    """)
    tried(
        content,
        f"""
        timeline:
          - customer says: {ASKS}
          - after: 90 minutes
          - process dies
          - after: 1 hour
        expect:
          - task: on_call
          - reply: complaint/first
          - step: question
            status: timed out
          - step: question.on_timeout.1
          - step: both.answer.2
          - step: behind
        """,
    )


def test_a_refusal_beside_something_else_bars_what_comes_after_both() -> None:
    """A customer would be told that it is done although somebody said no."""
    content = bundle("""
        steps:
          - parallel:
              may_we:
                - approve: {who: privacy_lead, question: May we?}
                  timeout: 1 day
                  on_timeout: {escalate: privacy_lead}
              meanwhile:
                - wait_for: 2 hours
                - id: still_done
                  label: meanwhile
          - id: behind
            label: behind
    """)
    tried(
        content,
        f"""
        timeline:
          - customer says: {ASKS}
          - answer: 'no'
          - after: 3 hours
        expect:
          - step: still_done
        never:
          - step: behind
        """,
    )


def test_each_item_of_a_list_goes_its_own_way() -> None:
    """What is true of one message would be taken as true of all, or a message would be forgotten."""
    content = bundle("""
        steps:
          - reply: complaint/first
          - wait_for: 50 hours
          - reply: deletion/check-in
          - collect: our_messages
          - for_each: our_messages
            steps:
              - id: still_possible
                ask:
                  who: on_call
                  question: Is a backup of this message left?
                  form: {backup_status: {one_of: [none, possible]}}
                timeout: 1 hour
                on_timeout: {assume: {backup_status: possible}}
              - id: left
                if: {backup_status: possible}
                label: a_backup_is_left
              - id: too_late
                if: {time_since_message: {more_than: 48 hours}}
                label: too_late
          - id: known_afterwards
            if: {backup_status: unknown}
            label: nothing_learned_outside
    """)
    stage = on_stage(content)
    try:
        stage.happen(Event(customer_says=Says(ASKS)))
        stage.pass_time(timedelta(hours=50))
        with stage.store.read() as session:
            tasks = session.scalars(select(Task).where(Task.status == "open").order_by(Task.path)).all()
            assert [task.path for task in tasks] == ["still_possible[1]", "still_possible[2]"]
            assert all("(sent 2026-01-0" in task.question for task in tasks)
            second = tasks[1].id
        with stage.store.begin() as session:
            vocabulary = content.vocabulary
            answering.answer(session, vocabulary, second, {"backup_status": "none"}, "lee", stage.clock.now())
        stage.settle()
        stage.pass_time(timedelta(hours=2))
        with stage.store.read() as session:
            status = {step.path: step.status for step in session.scalars(select(Step))}
            about = session.scalars(select(Case.id)).one()
        lines = [line.headline for line in story.tell(stage.store, about)]
        assert {path: status[path] for path in status if path.startswith(("left", "too_late"))} == {
            "left[1]": "done",
            "left[2]": "skipped",
            "too_late[1]": "done",
            "too_late[2]": "skipped",
        }
        assert labels(stage) == ["a_backup_is_left", "nothing_learned_outside", "too_late"]
        assert "our messages: 2" in lines
    finally:
        stage.close()


def test_an_empty_list_is_done_at_once() -> None:
    """A procedure would stand still because there is nothing to do."""
    content = bundle("""
        steps:
          - collect: our_messages
          - for_each: our_messages
            steps: [{label: never}]
          - id: behind
            label: behind
    """)
    tried(content, f"timeline: [customer says: {ASKS}]\nexpect: [step: behind]\nnever: [step: '2.steps.1[1]']")


CALLED = """
    promises: {answered: {within: 5 days, on_breach: {escalate: shift_lead}}}
    steps:
      - id: may_we
        approve: {who: privacy_lead, question: May we?}
        timeout: 1 day
        on_timeout: {notify: {who: on_call, message: Nobody said anything}}
        keeps: answered
"""


def test_a_called_playbook_is_waited_for_and_runs_from_the_same_bundle() -> None:
    """The steps after it would come before it has ended."""
    content = bundle(
        """
        steps:
          - id: first
            run: called
          - id: behind
            label: behind
        """,
        called=CALLED,
    )
    tried(
        content,
        f"""
        timeline:
          - customer says: {ASKS}
          - process dies
          - after: 1 hour
          - answer: 'yes'
        expect:
          - task: privacy_lead
          - step: may_we
          - promise kept: answered
          - step: first
          - step: behind
        """,
    )


@pytest.mark.parametrize("answer", ["- answer: 'no'", "- after: 2 days"])
def test_a_gate_that_stays_shut_in_a_called_playbook_bars_the_caller_too(answer: str) -> None:
    """A no, or a silence, would become a yes by way of another playbook."""
    called = CALLED.replace("promises: {answered: {within: 5 days, on_breach: {escalate: shift_lead}}}", "").replace(
        "keeps: answered", ""
    )
    content = bundle("steps: [{id: first, run: called}, {id: behind, label: behind}]", called=called)
    tried(content, f"timeline:\n  - customer says: {ASKS}\n  {answer}\nexpect: [step: first]\nnever: [step: behind]")


def test_a_first_reply_of_a_called_playbook_keeps_the_promise_of_its_caller() -> None:
    """Somebody would be woken because of a customer who has been answered long ago."""
    content = bundle(
        """
        promises: {first_reply: {within: 10 minutes, on_breach: {escalate: shift_lead}}}
        steps: [{run: called}]
        """,
        called="steps: [{reply: complaint/first}, {wait_for: 1 hour}]",
    )
    tried(
        content,
        f"""
        timeline: [{{customer says: {ASKS}}}, {{after: 30 minutes}}]
        expect: [promise kept: first_reply]
        never: [promise broken: first_reply]
        """,
    )


def test_what_ends_the_caller_ends_the_called_too() -> None:
    """Colleagues would be asked, and promises broken, for a case that is closed."""
    content = bundle(
        """
        steps:
          - parallel:
              one: [{id: first, run: called}]
              other: [{wait_for: 1 hour}, {close: solved}]
        """,
        called=CALLED,
    )
    played = tried(
        content,
        f"""
        timeline: [{{customer says: {ASKS}}}, {{after: 10 days}}]
        expect: [task: privacy_lead, closed: solved]
        never: [promise broken: answered, told: shift_lead]
        """,
    )
    assert played.passed


def test_a_called_playbook_that_closes_the_case_ends_its_caller() -> None:
    """Steps would go on in a case that is closed."""
    content = bundle("steps: [{run: called}, {id: behind, label: behind}]", called="steps: [{close: done}]")
    tried(content, f"timeline: [customer says: {ASKS}]\nexpect: [closed: done]\nnever: [step: behind]")


def test_time_up_for_a_called_playbook_ends_it() -> None:
    """Two procedures would go on where the designer wanted one."""
    content = bundle(
        "steps: [{id: first, run: called, timeout: 2 hours, on_timeout: {label: too_long}}, {id: behind, label: b}]",
        called=CALLED.replace("approve: {who: privacy_lead, question: May we?}", "escalate: privacy_lead"),
    )
    tried(
        content,
        f"""
        timeline: [{{customer says: {ASKS}}}, {{after: 10 days}}]
        expect: [{{step: first, status: timed out}}, step: first.on_timeout.1, step: behind]
        never: [promise broken: answered]
        """,
    )


def test_set_is_seen_by_later_conditions() -> None:
    """A procedure could not write down what it has found out."""
    content = bundle("""
        steps:
          - set: {evidence_value: high, dispute: open}
          - choose: [{when: {evidence_value: {at_least: high}}, steps: [{id: high, label: high}]}]
    """)
    tried(content, f"timeline: [customer says: {ASKS}]\nexpect: [step: high]")


WAITS = """
    steps:
      - id: waits
        wait_for:
          any:
            - event: customer_reply
            - time: next working day 10:00
            - answer: {who: shift_lead, question: Tell us when you have called}
      - id: behind
        label: behind
"""


@pytest.mark.parametrize(
    ("event", "comes"),
    [
        ("- customer says: Hello?", True),
        ("- answer: done", True),
        ("- after: 30 hours", True),
        ("- after: 24 hours", False),
    ],
)
def test_whichever_comes_first_ends_the_wait(event: str, comes: bool) -> None:
    """A wait would go on although what it waits for has happened. (It begins on a Monday at 9:00.)"""
    played = tried(bundle(WAITS), f"timeline:\n  - customer says: {ASKS}\n  {event}\nexpect: [task: shift_lead]")
    assert ("behind" in {each.name for each in played.happened if each.kind == "step"}) is comes


def test_an_answer_that_nobody_needs_any_more_is_not_asked_for() -> None:
    """A colleague would be asked to do what has become needless."""
    stage = on_stage(bundle(WAITS))
    try:
        stage.happen(Event(customer_says=Says(ASKS)))
        stage.happen(Event(customer_says=Says("Hello?")))
        with stage.store.read() as session:
            assert session.scalars(select(Task.status)).all() == ["withdrawn"]
            (about,) = session.scalars(select(Case.id)).all()
        lines = [line.headline for line in story.tell(stage.store, about)]
        assert any("for the customer to write or for an answer to T-" in line for line in lines), lines
    finally:
        stage.close()


def test_a_case_hears_of_the_end_of_its_incident() -> None:
    """Customers would be asked to wait for news of a crisis that is over."""
    content = bundle(
        """
        steps:
          - id: waits
            wait_for: {event: incident_closed}
            timeout: 3 days
          - id: behind
            label: behind
        """,
        crisis="steps: [{wait_for: 10 days}]",
    )
    stage = on_stage(content)
    try:
        with stage.store.begin() as session:
            incident = opening.open_incident(
                stage.desk, session, kind="other", severity="urgent", what="-", opened_by="lee", playbook="crisis"
            ).id
        stage.settle()
        stage.happen(Event(customer_says=Says(ASKS)))
        with stage.store.begin() as session:
            session.scalars(select(Case)).one().incident_id = incident
        with stage.store.begin() as session:
            ending.close_by_hand(session, incident, "over", "lee", stage.clock.now())
        stage.settle()
        assert labels(stage) == ["behind"]
    finally:
        stage.close()


def test_an_incident_hears_that_it_became_worse() -> None:
    """A step that waits for that would sleep through it."""
    content = bundle(
        CLOSES,
        crisis="""
            steps:
              - parallel:
                  worse:
                    - wait_for: {event: incident_worse}
                      timeout: 3 days
                    - id: heard
                      notify: {who: on_call, message: Worse}
                  news: [{wait_for: 1 hour}, {set: {severity: urgent}}]
        """,
    )
    stage = on_stage(content)
    try:
        with stage.store.begin() as session:
            opening.open_incident(
                stage.desk, session, kind="other", severity="general", what="-", opened_by="lee", playbook="crisis"
            )
        stage.settle()
        stage.pass_time(timedelta(hours=2))
        with stage.store.read() as session:
            assert "heard" in {step.path for step in session.scalars(select(Step))}
    finally:
        stage.close()


FOLLOWED = """
    steps:
      - reply: complaint/first
      - follow_up: {after: %s, playbook: deletion-check-in%s}
"""


def test_a_follow_up_of_the_night_waits_for_the_morning() -> None:
    """A customer would be woken by a text that could wait."""
    played = tried(
        bundle(FOLLOWED % ("15 hours", "")),  # due on Tuesday at midnight; quiet until 08:00
        f"""
        timeline: [{{customer says: {ASKS}}}, {{after: 2 days}}]
        expect: [follow up: deletion-check-in, follow up started: deletion-check-in]
        """,
    )
    (started,) = [each.at for each in played.happened if each.kind == "follow_up_started"]
    assert started - START == timedelta(hours=23)


def test_a_follow_up_is_held_while_something_stands_against_it() -> None:
    """A friendly question would arrive in the middle of a crisis, or be forgotten when it is over."""
    content = bundle(
        FOLLOWED % ("2 days", ", hold_if: {open_incident: true}"),
        crisis="steps: [{wait_for: {event: incident_worse}, timeout: 90 days}]",
    )
    stage = on_stage(content)
    try:
        stage.happen(Event(customer_says=Says(ASKS)))
        with stage.store.begin() as session:
            incident = opening.open_incident(
                stage.desk, session, kind="other", severity="urgent", what="-", opened_by="lee", playbook="crisis"
            ).id
        stage.settle()
        stage.pass_time(timedelta(days=5))
        with stage.store.read() as session:
            planned = session.scalars(select(FollowUp)).one()
            assert (planned.status, planned.held_since) == ("waiting", START + timedelta(days=2))
            about = planned.case_id or ""
        lines = [line.headline for line in story.tell(stage.store, about)]
        assert sum("is held back for now" in line for line in lines) == 1  # said once, not every time
        with stage.store.begin() as session:
            ending.close_by_hand(session, incident, "over", "lee", stage.clock.now())
        stage.pass_time(timedelta(hours=4))
        with stage.store.read() as session:
            assert session.scalars(select(FollowUp.status)).one() == "started"
    finally:
        stage.close()


def test_a_follow_up_that_is_held_for_a_month_is_given_to_a_person() -> None:
    """It would be looked at every hour for ever, and nobody would know."""
    content = bundle(FOLLOWED % ("2 days", ", hold_if: {dispute: unknown}"))
    tried(
        content,
        f"""
        timeline: [{{customer says: {ASKS}}}, {{after: 31 days}}, {{after: 2 days}}]
        expect: [{{told: on_call, says: was held for 30 days}}]
        never: [follow up started: deletion-check-in]
        """,
    )


MODE = """
    mode: {mode}
    steps:
      - reply: complaint/first
      - id: waits
        wait_for: 5 days
      - close: done
"""
WORSE = f"{ASKS}, or my lawyer will go to court"


@pytest.mark.parametrize(("mode", "cases", "runs"), [("single", 1, 1), ("restart_if_worse", 1, 2), ("parallel", 2, 2)])
def test_a_second_message_joins_restarts_or_opens(mode: str, cases: int, runs: int) -> None:
    """A customer who writes twice would be treated as the designer did not say."""
    stage = on_stage(bundle(MODE.format(mode=mode)))
    try:
        stage.happen(Event(customer_says=Says(ASKS)))
        stage.pass_time(timedelta(hours=1))
        stage.happen(Event(customer_says=Says(WORSE)))
        with stage.store.read() as session:
            found = session.scalars(select(Run).order_by(Run.started_at, Run.id)).all()
            assert len(session.scalars(select(Case)).all()) == cases
            assert len(found) == runs
            unfinished = [run for run in found if run.status != "finished"]
            assert len(unfinished) == cases
        stage.happen(Event(customer_says=Says(ASKS)))  # not worse: nothing begins anew
        with stage.store.read() as session:
            assert len(session.scalars(select(Run)).all()) == runs + (mode == "parallel")
    finally:
        stage.close()


def test_inputs_are_filled_in_typed_and_offered() -> None:
    """On-call staff would open a case with a word that no condition knows."""
    content = bundle("""
        inputs: {evidence_value: {one_of: [none, high]}, dispute: any}
        steps:
          - choose: [{when: {evidence_value: high}, steps: [{id: high, label: high}]}]
    """)
    stage = on_stage(content)
    try:
        stage.happen(Event(customer_says=Says("👍", "reaction")))

        def opened(**inputs: object) -> None:
            with stage.store.begin() as session:
                customer = session.scalars(select(Customer.id)).one()
                opening.open_case_by_hand(
                    stage.desk,
                    session,
                    customer_id=customer,
                    playbook="trial",
                    severity="important",
                    opened_by="lee",
                    inputs=inputs,
                )

        for wrong, why in (
            ({"evidence_value": "low"}, "choose one of none, high"),
            ({"evidence": "high"}, "did you mean"),
        ):
            with pytest.raises(FirebreakError, match=why):
                opened(**wrong)
        opened(evidence_value="HIGH")
        stage.settle()
        assert labels(stage) == ["high"]
        with stage.store.read() as session:
            assert not session.scalars(select(Incident)).all()
    finally:
        stage.close()


GATED = (
    "steps: [{id: may_we, approve: {who: privacy_lead, question: May we?}, timeout: 9 days, on_timeout: {label: x}}]"
)


@pytest.mark.parametrize("answer", ["- answer: 'no'", "- after: 1 minute"])
def test_time_never_leads_past_a_gate_in_a_called_playbook(answer: str) -> None:
    """A limit on the call would turn a no, or a silence, into a yes."""
    called = "promises: {kept: {within: 5 days, on_breach: {label: late}}}\n" + GATED
    content = bundle(
        "steps: [{id: first, run: called, timeout: 2 hours, on_timeout: {label: long}}, {id: behind, label: b}]",
        called=called,
    )
    tried(
        content,
        f"timeline:\n  - customer says: {ASKS}\n  {answer}\n  - after: 10 days\n"
        "expect: [task: privacy_lead]\nnever: [step: behind]",
    )


def test_a_refusal_in_a_called_playbook_still_breaks_its_promise() -> None:
    """Nobody would hear of a customer who was promised an answer and will not get one."""
    called = "promises: {kept: {within: 5 days, on_breach: {id: late, label: late}}}\n" + GATED
    content = bundle("steps: [{id: first, run: called}, {id: behind, label: b}]", called=called)
    tried(
        content,
        f"""
        timeline: [{{customer says: {ASKS}}}, {{answer: 'no'}}, {{after: 6 days}}]
        expect: [step: first, promise broken: kept, step: late]
        never: [step: behind]
        """,
    )


def test_a_message_after_a_procedure_has_run_out_reaches_somebody() -> None:
    """A customer whose case was never closed by a step would write into the void for ever."""
    stage = on_stage(bundle("steps: [{id: once, label: once}]"))
    try:
        stage.happen(Event(customer_says=Says(ASKS)))
        stage.pass_time(timedelta(days=2))
        stage.happen(Event(customer_says=Says("Good evening, do you also have it in blue?")))
        with stage.store.read() as session:
            assert [run.playbook for run in session.scalars(select(Run).order_by(Run.started_at))] == [
                "trial",
                "ordinary-message",
            ]
            assert session.scalars(select(Task.status)).all() == ["open"]
    finally:
        stage.close()


def test_a_check_in_hears_the_answer_of_a_closed_case() -> None:
    """Somebody who answers "how did it go?" would be taken for somebody new."""
    content = bundle(
        "steps: [{follow_up: {after: 1 day, playbook: how-was-it}}, {close: done}]",
        how_was_it="""
            steps:
              - reply: deletion/check-in
              - wait_for: {event: customer_reply}
                timeout: 5 days
              - id: heard
                label: heard
        """,
    )
    tried(
        content,
        f"""
        timeline: [{{customer says: {ASKS}}}, {{after: 25 hours}}, {{customer says: It went well}}]
        expect: [closed: done, reply: deletion/check-in, step: heard]
        never: [opened: ordinary-message]
        """,
    )


def test_the_same_moment_named_twice_is_one_moment() -> None:
    """One message would be tried again every minute for ever, because two of its clocks are the same."""
    content = bundle("""
        promises: {p: {within: 1 day, warn_before: [1 hour], on_breach: {label: late}}}
        steps:
          - id: waits
            wait_for: {any: [{time: 1 day}, {time: 09:00}]}
          - id: two
            wait_for:
              any: [{answer: {who: on_call, question: One?}}, {answer: {who: shift_lead, question: Two?}}]
            timeout: 3 days
            keeps: p
    """)
    tried(
        content,
        f"""
        timeline: [{{customer says: {ASKS}}}, {{after: 2 days}}, {{answer: done}}]
        expect: [warning: p, step: waits, task: on_call, step: two]
        """,
    )


def test_nobody_waits_for_the_end_of_what_is_over() -> None:
    """A customer would wait for news of a crisis that ended before their case began."""
    content = bundle(
        "steps: [{id: waits, wait_for: {event: incident_closed}, timeout: 9 days}, {id: behind, label: b}]"
    )
    tried(content, f"timeline: [customer says: {ASKS}]\nexpect: [step: behind]")


def test_what_begins_anew_asks_anew() -> None:
    """An answer that was given to the milder question would decide the graver one."""
    content = bundle("""
        mode: restart_if_worse
        steps:
          - id: question
            ask: {who: on_call, question: Is it evidence?, form: {evidence_value: any}}
            timeout: 1 day
            on_timeout: {label: silence}
          - wait_for: 3 days
          - if: {evidence_value: low}
            label: as_before
    """)
    stage = on_stage(content)
    try:
        stage.happen(Event(customer_says=Says(ASKS)))
        stage.happen(Event(answer={"evidence_value": "low"}))
        stage.happen(Event(customer_says=Says(WORSE)))
        stage.pass_time(timedelta(days=6))
        assert labels(stage) == ["silence"]
    finally:
        stage.close()
