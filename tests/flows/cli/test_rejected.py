"""`firebreak rejected`."""

from __future__ import annotations

import pytest

from tests.flows.cli.conftest import Firebreak, read_json


@pytest.mark.usefixtures("town")
def test_what_was_put_aside_is_listed(firebreak: Firebreak) -> None:
    """A message that could not be understood would be lost without a trace."""
    reasons = {each["reason"] for each in read_json(firebreak("rejected", "--json"))}
    assert reasons == {"`id` is not text", "notice: account_alerts"}
    assert "2 elements put aside" in firebreak("rejected").stdout


@pytest.mark.usefixtures("town")
def test_element_is_shown_as_it_came(firebreak: Firebreak) -> None:
    """Nobody could find out what it was that could not be understood."""
    (found,) = (each for each in read_json(firebreak("rejected", "--json")) if each["reason"].startswith("notice"))
    assert "quality fell" not in str(found)
    assert "quality fell" in firebreak("rejected", found["id"][:6]).stdout
    assert "quality fell" in str(read_json(firebreak("rejected", found["id"], "--json"))["element"])


def test_quiet_installation_has_nothing_aside(firebreak: Firebreak) -> None:
    """An empty list would look like an error."""
    assert firebreak("rejected").stdout == "Nothing was put aside.\n"
    assert read_json(firebreak("rejected", "--json")) == []


@pytest.mark.parametrize("wanted", ["X-NONE", "%"])
def test_unknown_element_says_where_to_look(firebreak: Firebreak, wanted: str) -> None:
    """A wrong id would end in a riddle."""
    result = firebreak("rejected", wanted)
    assert result.exit_code == 1
    assert "firebreak rejected" in result.stderr
