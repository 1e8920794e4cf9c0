"""What was read from a file stays read: from one check or release to the next hardly any file changes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from rules.problems import Problem, Problems
from rules.yaml_source import MOST_KEPT, Source

T = TypeVar("T")


def read_once(read: Callable[..., T], source: Source, problems: Problems, *by: Hashable) -> T:
    """What `read(source, *by, problems)` returns, kept for the next file of the same path and text that is read by the
    same; its problems are noted each time. `read` goes by nothing else, and nobody changes what it returns."""
    found, noted = _read(read, _File(source.path, source.text, source), *by)
    problems.items += noted
    return found  # type: ignore[no-any-return]  # lru_cache does not say what it keeps


@dataclass(frozen=True)
class _File:
    """A file, told from others by its path and its text."""

    path: str
    text: str
    source: Source = field(compare=False, repr=False)


@lru_cache(maxsize=MOST_KEPT)
def _read(read: Callable[..., Any], file: _File, *by: Hashable) -> tuple[Any, tuple[Problem, ...]]:
    problems = Problems()
    return read(file.source, *by, problems), tuple(problems.items)
