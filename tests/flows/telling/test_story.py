"""A case as a story: what happened, in plain words, in the order in which it happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from flows.errors import NotFound
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage, refusal
from flows.runs import history
from flows.store import customers
from flows.store.tables import Alias, Case, Customer, Incident, JournalLine, Message, Task
from flows.telling import story
from flows.telling.folding import fold, passed
from flows.telling.sentences import Entry, moment, roughly, shown
from flows.telling.story import ERASED, UNREADABLE, Line
from flows.telling.wording import _TELLERS, in_words
from rules.language import Words

FIRE = "The charger caught fire and burned my hand"
DELETE = "Please delete my personal information from our chat"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def says(text: str, kind: str = "text", **more: object) -> Event:
    return Event(customer_says=Says(text, kind, **more))  # type: ignore[arg-type]


def after(**time: int) -> Event:
    return Event(after=timedelta(**time))


def answer(**given: object) -> Event:
    return Event(answer=given)


CALLED = answer(call_outcome="looked_after")


def play(stage: Stage, *events: Event) -> None:
    for event in events:
        stage.happen(event)


def only_case(stage: Stage) -> str:
    with stage.store.read() as session:
        return session.scalars(select(Case.id)).one()


def told(stage: Stage, zone: ZoneInfo = story.UTC) -> list[Line]:
    return story.tell(stage.store, only_case(stage), zone)


def headlines(lines: list[Line]) -> list[str]:
    return [line.headline for line in lines]


# -- nothing is left out -------------------------------------------------------------------------------------


def test_every_line_of_the_journal_is_told(stage: Stage) -> None:
    """Something would have happened to a customer that no story tells."""
    play(stage, says(DELETE), after(minutes=5), answer(backup_status="none"), says("thanks"), after(hours=1))
    case = only_case(stage)
    with stage.store.read() as session:
        journal = session.scalars(select(JournalLine).where(JournalLine.case_id == case)).all()
        written = [(line.event, line.data) for line in journal]
    lines = told(stage)
    assert [(line.event, line.data) for line in lines if line.mark != "customer"] == written
    assert [line.words for line in lines if line.mark == "customer"] == [DELETE, "thanks"]


def test_lines_stand_in_the_order_of_time(stage: Stage) -> None:
    """A reply would seem to come before the message it answers."""
    play(stage, says(FIRE), after(minutes=7), says("It still burns"), answer(), after(hours=1))
    times = [line.at for line in told(stage)]
    assert times == sorted(times)


def test_every_kind_of_line_has_words_of_its_own(stage: Stage) -> None:
    """A line of the story would be in the machine's language."""
    stage.channel.answers += [refusal(130429), refusal(131026)]
    play(stage, says(FIRE), after(minutes=6), answer(), after(minutes=6), answer(), CALLED, answer(approved="no"))
    play(stage, answer(), answer())
    play(
        stage,
        says(DELETE),
        after(hours=4),
        answer(evidence_value="none", dispute="none", legal_hold=False, order_state="none"),
        answer(demand="erase_our_copies"),
        says("👍", "reaction"),
    )
    play(stage, answer(done=1), after(days=8))
    play(stage, Event(incident=Words("x")), after(minutes=11))
    with stage.store.read() as session:
        events = set(session.scalars(select(JournalLine.event)))
    assert events - set(_TELLERS) == set()
    assert len(events) > 15


def test_line_of_another_release_is_shown_as_it_is() -> None:
    """One line that this release does not know would make a whole story unreadable."""
    for event, data in (("quantum leap", {"to": "Mars", "at": None}), ("step done", {"to": "Mars"})):
        assert in_words(Entry(event, data, NOON)).headline == f"{event} (to: Mars)"


def test_json_holds_the_journal_and_the_words(stage: Stage) -> None:
    """A machine would get less than a person."""
    play(stage, says(FIRE))
    lines = [line.to_json() for line in told(stage)]
    opened = next(line for line in lines if line["event"] == "case opened")
    assert opened["data"]["playbook"] == "complaint-urgent"  # type: ignore[index]
    assert opened["because"]
    assert any("deletion-request#1" in each for each in opened["why_not"])  # type: ignore[attr-defined]
    assert {line["run"] for line in lines if line["step"]} != {None}
    assert next(line for line in lines if line["mark"] == "us")["words"].startswith("Hello")  # type: ignore[attr-defined]


