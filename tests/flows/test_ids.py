"""Ids that people read out to each other."""

from __future__ import annotations

import re

import pytest

from flows.ids import PREFIXES, new_id


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_id_can_be_read_out(prefix: str) -> None:
    """Otherwise somebody on the phone would take a letter for a digit and open the wrong case."""
    assert re.fullmatch(prefix + "-[0-9A-HJKMNP-TV-Z]{10}", new_id(prefix))


def test_ids_differ() -> None:
    """Otherwise two customers would share one history."""
    assert len({new_id("C") for _ in range(2000)}) == 2000


def test_an_unknown_prefix_is_refused() -> None:
    """Otherwise an id would not tell what it is the id of."""
    with pytest.raises(ValueError, match="no kind of id begins with 'Z'"):
        new_id("Z")
