"""The report about a leak: what is in it, and what must not be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows.drawing import report_page
from flows.errors import NotFound
from flows.rehearsal.stage import Stage
from flows.telling import breach_report
from flows.telling.report import Report, Section
from tests.flows.runs.leaks import BERLIN, GRAVE, LONDON, MINOR, SHANGHAI, added, answer, known, opened


def clock(report: Report, name: str) -> dict[str, Any]:
    (found,) = [each for each in report.clocks if each["promise"] == name]
    return dict(found)


def test_an_authority_finds_what_it_asks_for(stage: Stage) -> None:
    """Within 72 hours somebody would have to write all of it together, and forget the half."""
    leak = opened(stage, GRAVE, known(stage, BERLIN, LONDON), ago=timedelta(hours=2))
    answer(stage, "stop_lost_phone")
    stage.report("delivered")
    stage.settle()
    report = breach_report.tell(stage.desk, leak)
    told = report.authority
    assert told["(a) Approximate number of people"] == "about 12; 2 of them known here"
    assert "A phone with chats was lost or stolen" in told["(a) Nature of the leak"]
    assert "Identity papers" in told["(a) Categories of data"]
    assert "privacy_lead" in told["(b) Contact"]
    assert "identity" in told["(c) Likely consequences"]
    assert told["(d) Measures taken"].startswith("1 of the measures")
    assert told["Reasons for a delay"].startswith("2 hours")
    assert report.people == {"told": 1, "on_the_way": 1, "not_reached": 0, "not_yet": 0, "count": 2}


def test_every_clock_says_what_became_of_it_and_which_law_is_behind_it(stage: Stage) -> None:
    """Nobody could show that the authority of one country was told in time, or why it was not."""
    leak = opened(stage, GRAVE, known(stage, BERLIN, SHANGHAI), ago=timedelta(minutes=30))
    answer(stage, "stop_lost_phone")
    stage.pass_time(timedelta(hours=4))
    report = breach_report.tell(stage.desk, leak)
    assert clock(report, "stopped")["status"] == "kept"
    authority = clock(report, "authority_told")
    assert authority["status"] == "broken"
    assert [each["id"] for each in authority["law"]] == ["china_larger_incident", "gdpr_authority"]
    shown = report_page.to_markdown(report)
    assert "kept, 30 minutes before its time" in shown
    assert "| authority told | " in shown


def test_what_was_done_stands_there_with_who_did_it_and_why(stage: Stage) -> None:
    """The report would list steps, and nobody could tell from it who did what because of what."""
    leak = opened(stage, {**MINOR, "leak_way": "group"}, known(stage, BERLIN))
    answer(stage, "stop_group")
    answer(stage, "authority", {"authority_decision": "not_needed"})
    shown = report_page.to_markdown(breach_report.tell(stage.desk, leak))
    for words in (
        "| first_phone | Personal data stands in a group. Now: delete each of our messages for everyone",
        "first_phone opens an incident: data_leak, severity general",
        "first_phone says whose data it is: 1 more person",
        "leak_way is group",
        "Whoever advises on the law says that no authority needs to hear of it",
        "0 of 1 people known here have been told",
    ):
        assert words in shown, words


def test_of_what_nobody_knows_it_says_so(stage: Stage) -> None:
    """A guess would stand in a report to an authority as if it were known."""
    leak = opened(stage, {})
    report = breach_report.tell(stage.desk, leak)
    assert report.facts["leak_way"] == "unknown"
    assert report.facts["breach_severity"] == "grave"
    shown = report_page.to_markdown(report)
    assert "not known yet; handled as a thousand or more" in shown
    assert "Nobody has said yet whose data it is." in shown


def test_nothing_personal_is_in_it(stage: Stage) -> None:
    """The report, which goes to an authority and to lawyers by mail, would be the next leak."""
    leak = opened(stage, MINOR, known(stage, BERLIN))
    answer(stage, "stop_wrong_chat")
    added(stage, leak, known(stage, LONDON))
    report = breach_report.tell(stage.desk, leak)
    for text in (report_page.to_html(report), report_page.to_markdown(report), str(report.to_json())):
        assert BERLIN not in text
        assert LONDON not in text


def test_the_page_stands_alone_and_shows_no_markup_of_others(stage: Stage) -> None:
    """Opened on the lawyer's machine it would ask the net for something, or run what a name holds."""
    leak = opened(stage, MINOR)
    stage.settle()
    html = report_page.to_html(breach_report.tell(stage.desk, leak))
    assert "<script" not in html
    assert "src=" not in html
    assert "url(" not in html
    assert "@media print" in html


def test_a_pipe_in_a_text_does_not_break_the_table() -> None:
    """One cell with a stroke in it would move all that stand after it."""
    report = Report(
        "I-1",
        "A report",
        datetime(2026, 1, 1, tzinfo=UTC),
        {},
        {},
        (),
        (),
        {},
        (Section("Table", table=(("a", "b"), ("x|y", "z"))),),
    )
    assert "| x\\|y | z |" in report_page.to_markdown(report)


def test_there_is_no_report_about_nothing(stage: Stage) -> None:
    """A slip in the id would give an empty report that somebody might send."""
    with pytest.raises(NotFound):
        breach_report.tell(stage.desk, "I-0000000000")
