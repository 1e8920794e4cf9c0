"""What may not leave us, and what is sent instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import order_numbers, outgoing, personal_data


@pytest.mark.parametrize(
    ("text", "country", "kind"),
    [
        ("Your passport number E12345678 is on file", "CN", "passport_number"),
        ("您的身份证号 11010519491231002X 我们登记好了", "CN", "identity_number"),
        ("We charged your card 4111 1111 1111 1111", None, "bank_card"),
        ("The refund goes to DE89 3704 0044 0532 0130 00", "DE", "bank_account"),
        ("Shall we ring you at +49 1512 3456789?", "DE", "phone_number"),
        ("Mr Li, your parcel to 12 Hill Road, Leeds LS1 4AB has left", "GB", "postal_address"),
    ],
)
def test_papers_and_whereabouts_are_refused_and_left_out(text: str, country: str | None, kind: str) -> None:
    """A number that should never stand in a chat would leave, or stay in the text that is offered instead."""
    found = outgoing.review(text, country)
    assert found.refused
    assert kind in {finding.kind for finding in found.findings}
    assert not outgoing.review(found.text, country).refused


def test_an_order_number_stands_for_name_and_address() -> None:
    """Whoever copies the text would still tell everybody who reads along who lives where."""
    words = "张三先生，您在北京市朝阳区建国路88号5号楼1203室的包裹已经发出"
    assert outgoing.review(words, "CN", reference="PO-20318").text == "客户，您在[订单 PO-20318]的包裹已经发出"
    assert "PO-20318" in outgoing.review("Mr Li, your parcel to 12 Hill Road, Leeds LS1 4AB", reference="PO-20318").text


@pytest.mark.parametrize(
    "text", ["About order #12345: it has left", "Dear Mr Li, it has left", "关于订单12345的物流问题", ""]
)
def test_a_text_about_an_order_passes_unchanged(text: str) -> None:
    """Colleagues who do it right would be told that they do it wrong."""
    assert outgoing.review(text) == outgoing.Review(text, ())


def test_the_address_of_the_house_may_be_told_and_nobodys_papers() -> None:
    """A reply that says where to send a parcel back could not be sent; or one with a card number could."""
    back = "Please send it back to 12 Hill Road, Leeds LS1 4AB"
    assert outgoing.review(back, "GB").refused
    assert not outgoing.review(back, "GB", ours=back).refused
    card = "Pay to card 4111 1111 1111 1111"
    assert outgoing.review(card, ours=card).refused


@given(st.text(max_size=200), st.sampled_from(["", " 4111 1111 1111 1111 ", " DE89 3704 0044 0532 0130 00 "]))
def test_what_is_offered_instead_has_nothing_that_was_found(words: str, secret: str) -> None:
    """The text to copy would hold what the first look objected to."""
    found = outgoing.review(words + secret + words)
    for finding in found.findings:
        if finding.kind in outgoing.PAPERS:
            assert (words + secret + words)[finding.start : finding.end] not in found.text
    assert found.findings or found.text == words + secret + words


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("order number PO-20318 and order no. 77120", ("PO-20318", "77120")),
        ("订单号：12345，谢谢", ("12345",)),
        ("about #A-99812", ("A-99812",)),
        ("in order to pay 2500", ()),
        ("200 pieces at 4.50", ()),
    ],
)
def test_order_numbers_are_found_where_they_are_named(text: str, numbers: tuple[str, ...]) -> None:
    """A confirmation would name a price as the order, or leave a blank where the number was told."""
    assert order_numbers.find(text) == numbers


def test_a_case_of_ours_is_a_number_to_refer_to() -> None:
    """A colleague who quotes the case would be asked for an order number all the same."""
    assert order_numbers.case_in("your reference C-7K3MQ9XW2A, thanks") == "C-7K3MQ9XW2A"
    assert order_numbers.case_in("C-3PO") is None


def test_beyond_the_longest_text_nothing_is_offered() -> None:
    """What was not looked at would be taken for clean."""
    words = "my card 4111 1111 1111 1111 " + "a " * personal_data.LONGEST_TEXT
    assert len(outgoing.review(words).text) <= personal_data.LONGEST_TEXT
