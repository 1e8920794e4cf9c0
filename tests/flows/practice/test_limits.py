"""What the practice network lets through, seen by the real client over real HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.channels.channel import Button, HandOver, Letter, Next, Refused, Result, Sent, Template, Unsure
from flows.channels.cloud_api import CloudApi
from flows.clock import MovedClock
from flows.practice.server import VERSION, PracticeServer

LIN = "8613800138000"


def text(key: str, to: str = LIN) -> Letter:
    return Letter(key, to, "text", "We are looking into it.")


def template(key: str, name: str, *values: str, language: str = "en", to: str = LIN) -> Letter:
    return Letter(key, to, "template", "as filled in", Template(name, language, values))


def code(result: Result) -> int | None:
    assert isinstance(result, Refused), result
    return result.code


def test_text_needs_an_open_window(practice: PracticeServer, api: CloudApi, clock: MovedClock) -> None:
    """Without the 24-hour window a rehearsal would praise a follow-up that WhatsApp refuses."""
    assert code(api.send(text("before"))) == 131047
    practice.say(LIN, "hello")
    assert isinstance(api.send(text("inside")), Sent)
    clock.move(timedelta(hours=23, minutes=59))
    assert isinstance(api.send(text("just")), Sent)
    clock.move(timedelta(minutes=1))
    late = api.send(text("late"))
    assert isinstance(late, Refused)
    assert (late.code, late.what) == (131047, Next.USE_TEMPLATE)
    assert isinstance(api.send(template("t", "order_update", "12", "on its way")), Sent)


@pytest.mark.parametrize("kind", ["reaction", "revoke", "edit"])
def test_a_reaction_opens_no_window(practice: PracticeServer, api: CloudApi, kind: str) -> None:
    """A thumbs-up must not count as a question that may be answered for a day."""
    practice.say(LIN, type=kind, content={"message_id": "wamid.x"})
    assert code(api.send(text("a"))) == 131047


def test_a_group_message_opens_no_private_window(practice: PracticeServer, api: CloudApi) -> None:
    """A complaint in a group does not allow writing to that person in private."""
    practice.say(LIN, "hello all", group_id="group-1")
    assert code(api.send(text("a"))) == 131047


def test_strangers_can_be_answered_by_default() -> None:
    """After a restart, or when the webhook was posted by hand, the demonstration could answer nobody."""
    with (
        PracticeServer() as practice,
        CloudApi(practice.url, VERSION, practice.business.phone_number_id, practice.token) as api,
    ):
        assert isinstance(api.send(text("a")), Sent)


def test_one_customer_gets_a_burst_and_then_has_to_wait(
    practice: PracticeServer, api: CloudApi, clock: MovedClock
) -> None:
    """Pacing could not be practised if the pair limit were not enforced."""
    practice.say(LIN, "hello")
    results = [api.send(text(str(number))) for number in range(46)]
    assert all(isinstance(result, Sent) for result in results[:45])
    assert code(results[45]) == 131056
    clock.move(timedelta(seconds=6 * 44))
    assert code(api.send(text("too early"))) == 131056
    clock.move(timedelta(seconds=6))
    assert isinstance(api.send(text("paid off")), Sent)


def test_a_number_sends_so_many_a_second(practice: PracticeServer, api: CloudApi, clock: MovedClock) -> None:
    """A mass reply that WhatsApp would throttle has to be throttled here too."""
    customers = [f"86138{number:08}" for number in range(81)]
    for customer in customers:
        practice.say(customer, "hello")
    results = [api.send(text(customer, customer)) for customer in customers]
    assert all(isinstance(result, Sent) for result in results[:80])
    assert code(results[80]) == 130429
    clock.move(timedelta(seconds=1))
    assert isinstance(api.send(text("again", customers[80])), Sent)


def test_templates_are_checked(api: CloudApi, practice: PracticeServer) -> None:
    """A missing, paused or wrongly filled template would only be noticed with real customers."""
    assert code(api.send(template("1", "no_such"))) == 132001
    assert code(api.send(template("2", "order_update", "12", "sent", language="de"))) == 132001
    assert code(api.send(template("3", "order_update", "12"))) == 132000
    assert code(api.send(template("4", "resting"))) == 132015
    assert code(api.send(template("5", "gone"))) == 132016
    assert practice.arrived() == []


def test_a_template_is_shown_filled_in(api: CloudApi, practice: PracticeServer) -> None:
    """The account of a demonstration must show what the customer read, not placeholders."""
    assert isinstance(api.send(template("1", "order_update", "12", "on its\nway")), Sent)
    assert practice.arrived()[0].text == "Your order 12 is on its way."


def test_marketing_is_capped_and_can_be_switched_off(
    api: CloudApi, practice: PracticeServer, clock: MovedClock
) -> None:
    """A voucher for somebody who opted out has to stop for good, one too many has to wait a day."""

    def voucher(key: str) -> Result:
        return api.send(template(key, "voucher", language="zh-CN"))

    assert isinstance(voucher("1"), Sent)
    assert isinstance(voucher("2"), Sent)
    capped = voucher("3")
    assert isinstance(capped, Refused)
    assert (capped.code, capped.what, capped.wait) == (131049, Next.BACK_OFF, timedelta(hours=24))
    clock.move(timedelta(hours=24))
    assert isinstance(voucher("4"), Sent)
    practice.network.set_customer(LIN, opted_out=True)
    stopped = voucher("5")
    assert isinstance(stopped, Refused)
    assert (stopped.code, stopped.what) == (131050, Next.STOP)
    assert isinstance(api.send(template("6", "order_update", "12", "sent")), Sent)
    practice.network.set_customer(LIN, opted_out=False)
    assert isinstance(voucher("7"), Sent)


def test_a_phone_can_be_out_of_reach(api: CloudApi, practice: PracticeServer) -> None:
    """The path that ends with a telephone call could not be practised."""
    practice.say(LIN, "hello")
    practice.network.set_customer(LIN, undeliverable=True)
    result = api.send(text("a"))
    assert isinstance(result, Refused)
    assert (result.code, result.what) == (131026, Next.HUMAN)


def test_the_transcript_keeps_what_arrived_exactly(api: CloudApi, practice: PracticeServer) -> None:
    """Counting what left exactly once depends on this list alone."""
    practice.say(LIN, "hello")
    sent = api.send(Letter("R-1/step", "+" + LIN, "text", "Please choose.", buttons=(Button("yes", "Yes"),)))
    refused = api.send(template("R-2/step", "no_such"))
    assert isinstance(sent, Sent)
    assert isinstance(refused, Refused)
    [arrived], [turned] = practice.arrived(), practice.refused()
    assert (arrived.wamid, arrived.to, arrived.key, arrived.text) == (
        sent.provider_id,
        LIN,
        "R-1/step",
        "Please choose.",
    )
    assert arrived.body["interactive"]["action"]["buttons"][0]["reply"] == {"id": "yes", "title": "Yes"}
    assert (turned.code, turned.key) == (132001, "R-2/step")


@pytest.mark.parametrize(("kind", "arrives"), [("break", True), ("break", False), ("answer", True), ("answer", False)])
def test_an_answer_can_be_withheld(api: CloudApi, practice: PracticeServer, kind: str, arrives: bool) -> None:
    """The hardest failure, not knowing whether a message left, has to be there to be practised."""
    practice.say(LIN, "hello")
    practice.trouble("break" if kind == "break" else "answer", taken=arrives)
    result = api.send(text("a"))
    assert isinstance(result, Unsure)
    assert [each.key for each in practice.arrived()] == (["a"] if arrives else [])
    assert isinstance(api.send(text("b")), Sent), "only one send was to be broken"


def test_trouble_is_for_those_it_was_scripted_for(api: CloudApi, practice: PracticeServer) -> None:
    """A scripted failure that hits somebody else makes a test pass for the wrong reason."""
    other = "5511999990000"
    practice.say(LIN, "hello")
    practice.say(other, "hello")
    practice.trouble("refuse", code=131000, times=2, customer=LIN)
    assert isinstance(api.send(text("a", other)), Sent)
    assert [code(api.send(text(key))) for key in ("b", "c")] == [131000, 131000]
    assert isinstance(api.send(text("d")), Sent)
    practice.trouble("refuse", code=131016, times=None)
    assert [code(api.send(text(key))) for key in ("e", "f", "g")] == [131016] * 3
    practice.network.troubles.clear()
    assert isinstance(api.send(text("h")), Sent)


def test_nobody_is_handed_over(api: CloudApi, practice: PracticeServer) -> None:
    """The Cloud API sends by itself; a link for a person would mean that the wrong channel answered."""
    practice.say(LIN, "hello")
    assert not isinstance(api.send(text("a")), HandOver)