# -- what was said -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "headline", "words"),
    [
        (says(FIRE), "the customer wrote", FIRE),
        (says(FIRE, in_group=True), "the customer wrote in a group", FIRE),
        (says("", "audio"), "the customer sent a voice message", ""),
        (says("look, it burns", "image"), "the customer sent a picture", "look, it burns"),
    ],
)
def test_message_is_told_by_what_it_is(stage: Stage, said: Event, headline: str, words: str) -> None:
    """A voice message would look like an empty text."""
    play(stage, said)
    first = told(stage)[0]
    assert (first.mark, first.headline, first.words) == ("customer", headline, words)


def test_erased_words_read_as_erased(stage: Stage) -> None:
    """After an erasure the story of the case could not be read at all, or would still tell what was said."""
    play(stage, says(FIRE), after(minutes=1))
    with stage.store.read() as session:
        customer = session.scalars(select(Customer.id)).one()
    stage.store.vault.destroy(customer)
    spoken = [line.words for line in told(stage) if line.words]
    assert set(spoken) == {ERASED}
    assert any("complaint-urgent" in headline for headline in headlines(told(stage)))


def test_damaged_words_spoil_only_themselves(stage: Stage) -> None:
    """One damaged row would hide everything else that was said."""
    play(stage, says(FIRE))
    with stage.store.begin() as session:
        message = session.scalars(select(Message)).one()
        message.sealed_content = message.sealed_content[:-1] + bytes([message.sealed_content[-1] ^ 1])
    lines = told(stage)
    assert lines[0].words == UNREADABLE
    assert next(line for line in lines if line.mark == "us").words.startswith("Hello")


def test_remark_of_a_colleague_is_told(stage: Stage) -> None:
    """What a colleague noted for the others would be kept and never read."""
    play(stage, says(FIRE))
    with stage.store.begin() as session:
        task = session.scalars(select(Task)).one()
        task.sealed_remark = stage.store.vault.seal(task.subject_id, {"text": "called her"})
    play(stage, answer())
    assert next(line for line in told(stage) if line.event == "task answered").words == "called her"


# -- whose story ---------------------------------------------------------------------------------------------


def test_customer_has_a_story_of_all_messages(stage: Stage) -> None:
    """A message that opened no case would be nowhere to be read."""
    play(stage, says("What are your opening hours?"), after(minutes=1), says(FIRE), after(minutes=1), says(DELETE))
    with stage.store.read() as session:
        customer = session.scalars(select(Customer.id)).one()
    lines = story.tell(stage.store, customer)
    assert [line.words for line in lines if line.mark == "customer"] == ["What are your opening hours?", FIRE, DELETE]
    assert len({line.case for line in lines if line.case}) == 2  # a complaint carries on what was unclear before it


def test_customers_who_were_one_have_one_story(stage: Stage) -> None:
    """After two customers turned out to be one, half of the story would be missing."""
    play(stage, says(FIRE))
    now, vault = stage.clock.now() + timedelta(minutes=1), stage.store.vault
    with stage.store.begin() as session:
        first = session.scalars(select(Customer)).one()
        second = customers.recognise(session, vault, now, user_id="US.1")
        history.tell_of(session, second.id, now, "message read", {"facts": {}, "severity": "general"})
        goes = second.id
        customers.merge(session, vault, now, first.id, second.id)
        stays = first.id
    assert story.tell(stage.store, goes) == story.tell(stage.store, stays)
    assert {line.event for line in story.tell(stage.store, stays)} >= {"case opened", "message read"}
    with stage.store.read() as session:
        assert set(session.scalars(select(Alias.customer_id))) == {stays}


