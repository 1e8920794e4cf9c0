"""The one hierarchy of errors."""

from __future__ import annotations

import inspect

import pytest

from flows import errors

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.FirebreakError)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_says_something_by_itself(kind: type[errors.FirebreakError]) -> None:
    """Otherwise a person would see an empty error and not know what to do."""
    said = str(kind())
    assert said.endswith((".", "!"))
    assert "\n" not in said
    assert str(kind("The tap is closed.")) == "The tap is closed."
