"""What is wrong with a content file, and where: collected first, reported all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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


OTHER_WORDS: Mapping[str, tuple[str, ...]] = {
    "all": ("and", "every", "&&"),
    "any": ("or", "either", "||"),
    "not": ("none", "never", "!", "no"),
    "one_of": ("in", "is_one_of", "either_of", "among"),
    "at_least": (">=", "gte", "min", "minimum", "from"),
    "at_most": ("<=", "lte", "max", "maximum", "up_to"),
    "more_than": (">", "gt", "greater_than", "above", "over"),
    "less_than": ("<", "lt", "below", "under"),
    "triggers": ("on", "trigger", "starts_when", "start"),
    "steps": ("actions", "do", "then", "tasks", "jobs", "sequence"),
    "when": ("if", "condition", "conditions"),
    "if": ("when", "condition", "conditions", "only_if"),
    "otherwise": ("else", "default"),
    "on_failure": ("on_error", "catch", "rescue", "on_fail"),
    "on_refused": ("on_no", "on_reject", "on_rejected", "refused"),
    "on_breach": ("on_broken", "on_break"),
    "title": ("description", "summary"),
    "playbook": ("procedure", "workflow"),
    "scope": ("kind", "type"),
    "within": ("in", "deadline", "due"),
    "warn_before": ("warn", "remind", "remind_before"),
    "after": ("in", "delay"),
    "reply": ("send", "say", "message", "answer", "text"),
    "notify": ("tell", "inform", "alert"),
    "ask": ("question", "input", "form"),
    "approve": ("confirm", "approval"),
    "wait_for": ("wait", "delay", "sleep", "pause"),
    "choose": ("switch", "case", "branch", "branches", "if_else"),
    "assume": ("set", "variables", "let"),
    "label": ("tag", "labels", "tags"),
    "close": ("end", "stop", "finish", "exit"),
    "follow_up": ("later", "check_in", "schedule"),
    "escalate": ("hand_over", "transfer"),
    "recall": ("delete_for_everyone", "unsend", "revoke"),
    "clear_phone": ("delete_for_me", "delete_chat", "clear_chat"),
    "who": ("to", "role", "whom"),
    "to": ("who", "role", "whom"),
    "why": ("message", "reason", "because"),
    "message": ("text", "why", "say"),
    "retry": ("retries", "repeat"),
    "times": ("count", "max", "attempts"),
}
"""A word of ours -> what people write who know another tool, or who just guess."""
LONGEST_NAME = 200
"""What is longer is no misspelt name. To compare a text of ten megabytes letter by letter takes seconds."""


def nearest(given: object, allowed: Iterable[str]) -> str | None:
    """The one of these names that was probably meant: spelt nearly so, or called so elsewhere."""
    if isinstance(given, str) and len(given) > LONGEST_NAME:
        return None
    names = sorted(allowed)
    plain = str(given).strip().casefold().replace("-", "_").replace(" ", "_")
    meant = [name for name in names if name.casefold().replace("-", "_") == plain]
    meant += [name for name in names if plain in OTHER_WORDS.get(name, ())]
    return next(iter(meant or get_close_matches(str(given), names, n=1, cutoff=0.6)), None)


def did_you_mean(given: object, allowed: Iterable[str]) -> str:
    """`; did you mean "evidence_value"?`, or the short list of what is allowed, or nothing."""
    names = sorted(allowed)
    if (meant := nearest(given, names)) is not None:
        return f'; did you mean "{meant}"?'
    if 0 < len(names) <= 8:
        return f"; allowed: {', '.join(names)}"
    return ""
