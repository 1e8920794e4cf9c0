"""The language of scenarios: what it can say, and what it refuses."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.rehearsal.moments import Moment, parse_moment
from flows.rehearsal.play import Played, play
from flows.rehearsal.scenario import read_scenarios
from flows.shelf import Shelf
from rules.problems import Problems
from rules.yaml_source import Source

FIRE = "The charger caught fire and burned my hand"


def problems_of(shelf: Shelf, text: str) -> list[str]:
    """What is wrong with a file that holds this scenario."""
    problems = Problems()
    source = Source.parse(f"tests: complaint-urgent\nscenarios:\n  - name: One\n{text}", "a.test.yaml", problems)
    if source is not None:
        read_scenarios(source, shelf.current.vocabulary, problems, shelf.current)
    return [str(problem) for problem in problems]


def played(shelf: Shelf, text: str) -> Played:
    problems = Problems()
    source = Source.parse(f"tests: complaint-urgent\nscenarios:\n  - name: One\n{text}", "a.test.yaml", problems)
    assert source is not None
    file = read_scenarios(source, shelf.current.vocabulary, problems, shelf.current)
    assert file is not None, list(map(str, problems))
    return play(shelf, file.scenarios[0])


NEVER = "    never: [{closed: solved}]\n"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("    timeline: [process dies]\n", 3, "say what must come of it"),
        ("    timeline: [process dys]\n" + NEVER, 4, 'did you mean "process dies"'),
        ("    timeline: [{answer: yes, too: owner}]\n" + NEVER, 4, '"too" is not known beside `answer`'),
        ("    timeline: [{answer: yes, to: ownr}]\n" + NEVER, 4, 'no step is called "ownr"; did you mean "owner"?'),
        ("    timeline: [{answer: {backup: none}}]\n" + NEVER, 4, 'unknown fact "backup"'),
        ("    timeline: [{answer: {backup_status: nne}}]\n" + NEVER, 4, "backup_status"),
        ("    timeline: [{answer: perhaps}]\n" + NEVER, 4, "an answer is `yes`, `no`, `done`"),
        ("    timeline: [{at: Mondy 9:00}]\n" + NEVER, 4, 'did you mean "Monday"?'),
        ("    timeline: [{at: 25:00}]\n" + NEVER, 4, "there is no time 25:00"),
        ("    timeline: [{after: 3 days, at: 9:00}]\n" + NEVER, 4, "one thing happens at a time"),
        ("    timeline: [{customer says: {text: a, customer: 0}}]\n" + NEVER, 4, "customers are counted from 1"),
        ("    timeline: [process dies]\n    starts: 2026-02-30 09:00\n" + NEVER, 5, "there is no day 2026-02-30"),
        ("    timeline: [process dies]\n    time zone: Mars/Base\n" + NEVER, 5, 'there is no time zone "Mars/Base"'),
        ("    timeline: [process dies]\n    never: [{reply: complaint/frist}]\n", 5, 'did you mean "complaint/first"'),
        ("    timeline: [process dies]\n    never: [{told: boss}]\n", 5, 'no role is called "boss"'),
        ("    timeline: [process dies]\n    never: [{step: solvd}]\n", 5, 'did you mean "solved"?'),
        ("    timeline: [process dies]\n    never: [{opened: complaint}]\n", 5, 'no playbook is called "complaint"'),
        ("    timeline: [process dies]\n    never: [{promise kept: answer}]\n", 5, 'no promise is called "answer"'),
        ("    timeline: [process dies]\n    never: [{closed: solvd}]\n", 5, 'did you mean "solved"?'),
        (
            "    timeline: [process dies]\n    never: [{reply: complaint/first, locale: fr}]\n",
            5,
            "complaint/first is not written in fr",
        ),
        ("    timeline: [process dies]\n    never: [{told: on_call, locale: en}]\n", 5, "`told` has no `locale`"),
        ("    timeline: [process dies]\n    never: [{told: on_call, at: soon}]\n", 5, "how long after the start"),
        ("    timeline: [process dies]\n    expect: [nothing more, {told: on_call}]\n", 5, "stands last in `expect`"),
    ],
)
def test_slip_is_an_error_on_its_line(shelf: Shelf, text: str, line: int, says: str) -> None:
    """A test would never fail, or never pass, and nobody would know that it is worth nothing."""
    found = problems_of(shelf, text)
    assert len(found) == 1, found
    assert found[0].startswith(f"a.test.yaml:{line}:")
    assert says in found[0]


def test_two_scenarios_of_one_name_are_refused(shelf: Shelf) -> None:
    """A failure would be looked for in the wrong scenario."""
    one = "    timeline: [process dies]\n" + NEVER
    assert "two scenarios are called" in problems_of(shelf, f"{one}  - name: One\n{one}")[0]


def test_clock_is_set_in_the_business_own_time(shelf: Shelf) -> None:
    """What depends on the hour of the day could not be tested."""
    one = played(
        shelf,
        f"""    starts: Saturday 23:30
    time zone: Asia/Shanghai
    timeline:
      - customer says: {FIRE}
      - at: 7:30
      - answer: done
    expect:
      - {{reply: complaint/first-urgent, at: Saturday 23:30}}
      - {{told: senior_owner, at: Sunday 0:00}}
      - {{reply: complaint/person-has-it, at: 8 hours}}
