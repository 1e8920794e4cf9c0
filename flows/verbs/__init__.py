"""One file per verb. A new verb is a new file here: this module finds it, and nothing else needs to know.

A verb's class says what a designer may write (its fields), and its `act` does it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from flows.verbs.action import Action


@cache
def all_verbs() -> Mapping[str, type[Action]]:
    """Verb -> class, from every module in this folder."""
    found: dict[str, type[Action]] = {}
    for module in pkgutil.iter_modules(__path__):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        for each in vars(loaded).values():
            here = isinstance(each, type) and issubclass(each, Action) and each.__module__ == loaded.__name__
            if here and hasattr(each, "verb"):
                found[each.verb] = each
    return MappingProxyType(dict(sorted(found.items())))
