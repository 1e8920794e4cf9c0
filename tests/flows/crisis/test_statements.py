"""The official statement: versions, approvals, and what is locked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from flows.crisis import statements, wording
from flows.crisis.statements import WrongStatement
from flows.rehearsal.stage import Stage
from flows.store.tables import Statement
from rules.checks import problems_of
from tests.flows.crisis import voices
from tests.flows.runs import trials


@pytest.fixture
def stage() -> Iterator[Stage]:
    opened = Stage(voices.shelf())
    yield opened
    opened.close()


def test_whoever_drafted_it_is_never_alone(stage: Stage) -> None:
    """One tired person could promise everything in the name of all."""
    made = voices.draft(stage, voices.incident(stage))
    assert voices.vote(stage, made, "lee", role="senior_owner") == "draft"
    assert voices.vote(stage, made, "ann") == "in_force"


def test_every_role_must_say_yes(stage: Stage) -> None:
    """It would be in force although whoever may promise has not read it."""
    made = voices.draft(stage, voices.incident(stage))
    with pytest.raises(WrongStatement, match='"on_call" does not decide'):
        voices.vote(stage, made, "kim", role="on_call")
    with stage.store.read() as session:
        assert statements.missing(session, session.get_one(Statement, made)) == ["senior_owner"]
    assert voices.vote(stage, made, "ann", role="senior_owner") == "in_force"


def test_the_roles_count_also_before_the_procedure_came_to_ask(stage: Stage) -> None:
    """A quick draft would slip past those who must approve it."""
    from flows.runs import opening

    with stage.store.begin() as session:
        opened = opening.open_incident(
            stage.desk, session, kind="x", severity="general", what="-", opened_by="ann", playbook="crisis-voice"
        )
        made = statements.draft(stage.desk, session, opened, voices.WORDS, [], None, "lee")
        assert made.approvers == ["senior_owner"]


def test_a_yes_counts_for_the_words_that_were_read(stage: Stage) -> None:
    """Somebody would have approved words that they have never seen."""
    incident = voices.incident(stage)
    first = voices.draft(stage, incident)
    second = voices.draft(stage, incident, ["refund"])
    with stage.store.read() as session:
        read = session.get_one(Statement, first).digest
    with pytest.raises(WrongStatement, match="read it again"):
        voices.vote(stage, second, "ann", digest=read)
    with pytest.raises(WrongStatement, match="replaced already"):
        voices.vote(stage, first, "ann")


def test_a_new_version_replaces_the_one_before(stage: Stage) -> None:
    """Two versions in force would have two colleagues promise two things."""
    incident = voices.incident(stage)
    first, second = voices.draft(stage, incident), None
    voices.vote(stage, first, "ann")
    second = voices.draft(stage, incident, ["voucher"])
    with stage.store.read() as session:
        now = statements.in_force(session, incident)
        assert now is not None
        assert now.id == first, "a draft is not in force"
    voices.vote(stage, second, "ann")
    with stage.store.read() as session:
        states = [(each.version, each.status) for each in statements.versions(session, incident)]
    assert states == [(1, "replaced"), (2, "in_force")]


def test_a_no_refuses_it_for_good(stage: Stage) -> None:
    """What somebody refused could be approved by the next one in line."""
    made = voices.draft(stage, voices.incident(stage))
    assert voices.vote(stage, made, "ann", yes=False) == "refused"
    with pytest.raises(WrongStatement, match="refused already"):
        voices.vote(stage, made, "kim")


@pytest.mark.parametrize("change", [{"remedies": ["refund"]}, {"sealed_texts": b"x"}, {"digest": "0"}, {"version": 7}])
def test_nothing_in_force_ever_changes(stage: Stage, change: dict[str, object]) -> None:
    """Customers would be told what nobody has approved."""
    made = voices.draft(stage, voices.incident(stage))
    voices.vote(stage, made, "ann")
    with pytest.raises(DBAPIError, match="never changed"), stage.store.begin() as session:
        session.execute(update(Statement).where(Statement.id == made).values(change))


def test_words_that_were_changed_past_us_are_not_said(stage: Stage) -> None:
    """Whoever can write into the database could speak for the house."""
    made = voices.draft(stage, voices.incident(stage))
    voices.vote(stage, made, "ann")
    with stage.store.begin() as session:
        session.execute(text("DROP TRIGGER statements_are_locked"))
        row = session.get_one(Statement, made)
        row.sealed_texts = stage.store.vault.seal(row.incident_id, {"en": "Everybody gets a car."})
        session.flush()
        with pytest.raises(WrongStatement, match="not what was approved"):
            statements.words(stage.store.vault, row)


@pytest.mark.parametrize(
    ("words", "objection"),
    [
        ("Please call us at +44 20 7946 0018.", "phone number"),
        ("This happened because of our supplier.", "no-excuses-first"),
        ("You will get your money back.", "promises a refund"),
        ("We guarantee that all messages are permanently deleted.", "no-guarantees"),
        ("x" * 1001, "too many"),
        ("Dear {name}, we are on it.", "no meaning here"),
    ],
)
def test_what_may_not_stand_in_it(stage: Stage, words: str, objection: str) -> None:
    """It would be said to thousands in the next minute."""
    incident = voices.incident(stage)
    with pytest.raises(WrongStatement, match=objection):
        voices.draft(stage, incident, texts={"en": words})


def test_one_language_is_enough(stage: Stage) -> None:
    """A shop that only writes Chinese could say nothing to anybody."""
    incident = voices.incident(stage)
    made = voices.draft(stage, incident, texts={"zh-CN": "我们正在处理。"})
    assert voices.vote(stage, made, "ann") == "in_force"
    with pytest.raises(WrongStatement, match="no words"):
        voices.draft(stage, incident, texts={"zh-CN": " "})


def test_whoever_reads_none_of_its_languages_gets_one_of_them() -> None:
    """A letter would leave with a hole in it, or never."""
    only = {"zh-CN": "我们正在处理。", "de": "Wir sind dran."}
    assert [wording.locale_of(only, each) for each in ("zh-TW", "de", "pt", None)] == ["zh-CN", "de", "zh-CN", "zh-CN"]
    assert wording.locale_of({"zh-CN": "…", "en": "…"}, "pt") == "en"


def test_a_time_that_is_over_is_not_promised(stage: Stage) -> None:
    """Customers would be told that there was news an hour ago."""
    made = voices.draft(stage, voices.incident(stage), news_in=timedelta(minutes=5))
    stage.pass_time(timedelta(minutes=6))
    with pytest.raises(WrongStatement, match="time that is over"):
        voices.vote(stage, made, "ann")


def test_afterwards_the_cause_may_be_named(stage: Stage) -> None:
    """The retrospective could not say what happened; blame stays refused by guards that always hold."""
    words = {"en": "Parcels were late because of a fault in our sorting. That was our mistake."}
    wording.checked(stage.desk.shelf.current, words, [], "retrospective")
    with pytest.raises(WrongStatement, match="no-excuses-first"):
        wording.checked(stage.desk.shelf.current, words, [])


def test_a_role_that_does_not_exist_is_found_on_its_line() -> None:
    """Nobody would ever be asked, and nothing could be said."""
    wrong = voices.CRISIS.replace("[senior_owner]", "[nobody_at_all]")
    content = trials.bundle("steps: [{close: solved}]", crisis_voice=wrong)
    found = [str(each) for each in problems_of(content) if "nobody_at_all" in str(each)]
    assert [each.split(":")[0] for each in found] == ["playbooks/crisis_voice.yaml"]
