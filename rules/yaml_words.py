"""What the YAML parser says about the slips that designers make, as a person would say it, and at the place where
the slip was made instead of the one where the parser noticed it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import Event, ScalarEvent

FULL_WIDTH: Mapping[str, str] = {"：": ":", "，": ",", "｛": "{", "｝": "}"}
"""Signs of a Chinese keyboard -> the ones that YAML knows."""

Position = tuple[int, int]
"""Line and column, from 1."""

_WIDE_INSTEAD = re.compile(r"^[\s-]*[a-z_]+(：)|[\w\]}](，)\s*[a-z_]+:|:\s*(｛)")
"""A full-width sign where a key ends, where a new key begins after it, or where a mapping begins."""

_ENTRY = re.compile(r"[\s-]*([a-z_][\w-]*)(?::|\s+)(?![\s:])([^#]*?)\s*(?:#.*)?$")
"""A key and its value with the colon, or the space after it, left out."""

_QUOTE = 'put "quotes" around the text'
_FOLLOWS = (
    "something follows a text in quotes, or a closed bracket; put quotes around the whole text, and write '' for '"
)
_WORDS = {
    "\\t": "a tab stands where only spaces may; indent with spaces",
    "mapping values are not allowed": 'a colon inside a text, or a wrong indent; put a text with a colon in "quotes"',
    "could not find expected ':'": "neither `key: value` nor an entry of a list; is a colon or a quote missing?",
    "but found '}'": "this bracket closes nothing; take it out",
    "but found ']'": "this bracket closes nothing; take it out",
    "expected <block end>": "this does not fit what stands above it; is it indented like its neighbours?",
    "that cannot start any token": f"a text cannot begin with this character; {_QUOTE}",
    "mapping keys are not allowed": f"a text cannot begin with this character; {_QUOTE}",
    "sequence entries are not allowed": "a list cannot begin here; put each entry, with its dash, on a line of its own",
    "unexpected end of stream": "a quotation mark is opened and never closed",
    "expected alphabetic or numeric": f"a list entry begins with a dash and a space; else {_QUOTE}",
    "expected ',' or": "a bracket is opened and not closed before this, or a comma is missing",
    "expected the node content": "a value or a closing bracket is missing here (what follows a # is a comment)",
    "escape": "a backslash inside \"double quotes\" begins a special sign; use 'single quotes'",
    "expected '<document start>'": "one file holds one document, and this stands outside of it",
}
"""A sign of what the parser says -> what a person would say."""


def complaint(error: MarkedYAMLError, text: str, last: Event | None) -> tuple[Position, str]:
    """Where the slip is, and what to say about it. `last` is the last part that could be read."""
    problem, context = str(error.problem or error), str(error.context or "")
    mark, around = error.problem_mark or error.context_mark, error.context_mark
    if mark is None:
        return (1, 1), f"not readable as YAML: {problem}"
    if _is_long(last) and last is not None and last.end_mark.line == mark.line:
        return _position(
            last.start_mark
        ), f"this quotation mark is closed only on line {mark.line + 1}; is one missing?"
    if around is not None and "expected ',' or" in problem and around.line < mark.line:
        return _position(around), f"this bracket is not closed before line {mark.line + 1}, or a comma is missing"
    if around is not None and ("end of stream" in problem or "expected ':'" in problem):
        mark = around
    elif last is not None and "expected the node content" in problem and last.end_mark.line < mark.line:
        mark = last.end_mark
    if "expected '<document start>'" in problem:
        above = text.split("\n")[: mark.line]
        directives = [number for number, each in enumerate(above, 1) if each.startswith("%")]
        if directives:
            return (directives[0], 1), "lines that begin with % are not used here; leave them out"
    line = _line(text, mark.line)
    if line.startswith("%"):
        return _position(mark), "lines that begin with % are not used here; leave them out"
    for number in (mark.line, mark.line - 1):
        if (wide := _WIDE_INSTEAD.search(_line(text, number) if number >= 0 else "")) is not None:
            group = wide.lastindex or 0
            return (number + 1, wide.start(group) + 1), full_width(wide[group])
    if (elsewhere := _above(problem, text, mark)) is not None:
        return elsewhere
    if "expected <block end>" in problem and line[: mark.column].rstrip(" -").endswith(("'", '"', "]", "}")):
        return _position(mark), next((_WORDS[sign] for sign in _WORDS if sign in problem and "found" in sign), _FOLLOWS)
    for sign, words in _WORDS.items():
        if sign in problem:
            return _position(mark), words
    return _position(mark), f"not readable as YAML: {problem}{f' ({context})' if context else ''}"


def _above(problem: str, text: str, mark: Any) -> tuple[Position, str] | None:
    """A slip in a line above, which the parser took for something else until it came here."""
    if "mapping values are not allowed" not in problem and "expected <block end>" not in problem:
        return None
    lines = text.split("\n")
    if mark.line >= len(lines):
        return None
    here = lines[mark.line]
    above = next((n for n in range(mark.line - 1, -1, -1) if lines[n].split("#")[0].strip()), None)
    if above is None or ": " in here[: mark.column]:
        return None
    if (glued := re.match(r"\s*-([a-z_]+):", lines[above])) is not None:
        return (above + 1, _indent(lines[above]) + 1), f"a space is missing after the dash; write `- {glued[1]}: …`"
    if here.lstrip().startswith("- ") and (first := _without_dash(lines, mark.line)) is not None:
        message = "a dash and a space are missing before this: each entry of the list begins with them"
        return (first + 1, _indent(lines[first]) + 1), message
    alone = re.fullmatch(r"[\s-]*([a-z_][\w-]*)", lines[above])
    if alone is not None and _content(lines[above]) < _content(here):
        return (above + 1, _content(lines[above]) + 1), f"a colon is missing here; write `{alone[1]}:`"
    words = _ENTRY.match(lines[above])
    if words is not None and _content(lines[above]) == _content(here):
        return (
            above + 1,
            _content(lines[above]) + 1,
        ), f"a colon and a space are missing here; write `{words[1]}: {words[2][:40]}`"
    for number in range(above, -1, -1):
        ours, theirs = _content(lines[number]), _content(here)
        if not lines[number].split("#")[0].strip():
            continue
        if ours < theirs - 1:
            return None
        if abs(ours - theirs) == 1 and _indent(lines[number]) % 2 and not _indent(here) % 2:
            many = _indent(lines[number])
            return (
                number + 1,
                ours + 1,
            ), f"this line has {many} spaces before it; lines of one group begin one below the other"
    return None


def _without_dash(lines: Sequence[str], entry: int) -> int | None:
    """The line, above an entry of a list, with which the list begins, if it has no dash."""
    column, first = _indent(lines[entry]) + 2, None
    for number in range(entry - 1, -1, -1):
        if not lines[number].split("#")[0].strip():
            continue
        if _indent(lines[number]) < column:
            break
        first = number
    return first if first is not None and _indent(lines[first]) == column and lines[first].strip()[0] != "-" else None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _content(line: str) -> int:
    """Where the first word of a line stands, behind its indent and its dashes."""
    return len(line) - len(line.lstrip(" -"))


def full_width(sign: str) -> str:
    """What to say about a sign of a Chinese keyboard."""
    return f"the sign {sign} is a full-width one; write an ordinary {FULL_WIDTH[sign]} (and a space after it)"


def _is_long(event: Event | None) -> bool:
    """Whether it is a text in quotes over several lines."""
    quoted = isinstance(event, ScalarEvent) and event.style in ("'", '"')
    return quoted and event is not None and event.start_mark.line < event.end_mark.line


def _position(mark: object) -> Position:
    return getattr(mark, "line", 0) + 1, getattr(mark, "column", 0) + 1


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number] if number < len(lines) else ""
