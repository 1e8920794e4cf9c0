"""The internal report about a crisis: how long customers waited, who did what, what slipped."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.crisis import regrouping
from flows.crisis.team_words import TEAM_WORDS
from flows.drawing import reply_times, report_page
from flows.errors import NotFound
from flows.rehearsal.stage import Stage, address_of, refusal
from flows.telling import crisis_report, crisis_report_words
from flows.waiting_times import EDGES, WaitingTimes, percentile, spans
from tests.flows.crisis import endings, voices

LATE = "My parcel has not arrived after two weeks"
CHINESE = "包裹怎么还没到，都两周了"
SECRET = "Marigold Quillfeather"
NOBODY_THERE = 131026  # this number is not on WhatsApp
WAITED = (0, 0, 5, 5, 20, 20, 40, 40, 180, 1200)


def write(stage: Stage, customer: int, words: str, waited: int) -> None:
    """A customer wrote this so many seconds ago."""
    at = stage.clock.now() - timedelta(seconds=waited)
    element = {
        "id": f"wamid.{customer}",
        "type": "text",
        "text": {"body": words},
        "timestamp": str(int(at.timestamp())),
    }
    stage.take_message(element, f"{SECRET} {customer}", address_of(customer))
    stage.settle()


@pytest.fixture(scope="module")
def crisis() -> Iterator[tuple[Stage, str]]:
    """A crisis from its beginning to its end, with one customer whom no text reaches; its id."""
    stage = endings.staged("out")
    stage.pass_time(timedelta(hours=1))
    known = regrouping.open_incident(
        stage.desk,
        kind="delivery",
        severity="important",
        what=f"{SECRET} complains loudest",
        opened_by="ann",
        playbook="crisis-end",
        topic="delivery",
    ).incident_id
    stage.settle()
    for customer, waited in enumerate(WAITED, 1):
        write(stage, customer, CHINESE if customer % 5 == 0 else LATE, waited)
    stage.channel.answers.append(refusal(NOBODY_THERE))
    write(stage, 99, LATE, 0)
    stage.pass_time(timedelta(minutes=4))
    stage.answer({}, "lead")
    stage.settle()
    voices.vote(stage, voices.draft(stage, known, ["refund"]), "ann")
    stage.pass_time(timedelta(minutes=30))
    voices.answer(stage, endings.asked(stage)[0], {"all": "done"}, "lee", f"{SECRET} is happy again")
    voices.answer(stage, endings.asked(stage)[0], {"approved": "yes"}, "lee")
    yield stage, known
    stage.close()


def test_how_long_customers_waited(crisis: tuple[Stage, str]) -> None:
    """The one number that everybody asks for afterwards would be wrong."""
    stage, known = crisis
    told = crisis_report.tell(stage.desk, known).to_json()
    first = told["first_reply"]
    assert (first["answered"], first["unanswered"]) == (10, 1)
    assert (first["p50_seconds"], first["p90_seconds"], first["longest_seconds"]) == (20, 180, 1200)
    assert first["p99_seconds"] == 1200
    assert sum(each["customers"] for each in first["distribution"]) == 10
    assert first["promised_seconds"] == 600


def test_what_is_counted(crisis: tuple[Stage, str]) -> None:
    """Nobody could learn from it whom it hit, who led, what was said, and what slipped."""
    stage, known = crisis
    told = crisis_report.tell(stage.desk, known).to_json()
    assert (told["customers"], told["cases"], told["topic"]) == (11, 11, "delivery")
    assert told["counts"]["topic"]["delivery"]["cases"] == 11
    assert {name: each["cases"] for name, each in told["counts"]["language"].items()} == {"en": 9, "zh-CN": 2}
    assert sum(each["cases"] for each in told["counts"]["level"].values()) == 11
    assert told["led_by"] == "colleague"
    assert told["stood_down_by"] == "lee"
    assert told["closed_at"] is not None
    (statement,) = told["statements"]
    assert (statement["version"], statement["status"], statement["remedies"]) == (1, "in_force", ["refund"])
    assert [each["by"] for each in statement["approvals"]] == ["ann"]
    assert told["promises"]["first_reply"] == {"kept": 9, "broken": 2, "open": 0, "void": 0}
    assert told["slipped"] == {"promise broken": 2, "text handed to a colleague": 1}


def test_its_timeline_tells_the_course_in_order(crisis: tuple[Stage, str]) -> None:
    """What came first, and who decided what, could not be told any more."""
    stage, known = crisis
    timeline = crisis_report.tell(stage.desk, known).to_json()["timeline"]
    whats = " | ".join(each["what"] for each in timeline)
    places = [whats.index(part) for part in ("ann opens an incident", "is in force", "lee decides that it is over")]
    assert places == sorted(places)
    assert [each["at"] for each in timeline] == sorted(each["at"] for each in timeline)


def test_nothing_personal_is_in_it(crisis: tuple[Stage, str]) -> None:
    """A report that goes round the house would take customers' names and words with it."""
    stage, known = crisis
    told = crisis_report.tell(stage.desk, known)
    for text in (report_page.to_html(told), report_page.to_markdown(told), str(told.to_json())):
        assert "Marigold" not in text
        assert LATE not in text
        assert address_of(1) not in text


