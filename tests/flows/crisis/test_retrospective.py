"""What everybody is told when it is over: proposed, completed, approved, posted by people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.crisis import retrospective, statements, wording
from flows.crisis.retrospective_words import LANGUAGES, WORDS, Part
from flows.crisis.statements import WrongStatement
from flows.rehearsal.stage import Stage
from flows.shelf import Shelf
from flows.store.tables import Incident, Run, Task, TaskItem
from tests.flows.crisis import endings, voices

SAID: dict[Part, dict[str, str]] = {
    "cause": {"en": "We had planned for too few vans.", "zh-CN": "我们安排的车不够。"},
    "changed": {"en": "We keep two more vans ready.", "zh-CN": "我们多备了两辆车。"},
    "amends": {"en": "You do not pay for your next delivery.", "zh-CN": "您的下一次配送不收费。"},
}


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = endings.staged("out")
    yield made
    made.close()


def ended(stage: Stage) -> str:
    """An incident that a person has ended; its id."""
    known = endings.opened(stage)
    stage.pass_time(timedelta(minutes=11))
    voices.answer(stage, endings.asked(stage)[0], {"all": "done"}, "lee")
    voices.answer(stage, endings.asked(stage)[0], {"approved": "yes"}, "lee")
    return known


def tasks(stage: Stage) -> list[Task]:
    with stage.store.read() as session:
        return list(session.scalars(select(Task).where(Task.status == "open").order_by(Task.created_at, Task.id)))


def fill_in(stage: Stage, known: str, said: dict[Part, dict[str, str]]) -> dict[str, str]:
    with stage.store.begin() as session:
        incident = session.get_one(Incident, known)
        retrospective.fill_in(stage.desk, session, incident, said)
        return retrospective.complete(stage.desk, session, incident)


def draft(stage: Stage, known: str, texts: dict[str, str], by: str = "lee") -> str:
    with stage.store.begin() as session:
        said, allowed = wording.checked(stage.desk.shelf.current, texts, (), "retrospective")
        about = session.get_one(Incident, known)
        made = statements.draft(stage.desk, session, about, said, allowed, None, by, "retrospective").id
    stage.settle()
    return made


def test_it_begins_the_next_working_day_although_the_incident_is_closed(stage: Stage) -> None:
    """The crisis would be over, and nobody would ever say what it was."""
    known = ended(stage)
    assert endings.incident(stage, known).closed_at is not None
    assert tasks(stage) == []
    stage.pass_time(timedelta(days=3))
    with stage.store.read() as session:
        run = session.scalars(select(Run).where(Run.playbook == "retrospective")).one()
        assert run.incident_id == known
    (task,) = tasks(stage)
    assert (task.kind, task.role) == ("ask", "shift_lead")
    assert "firebreak retrospective edit" in task.question
    ready = stage.store.vault.open(task.sealed_details or b"")["words (en)"]
    assert "{changed}" in ready
    assert "parcels came far too late" in ready


def test_from_the_blanks_to_the_posts(stage: Stage) -> None:
    """The words would be approved and nobody would post them, or they would be posted before anybody approved them."""
    known = ended(stage)
    stage.pass_time(timedelta(days=3))
    texts = fill_in(stage, known, SAID)
    made = draft(stage, known, texts)
    assert [each.role for each in tasks(stage)] == ["senior_owner"]
    assert voices.vote(stage, made, "ann") == "in_force"
    (post,) = tasks(stage)
    assert (post.kind, post.role) == ("do", "on_call")
    details = stage.store.vault.open(post.sealed_details or b"")
    assert details["words (zh-CN)"] == texts["zh-CN"]
    assert details["listed"] == {"1": "WhatsApp Status", "2": "Our WhatsApp groups"}
    before = len(endings.told(stage, "on_call"))
    stage.pass_time(timedelta(hours=9))
    assert len(endings.told(stage, "on_call")) == before + 2
    voices.answer(stage, post, {"1": "done"}, "kim")
    voices.answer(stage, post, {"2": "failed"}, "kim")
    with stage.store.read() as session:
        assert session.scalars(select(Run.status).where(Run.playbook == "retrospective")).one() == "finished"
        settled = {
            each.about: each.status for each in session.scalars(select(TaskItem).where(TaskItem.task_id == post.id))
        }
    assert settled == {"1": "done", "2": "failed"}


def test_a_team_that_only_answers_tasks_can_do_it(stage: Stage) -> None:
    """Whoever has no terminal could not say anything afterwards."""
    ended(stage)
    stage.pass_time(timedelta(days=3))
    allowed = {"refund_allowed": "no", "replacement_allowed": "no", "voucher_allowed": "no"}
    voices.answer(stage, tasks(stage)[0], allowed, "lee", "en: This was our mistake. We keep two more vans ready.")
    (approve,) = tasks(stage)
    voices.answer(stage, approve, {"approved": "yes"}, "ann")
    assert tasks(stage)[0].role == "on_call"


def test_what_was_said_before_stays(stage: Stage) -> None:
    """Each of three people who know one thing would have to type what the others know."""
    known = ended(stage)
    assert fill_in(stage, known, {"cause": SAID["cause"]}) == {}
    assert fill_in(stage, known, {"changed": {"en": SAID["changed"]["en"]}}) == {}
    texts = fill_in(stage, known, {"amends": {"en": SAID["amends"]["en"]}})
    assert set(texts) == {"en"}
    for part in SAID.values():
        assert part["en"] in texts["en"]
    with stage.store.read() as session:
        left = retrospective.missing(stage.desk, session.get_one(Incident, known))
        assert left == {"en": [], "zh-CN": ["changed", "amends"]}
    assert fill_in(stage, known, {"cause": {"en": " "}}) == {}  # taken back


def test_what_the_team_wrote_about_the_incident_stays(stage: Stage) -> None:
    """Completing the retrospective would wipe out what happened."""
    known = endings.opened(stage)
    fill_in(stage, known, SAID)
    with stage.store.read() as session:
        kept = stage.store.vault.open(session.get_one(Incident, known).sealed_what or b"")
    assert kept["what"] == "-"


def test_a_language_without_words_around_it_is_told(stage: Stage) -> None:
    """What somebody wrote would be lost without a word."""
    known = endings.opened(stage)
    with pytest.raises(WrongStatement, match="--text de="):
        fill_in(stage, known, {"cause": {"de": "Zu wenige Wagen."}})


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("topic", ["unknown to us", *WORDS["en"].happened])
def test_the_words_around_it_pass_our_own_guards(shelf: Shelf, locale: str, topic: str) -> None:
    """For some kind of crisis nothing could ever be approved."""
    words = WORDS[locale]
    happened = words.happened.get(topic, words.happened["other"])
    first = words.what.format(day="21", happened=happened) + words.wrote.format(many=312)
    parts = [words.parts[part].format(words=SAID[part][locale]) for part in SAID]
    text = "\n\n".join([words.thanks, first, words.sorry, *parts, words.ends])
    texts = {"en": "It was our mistake.", locale: text}
    assert wording.checked(shelf.current, texts, (), "retrospective")[0][locale] == text


def test_every_topic_has_its_words(shelf: Shelf) -> None:
    """A crisis about something new would be told as something else."""
    topics = set(shelf.current.vocabulary.fact("topic").values)
    assert all(topics == set(words.happened) for words in WORDS.values())


@pytest.mark.parametrize("remedy", ["You get a voucher for your next order.", "We will refund everybody."])
def test_amends_that_nobody_allowed_are_refused(stage: Stage, remedy: str) -> None:
    """Everybody would come for something that the owner never agreed to."""
    known = ended(stage)
    texts = fill_in(stage, known, {**SAID, "amends": {"en": remedy}})
    with pytest.raises(WrongStatement, match="promises a"):
        draft(stage, known, texts)


@pytest.mark.parametrize(
    "blame",
    [
        {"en": "It was the courier's fault."},
        {"en": "This was an accident."},
        {"en": "It was an unfortunate accident."},
        {"en": "Accidents happen, even to us."},
        {"en": "Our supplier delivered faulty batteries."},
        {"zh-CN": "这只是一个意外。"},
        {"zh-CN": "这是供应商的错。"},
        {"zh-CN": "快递公司延误，造成了这次问题。"},
    ],
)
def test_blame_on_others_and_accidents_are_refused(stage: Stage, blame: dict[str, str]) -> None:
    """Everybody would read that we think ourselves innocent."""
    known = ended(stage)
    texts = fill_in(stage, known, {**SAID, "cause": {**SAID["cause"], **blame}})
    with pytest.raises(WrongStatement, match="no-blame"):
        draft(stage, known, texts)
