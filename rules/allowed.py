"""Warnings that a person has thought about: a comment where the warning stands keeps it quiet, and says why.

    # firebreak: allow missing-language, because we only serve Ireland

It stands on the line of the warning, or alone on the line above. An error is never kept quiet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.checks.explained import explained
from rules.problems import Place, Problem, did_you_mean
from rules.yaml_source import Source

_COMMENT = re.compile(r"(?:^|(?<=\s))#\s*firebreak:(\s*allow\b.*)$")
"""Any other comment is anybody's own, also one that begins with the name of the product."""

_WORDS = re.compile(r"\s*allow\s+(?P<check>[\w-]+)\s*,?\s*(?:because\b:?\s*(?P<reason>.*))?")
HOW = "write `# firebreak: allow CHECK-ID, because …`"


@dataclass(frozen=True)
class _Allowed:
    """One comment: the check that it keeps quiet, and the line about which it speaks."""

    check: str
    line: int
    place: Place


def without_allowed(
    problems: Sequence[Problem], sources: Mapping[str, Source | None], *, complete: bool
) -> list[Problem]:
    """The problems that are left, and those of the comments themselves. `complete`: every check had its turn, so that
    a comment that keeps nothing quiet is needless."""
    left = list(problems)
    for source in sources.values():
        for read in _comments(source) if source is not None else ():
            if isinstance(read, Problem):
                left.append(read)
                continue
            quiet = [each for each in left if _is_meant(each, read, source)]
            left = [each for each in left if each not in quiet]
            if not quiet and complete:
                message = f"there is no {read.check} on this line or the next one to keep quiet; take this comment out"
                left.append(Problem(read.place, "warning", message, "allow"))
    return left


def _is_meant(problem: Problem, allowed: _Allowed, source: Source | None) -> bool:
    here = source is not None and problem.place.path == source.path and problem.place.line == allowed.line
    return here and problem.check == allowed.check and problem.severity == "warning"


def _comments(source: Source) -> Iterator[_Allowed | Problem]:
    lines = source.text.split("\n")
    for number, line in enumerate(lines, 1):
        if "firebreak:" not in line or (found := _COMMENT.search(line)) is None:
            continue
        if source.in_text(number, found.start() + 1):
            continue
        place = Place(source.path, number, found.start() + 1)
        words = _WORDS.fullmatch(found[1].rstrip())
        if words is None:
            yield Problem(place, "error", f"this comment is not understood; {HOW}", "allow")
            continue
        objection = _objection(words["check"], words["reason"])
        if objection is not None:
            yield Problem(place, "error", objection, "allow")
            continue
        alone = not line[: found.start()].strip()
        about = (
            next((n for n in range(number, len(lines)) if _says_something(lines[n])), number) + 1 if alone else number
        )
        yield _Allowed(words["check"], about, place)


def _objection(check: str, reason: str | None) -> str | None:
    known = explained()
    if check not in known:
        return f'no check is called "{check}"{did_you_mean(check, known) or "; `firebreak check --list` shows all"}'
    if known[check].severity == "error":
        return f"{check} is an error, and an error cannot be allowed; mend it, and take this comment out"
    if not (reason or "").strip(" .…"):
        return f"say why: `# firebreak: allow {check}, because …`"
    return None


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
