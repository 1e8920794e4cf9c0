"""The report of a surge: what it counts, from a record of which the outcome is known."""

from __future__ import annotations

from typing import Any

from flows.shelf import Shelf
from flows.surge.crowd import gather
from flows.surge.play import Surge
from flows.surge.report import Names, Report, openers, report
from rules.bundle import Bundle

SURGE = Surge(customers=5, seed=4)
CROWD = gather(5, 4, 100.0)
WHO = list(CROWD.customers)


def said(bundle: Bundle, reply: str, to: str, at: float, locale: str = "en") -> dict[str, Any]:
    """The reply as it arrived at this customer."""
    values = dict.fromkeys(bundle.replies[reply].placeholders(), "Customer 0001")
    return {"to": to, "text": bundle.replies[reply].fill(locale, values), "key": None, "at": at}


def told(bundle: Bundle, *arrived: dict[str, Any], **more: Any) -> Report:
    record = {"wrote": dict.fromkeys(WHO, 1.0), "arrived": list(arrived), "refused": [], "team": [], **more}
    return report(SURGE, CROWD, record, bundle=bundle, read_by_people=0, memory=None, processor=None, killed=[])


def test_answered_twice_and_lost_are_told_apart(shelf: Shelf) -> None:
    """Somebody who had no answer, or two, would pass as answered."""
    bundle = shelf.current
    first = [said(bundle, "complaint/first", who, 3.0) for who in WHO[:4]]
    found = told(bundle, *first, said(bundle, "complaint/first", WHO[0], 5.0, "zh-CN"))
    assert (found.answered, found.duplicates, found.lost) == (3, 1, 1)
    assert (found.doubled_customers, found.lost_customers) == ([WHO[0]], [WHO[4]])
    assert not found.passed


def test_another_first_reply_to_somebody_worse_off_is_no_double(shelf: Shelf) -> None:
    """Words for somebody in danger, after their first message had sounded harmless, would count as a mistake."""
    bundle = shelf.current
    first = [said(bundle, "complaint/first", who, 3.0) for who in WHO]
    found = told(bundle, *first, said(bundle, "complaint/first-urgent", WHO[0], 5.0))
    assert (found.answered, found.duplicates, found.lost, found.answered_anew) == (5, 0, 0, 1)
    assert found.passed


def test_later_texts_and_notices_are_no_first_reply(shelf: Shelf) -> None:
    """A privacy notice would pass as the answer to a complaint, and a later text as a second first reply."""
    bundle = shelf.current
    first = [said(bundle, "complaint/first", who, 3.0) for who in WHO[1:]]
    later = said(bundle, "complaint/person-has-it", WHO[1], 9.0)
    found = told(bundle, *first, later, said(bundle, "privacy/notice", WHO[0], 2.0))
    assert (found.answered, found.duplicates, found.lost) == (4, 0, 1)


def test_rate_and_waits_are_measured_from_what_arrived(shelf: Shelf) -> None:
    """The figures by which two versions are compared would be wrong."""
    first = [said(shelf.current, "complaint/first", who, 2.0 + number) for number, who in enumerate(WHO)]
    found = told(shelf.current, *first)
    assert (found.seconds, found.rate, found.ratio) == (6.0, 0.83, 0.01)
    assert (found.p50, found.p99, found.longest) == (3.0, 5.0, 5.0)


def test_what_was_refused_says_why_and_digests_are_shown(shelf: Shelf) -> None:
    """Nobody could tell what the channel refused, or what the war room saw."""
    refused = [{"code": 130429, "to": WHO[0], "at": 1.0}] * 3
    digest = {"role": "crisis_team", "title": "Now", "message": "3 waiting", "kind": "info", "at": 12.3456}
    found = told(shelf.current, refused=refused, team=[digest, {**digest, "role": "on_call"}])
    assert [(each["code"], each["times"]) for each in found.refused] == [(130429, 3)]
    assert found.refused[0]["why"]
    assert found.told_team == {"crisis_team": 1, "on_call": 1}
    assert found.digests == [{"at": 12.3, "title": "Now", "text": "3 waiting"}]


def test_every_reply_is_known_by_its_words(shelf: Shelf) -> None:
    """First replies would not be recognised in what arrived, and everybody would count as lost."""
    names = Names(shelf.current)
    for reply in shelf.current.replies.values():
        for locale in reply.text:
            values = dict.fromkeys(reply.placeholders(), "0001")
            assert names.of(reply.fill(locale, values)) == reply.name
    assert names.of("Something that nobody has written down") == "another text"


def test_openers_are_what_complaints_begin_with(shelf: Shelf) -> None:
    """The texts that count as first replies would be others than those the procedures promise."""
    found = openers(shelf.current)
    assert {"complaint/first", "complaint/first-urgent"} <= found
    assert "complaint/person-has-it" not in found
