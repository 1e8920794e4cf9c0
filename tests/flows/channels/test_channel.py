"""A letter and its results: well formed, and silent about the customer."""

from __future__ import annotations

import pytest

from flows.channels.channel import Button, HandOver, Letter, Sent, Template

NUMBER = "8613800138000"


def test_nothing_personal_shows_when_something_is_printed() -> None:
    """One careless log line would put a customer's number or words where they can never be erased."""
    template = Template("order_update", "en", ("Lin", NUMBER))
    shown = [
        Letter("R-1/greet", NUMBER, "template", "Dear Lin, hello", template),
        Sent("wamid.HBgNODYxMzgwMDEzODAwMBUCABEYEg=="),
        HandOver(f"https://wa.me/{NUMBER}?text=hello"),
    ]
    for each in shown:
        for secret in (NUMBER, "Lin", "hello", "HBgN"):
            assert secret not in repr(each)
    assert "R-1/greet" in repr(shown[0]), "the key says which letter it was"


def test_a_letter_that_contradicts_itself_is_refused() -> None:
    """A template letter without its template would leave as something else, or not at all."""
    template = Template("order_update", "en")
    with pytest.raises(ValueError, match="template"):
        Letter("k", NUMBER, "template", "text")
    with pytest.raises(ValueError, match="template"):
        Letter("k", NUMBER, "text", "text", template)
    with pytest.raises(ValueError, match="buttons"):
        Letter("k", NUMBER, "template", "text", template, (Button("a", "A"),))


@pytest.mark.parametrize("key", ["", "k" * 513])
def test_a_key_that_would_not_come_back_is_refused(key: str) -> None:
    """Without its key an uncertain send can never be settled, and somebody is told twice."""
    with pytest.raises(ValueError, match="512"):
        Letter(key, NUMBER, "text", "text")