def test_the_page_is_one_file_with_the_picture(crisis: tuple[Stage, str]) -> None:
    """Whoever is sent the file would see an empty frame."""
    stage, known = crisis
    page = report_page.to_html(crisis_report.tell(stage.desk, known))
    assert page.count("<svg") == 1
    for outside in ("http://", "https://", "src=", "url(", "@import"):
        assert outside not in page.replace("http://www.w3.org/2000/svg", "")
    picture = page[page.index("<svg") : page.index("</svg>") + 6]
    words = " ".join(ET.fromstring(picture).itertext())
    assert "99 of 100 within" in words
    assert "20 min" in words
    assert "promised: 10 min" in words
    assert " none " in f" {words} "


def test_an_incident_about_which_nobody_wrote_has_a_report(crisis: tuple[Stage, str]) -> None:
    """Somebody who opened one by hand, in vain, would get an error instead."""
    stage, _ = crisis
    told = crisis_report.tell(stage.desk, endings.opened(stage, topic=None, kind="other"))
    assert told.sentences[0].startswith("0 customers wrote about it")
    assert "It is not over yet." in told.sentences
    assert "<svg" not in report_page.to_html(told)
    with pytest.raises(NotFound):
        crisis_report.tell(stage.desk, "I-NONE")


TIMES = st.lists(st.timedeltas(timedelta(0), timedelta(days=30)), min_size=1).map(sorted)


@given(TIMES, st.integers(1, 100))
def test_so_many_of_a_hundred_did_not_wait_longer(times: list[timedelta], share: int) -> None:
    """The report would praise us for what we did not do."""
    found = percentile(times, share)
    assert found in times
    assert sum(each <= found for each in times) * 100 >= share * len(times)
    shorter = [each for each in times if each < found]
    assert len(shorter) * 100 < share * len(times)


@given(TIMES, st.integers(0, 5), st.none() | st.sampled_from(EDGES))
def test_everybody_is_in_the_picture(times: list[timedelta], unanswered: int, promised: timedelta | None) -> None:
    """The longest waits, of all things, could fall out at the edge."""
    assert sum(count for _, count in spans(times)) == len(times)
    picture = reply_times.to_svg(WaitingTimes(tuple(times), unanswered, promised))
    root = ET.fromstring(picture)
    bars = [each for each in root.iter() if each.get("class") in ("bar", "none")]
    assert all(float(each.attrib["x"]) >= 0 and float(each.attrib["height"]) >= 0 for each in bars)
    numbers = [
        int((each.text or "0").replace(",", ""))
        for each in root.iter()
        if (each.text or "x")[0].isdigit() and each.get("class") is None
    ]
    assert sum(numbers) == len(times) + unanswered


def test_a_chinese_team_reads_it_in_chinese(crisis: tuple[Stage, str]) -> None:
    """A team that reads no English would look back on its crisis in a language that it cannot read."""
    stage, known = crisis
    told = crisis_report.tell(replace(stage.desk, language="zh-CN"), known)
    page = report_page.to_html(told)
    for words in ("11位客户为此来信，共11个个案。", "lee决定收尾", "关闭：已收尾", "承诺：10分", "最长等待"):
        assert words in page, words
    assert '<html lang="zh-CN">' in page
    assert told.to_json()["counts"] == crisis_report.tell(stage.desk, known).to_json()["counts"]


def test_every_sentence_is_there_in_each_language() -> None:
    """A report would break off in the middle where one language lacks a sentence, or a placeholder of it."""
    for tables in (crisis_report_words.SENTENCES, TEAM_WORDS):
        english, chinese = tables["en"], tables["zh-CN"]
        assert english.keys() <= chinese.keys()
        for sentence, words in english.items():
            named, known = (set(re.findall(r"{(\w+)}", each)) for each in (chinese[sentence], words))
            assert named <= known, sentence