def test_incident_has_a_story(stage: Stage) -> None:
    """A crisis could not be looked back at."""
    play(stage, Event(incident=Words("batch 7")), after(minutes=1), answer())
    with stage.store.read() as session:
        incident = session.scalars(select(Incident.id)).one()
    lines = story.tell(stage.store, incident)
    assert lines[0].headline == "colleague opens an incident: other, severity important"
    assert any("has taken it over" in headline for headline in headlines(fold(lines)))


def test_trouble_with_the_customer_is_told_in_the_case(stage: Stage) -> None:
    """Somebody would wonder why nothing happened for a minute."""
    play(stage, says(FIRE), after(minutes=1))
    with stage.store.begin() as session:
        case = session.scalars(select(Case)).one()
        history.tell_of(session, case.customer_id, stage.clock.now(), "moving failed", {"error": "KeyError"})
    assert any("something unforeseen" in headline for headline in headlines(told(stage)))


@pytest.mark.parametrize("wanted", ["", "  ", "C-0000000000", "%", "C%", "_"])
def test_id_that_is_none_is_not_found(stage: Stage, wanted: str) -> None:
    """A slip would tell the story of somebody else."""
    play(stage, says(FIRE))
    with pytest.raises(NotFound):
        story.tell(stage.store, wanted)


# -- in plain words ------------------------------------------------------------------------------------------


def test_reasons_begin_with_the_one_that_decided(stage: Stage) -> None:
    """The reason for a playbook would be lost among the reasons against all others."""
    play(stage, says(FIRE))
    opened = next(line for line in told(stage) if line.event == "case opened")
    assert opened.because[0].startswith("severity is urgent")
    assert opened.because[1] == "severity urgent: people are in danger or hurt, as sign_safety is true"
    assert not any("deletion-request#1" in reason for reason in opened.because)


def test_step_that_is_left_out_says_why(stage: Stage) -> None:
    """Nobody could see why a step was not done."""
    play(stage, says(DELETE))
    left_out = next(line for line in told(stage) if line.event == "step skipped")
    assert left_out.headline == "left out: danger_first"
    assert left_out.because == ("severity is general (not urgent)",)


def test_times_are_told_in_the_zone_of_the_business(stage: Stage) -> None:
    """A deadline would be off by the hours between the server and the shop."""
    play(stage, says(DELETE))  # at nine in London; the question ends four hours later
    asked = [
        next(h for h in headlines(told(stage, zone)) if "is asked" in h) for zone in (story.UTC, ZoneInfo("Asia/Tokyo"))
    ]
    assert "until 13:00 at the latest" in asked[0]
    assert "until 22:00 at the latest" in asked[1]


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 1, 5, 23, 59, tzinfo=UTC), "23:59"),
        (datetime(2026, 1, 6, 0, 1, tzinfo=UTC), "Tue 6 Jan 00:01"),
        (datetime(2027, 1, 5, 12, 0, tzinfo=UTC), "5 Jan 2027 12:00"),
    ],
)
def test_moment_names_the_day_only_where_it_is_another(at: datetime, words: str) -> None:
    """A deadline tomorrow would read like one today."""
    assert moment(at, story.UTC, NOON) == words


@pytest.mark.parametrize(
    ("time", "long", "short"),
    [
        (timedelta(0), "0 seconds", ""),
        (timedelta(seconds=5), "5 seconds", "+5s"),
        (timedelta(minutes=12, seconds=5), "12 minutes 5 seconds", "+12m 05s"),
        (timedelta(hours=2, minutes=3, seconds=4), "2 hours 3 minutes", "+2h 03m"),
        (timedelta(days=8, hours=1, minutes=2), "8 days 1 hour", "+8d 01h"),
        (timedelta(seconds=-1), "0 seconds", ""),
    ],
)
def test_durations_are_told_by_what_matters(time: timedelta, long: str, short: str) -> None:
    """Somebody would have to count seconds to know that a week has passed."""
    assert (roughly(time), passed(time)) == (long, short)


def test_values_are_told_as_people_write_them() -> None:
    """A person would read `True` and `['a']`."""
    assert shown({"a": True, "b": ["x", False], "c": 3}) == "a = yes, b = x, no, c = 3"


# -- folded --------------------------------------------------------------------------------------------------