""",
    )
    assert one.complaints == ()
    assert one.happened[0].at.isoformat() == "2026-01-10T15:30:00+00:00"


def test_two_customers_are_told_apart(shelf: Shelf) -> None:
    """A second customer's case could be moved by an answer to the first one's."""
    one = played(
        shelf,
        f"""    timeline:
      - customer says: {FIRE}
      - customer says: {{text: {FIRE}, customer: 2}}
      - {{answer: done, to: owner, customer: 2}}
    expect:
      - {{opened: complaint-urgent, customer: 1}}
      - {{opened: complaint-urgent, customer: 2}}
      - {{escalation: senior_owner, customer: 2}}
      - {{reply: complaint/person-has-it, customer: 2}}
    never:
      - {{reply: complaint/person-has-it, customer: 1}}
""",
    )
    assert [each.says for each in one.complaints] == []


def test_reports_and_doings_by_hand_can_be_played(shelf: Shelf) -> None:
    """What WhatsApp reports later, and what people do beside the procedure, could not be tested."""
    one = played(
        shelf,
        """    timeline:
      - text read
      - open case: complaint-check-in
      - customer says: My parcel still has not arrived, it has been two weeks
      - delivery fails with: 131026
      - text delivered
      - incident: Chargers overheat
      - close: incident
      - close: case
      - close: case
      - close: case
    expect:
      - opened: complaint-check-in
      - reply: complaint/first
      - opened: incident
      - closed: by_hand
""",
    )
    assert [each.says for each in one.complaints] == [
        '"text read" cannot happen at +0 seconds: no text has left that WhatsApp could report on',
        '"close: case" cannot happen at +0 seconds: no case is open',
    ]


def test_answer_that_nobody_asked_for_says_what_is_asked(shelf: Shelf) -> None:
    """A designer would have to guess which step waits for what."""
    (complaint,) = played(
        shelf, f"    timeline:\n      - customer says: {FIRE}\n      - answer: yes\n{NEVER}"
    ).complaints
    assert complaint.says.endswith("nobody has asked for a yes or a no then; open: owner (done)")


@pytest.mark.parametrize(
    ("expect", "instead"),
    [
        ("{reply: complaint/first-urgent, locale: zh-CN}", "it came at +0 seconds with locale en"),
        ("{told: senior_owner, at: 4 minutes}", "it came at +0 seconds, +5 minutes, +10 minutes"),
        ("{reply: complaint/person-has-it}", "instead came reply complaint/first-urgent at +0 seconds"),
        ("{closed: solved}", "it never came"),
    ],
)
def test_what_is_missing_is_told_with_what_came_instead(shelf: Shelf, expect: str, instead: str) -> None:
    """A designer would see that something is missing, and would have to search for why."""
    text = f"    timeline:\n      - customer says: {FIRE}\n      - after: 10 minutes\n    expect: [{expect}]\n"
    (complaint,) = played(shelf, text).complaints
    assert complaint.says.endswith(f"; {instead}")


def test_within_counts_from_the_line_above(shelf: Shelf) -> None:
    """A reminder that comes too late would pass."""
    base = (
        f"    timeline:\n      - customer says: {FIRE}\n      - after: 7 minutes\n      - answer: done\n    expect:\n"
    )
    late = "      - told: senior_owner\n      - {reply: complaint/person-has-it, within: 1 minute}\n"
    assert played(shelf, base + late).complaints
    assert not played(shelf, base + late.replace("1 minute", "2 minutes")).complaints, "the last reminder will do"


def test_nothing_more_closes_what_is_said(shelf: Shelf) -> None:
    """A text that nobody planned would go out, and every test would pass."""
    base = f"    timeline:\n      - customer says: {FIRE}\n      - answer: done\n    expect:\n"
    said = "      - reply: complaint/first-urgent\n      - reply: complaint/person-has-it\n      - nothing more\n"
    assert played(shelf, base + said).passed
    (complaint,) = played(shelf, base + said.replace("      - reply: complaint/person-has-it\n", "")).complaints
    assert "nothing more, but at +0 seconds came reply complaint/person-has-it" in complaint.says


@pytest.mark.parametrize(
    ("text", "now", "then"),
    [
        ("9:05", "2026-01-05T09:06", "2026-01-06T09:05"),
        ("9:05", "2026-01-05T09:05", "2026-01-05T09:05"),
        ("Monday 9:05", "2026-01-05T09:06", "2026-01-12T09:05"),
        ("2026-03-29 01:30", "2026-01-05", "2026-03-29T01:30"),
    ],
)
def test_next_moment_is_found(text: str, now: str, then: str) -> None:
    """The clock of a scenario would be set to another day."""
    zone = ZoneInfo("Europe/Berlin")
    found = parse_moment(text).next(datetime.fromisoformat(now).replace(tzinfo=zone), zone)
    assert found == datetime.fromisoformat(then).replace(tzinfo=zone)
    assert found is not None
    assert parse_moment(text).is_at(found + timedelta(seconds=59), zone)
    assert parse_moment(str(parse_moment(text))) == parse_moment(text)


def test_moment_that_is_over_has_no_next() -> None:
    """A scenario would wait for a day of last year for ever."""
    assert isinstance(parse_moment("2020-01-01 9:00"), Moment)
    assert parse_moment("2020-01-01 9:00").next(datetime(2026, 1, 5, tzinfo=ZoneInfo("UTC")), ZoneInfo("UTC")) is None
