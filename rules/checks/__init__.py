"""Checks of content that can be read: one small function per check, in files by subject.

A new check is a new function here with `@check("its-id")`: this module finds it, and nothing else needs to know.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache

from rules.bundle import Bundle
from rules.checks.check import Check
from rules.problems import Problem


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check of this folder, by id."""
    found: dict[str, Check] = {}
    for module in pkgutil.iter_modules(__path__):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        for each in vars(loaded).values():
            if isinstance(each, Check):
                assert found.setdefault(each.id, each) is each, f"two checks are called {each.id}"
    return tuple(found[name] for name in sorted(found))


def problems_of(bundle: Bundle) -> Iterator[Problem]:
    """Everything that the checks find in a bundle."""
    for each in all_checks():
        yield from each.problems(bundle)