def test_text_is_one_line_with_the_promise_it_kept(stage: Stage) -> None:
    """One reply would be four lines, and the story of a day three pages."""
    play(stage, says(FIRE))
    short = fold(told(stage))
    assert short[1].headline.startswith("complaint-urgent")
    (wrote,) = [line for line in short if "first-urgent" in line.headline]
    assert wrote.headline.startswith("we wrote complaint/first-urgent (en); promise kept: first_reply, ")
    assert wrote.words.startswith("Hello")


def test_question_is_one_line_with_its_words(stage: Stage) -> None:
    """A question and the news of it would be told twice."""
    play(stage, says(DELETE), after(minutes=20), answer(backup_status="none"))
    short = fold(told(stage))
    asked = next(line for line in short if "on_call is asked" in line.headline)
    assert asked.words.startswith("Has our phone backed up")
    assert "colleague answered" in headlines(short)[short.index(asked) + 1]
    assert sum("backup_status" in headline for headline in headlines(short)) == 1


def test_reminders_in_a_row_are_one_line(stage: Stage) -> None:
    """A night in which nobody answers would be a hundred lines of the same."""
    play(stage, says(FIRE), after(hours=1))
    short = fold(told(stage))
    again = [headline for headline in headlines(short) if "nobody has taken it yet" in headline]
    assert again == ["nobody has taken it yet: told senior_owner 12 more times, the last at 10:00"]


def test_reminders_of_two_things_that_alternate_are_a_line_each(stage: Stage) -> None:
    """Two matters that nobody takes at night would fill the page with one another's reminders."""
    play(stage, says(FIRE), after(hours=15))
    first = next(line for line in told(stage) if line.event == "told again")
    mine = [line for line in told(stage) if (line.run, line.step) == (first.run, first.step)]
    reminders = [line for line in mine if line.event in ("told again", "colleagues told")][-4:]
    alternating = [each for line in reminders for each in (line, replace(line, step="another"))]
    short = fold([line for line in alternating if line.event == "told again" or line.words])
    assert len(short) == 2
    assert all("2 more times" in line.headline for line in short)


def test_the_last_reminder_has_its_day(stage: Stage) -> None:
    """Somebody would take the last reminder of a long night for one of the first day."""
    play(stage, says(FIRE), after(hours=20))
    (again,) = (headline for headline in headlines(fold(told(stage))) if "nobody has taken it yet" in headline)
    assert again.endswith("the last at Tue 6 Jan 05:00")


def test_what_happens_in_between_is_not_folded_over(stage: Stage) -> None:
    """A customer's cry between two reminders would be told out of its place."""
    play(stage, says(FIRE), after(minutes=6), says("It still burns!"), after(minutes=10))
    short = fold(told(stage))
    marks = [
        line.mark if line.mark == "customer" else "again"
        for line in short
        if "again" in line.event or line.mark == "customer"
    ]
    assert marks == ["customer", "again", "customer", "again"]


def test_text_to_be_sent_by_hand_is_one_line_with_why(stage: Stage) -> None:
    """A refusal, a task and a notice would stand there as three troubles."""
    stage.channel.answers.append(refusal(131026))
    play(stage, says(FIRE))
    (line,) = (line for line in fold(told(stage)) if "by hand" in line.headline)
    assert line.mark == "alarm"
    assert "131026" in line.headline
    assert "on_call is to send complaint/first-urgent by hand (T-" in line.headline
    assert line.words.startswith("Hello")


def test_lines_of_another_release_are_not_folded() -> None:
    """One line of an odd shape would make the whole story unreadable."""
    odd = [Line(NOON, "note", event, event=event, data={}, run="R-1", step="x") for event in _TELLERS]
    assert len(fold(odd)) <= len(odd)
    assert fold([]) == []


def test_end_is_one_line(stage: Stage) -> None:
    """A case would be closed twice."""
    play(
        stage,
        says(DELETE),
        answer(backup_status="none"),
        answer(evidence_value="none", dispute="none", legal_hold=False, order_state="none"),
        answer(demand="erase_our_copies"),
        answer(done=1),
    )
    assert headlines(fold(told(stage)))[-1] == "closed as answered"
