"""What is wrong with a content file, and where: collected first, reported all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Place:
    """A position in a file; line and column count from 1, as editors do."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend: where it stands, how bad it is, what to do, and the check that found it."""

    place: Place
    severity: Severity
    message: str
    check: str

    def __str__(self) -> str:
        return f"{self.place}: {self.severity}: {self.message} [{self.check}]"

    def to_json(self) -> dict[str, object]:
        return {
            "path": self.place.path,
            "line": self.place.line,
            "column": self.place.column,
            "severity": self.severity,
            "message": self.message,
            "check": self.check,
        }


@dataclass
class Problems:
    """A growing list of problems, so that a designer sees all of them in one go."""

    items: list[Problem] = field(default_factory=list)

    def error(self, place: Place, message: str, check: str) -> None:
        self.items.append(Problem(place, "error", message, check))

    def warning(self, place: Place, message: str, check: str) -> None:
        self.items.append(Problem(place, "warning", message, check))

    def __iter__(self) -> Iterator[Problem]:
        return iter(sorted(set(self.items)))

    def errors(self) -> list[Problem]:
        return [problem for problem in self if problem.severity == "error"]

    def raise_errors(self) -> None:
        """Raise `ContentError` if anything collected so far is an error."""
        if errors := self.errors():
            raise ContentError(errors)


class ContentError(Exception):
    """The content cannot be used; `problems` says why, one line each."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def did_you_mean(given: object, allowed: Iterable[str]) -> str:
    """`; did you mean "evidence_value"?`, or the short list of what is allowed, or nothing."""
    names = sorted(allowed)
    close = get_close_matches(str(given), names, n=1, cutoff=0.6)
    if close:
        return f'; did you mean "{close[0]}"?'
    if 0 < len(names) <= 8:
        return f"; allowed: {', '.join(names)}"
    return ""
