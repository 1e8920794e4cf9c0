"""Teams on the WhatsApp Business app get a link that is ready to be tapped."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.channels.channel import Button, Channel, HandOver, Letter, Template
from flows.channels.manual import Manual, chat_link


def test_a_letter_becomes_a_link() -> None:
    """Without the link a person would have to copy number and text by hand, in the middle of a crisis."""
    result = Manual().send(Letter("k", "+86 138-0013-8000", "text", "您好，我们收到了。\nA&B=100%? #1"))
    assert isinstance(result, HandOver)
    link = urlsplit(result.link)
    assert (link.scheme, link.netloc, link.path, link.fragment) == ("https", "wa.me", "/8613800138000", "")
    assert parse_qs(link.query) == {"text": ["您好，我们收到了。\nA&B=100%? #1"]}
    assert result.link.isascii()


def test_a_template_is_handed_over_as_it_reads() -> None:
    """The app has no templates of the API: the person sends the text itself."""
    result = Manual().send(Letter("k", "447700900123", "template", "Your order is on its way.", Template("t", "en")))
    assert isinstance(result, HandOver)
    assert parse_qs(urlsplit(result.link).query)["text"] == ["Your order is on its way."]


@pytest.mark.parametrize("address", ["US.13491208655302741918", "US.ENT.11815799212886844830"])
def test_a_user_id_is_not_mistaken_for_a_number(address: str) -> None:
    """The digits of a business-scoped id would open the chat of a stranger."""
    assert urlsplit(chat_link(address, "hello")).path == "/"


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1))
def test_every_text_survives_the_link(text: str) -> None:
    """Whatever script, emoji or sign the reply has, the customer gets exactly that."""
    assert parse_qs(urlsplit(chat_link("447700900123", text)).query, keep_blank_values=True)["text"] == [text]


def test_choices_are_numbered_where_there_are_no_buttons() -> None:
    """A colleague who sends the text by hand would send an offer without what is offered."""
    buttons = (Button("remedy:refund", "Money back"), Button("remedy:person", "Talk to a person"))
    result = Manual().send(Letter("run/step/1", "447700900123", "text", "Which would you like?", buttons=buttons))
    assert isinstance(result, HandOver)
    (text,) = parse_qs(urlsplit(result.link).query)["text"]
    assert text == "Which would you like?\n1. Money back\n2. Talk to a person"


def test_half_an_emoji_does_not_stop_the_link() -> None:
    """A broken character in a name must not keep the person from answering."""
    assert parse_qs(urlsplit(chat_link("447700900123", "Dear \ud83d,")).query)["text"] == ["Dear ?,"]


def test_the_check_needs_nothing() -> None:
    """`doctor` must not report a missing token to a team that uses none."""
    channel: Channel = Manual()
    assert channel.name == "manual"
    assert Manual().check().ok
