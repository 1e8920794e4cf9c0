"""A story made short enough to be read at three in the morning.

Lines that belong to one thing, with nothing else in between, become one: a text that was made ready, sent and noted as
sent is "we wrote …". Nothing is lost: `flows.telling.story.tell` keeps every line of the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain

from flows.telling.sentences import moment
from flows.telling.story import Line
from flows.telling.wording import answered, given, kept, why_again, wrote

Folded = tuple[Line, int]
"""A line, and how many lines it stands for."""
Rule = Callable[[Sequence[Line]], Folded | None]


def fold(lines: Sequence[Line]) -> list[Line]:
    """The story in fewer lines."""
    found: list[Line] = []
    at = 0
    lines = list(_reminders_together(lines))
    while at < len(lines):
        rest = lines[at:]
        line, count = next((made for rule in _RULES if (made := _tried(rule, rest)) is not None), (rest[0], 1))
        found.append(line)
        at += count
    return found


def _reminders_together(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, with reminders of several things that alternate put one thing after the other."""
    waiting: dict[tuple[str | None, str], list[Line]] = {}
    for line in lines:
        about = (line.run, line.step)
        if line.event == "told again" or (line.event == "colleagues told" and about in waiting):
            waiting.setdefault(about, []).append(line)
            continue
        yield from chain.from_iterable(waiting.values())
        waiting.clear()
        yield line
    yield from chain.from_iterable(waiting.values())


def _tried(rule: Rule, lines: Sequence[Line]) -> Folded | None:
    """What a rule makes of the lines; nothing if they have the shape of another release."""
    try:
        return rule(lines)
    except (KeyError, TypeError, ValueError):
        return None


class _Reader:
    """Takes lines off the front of a story while they fit."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.taken = 0

    def take(self, *events: str) -> Line | None:
        """The next line, if it is one of these events and of the same step as the first."""
        line = self.lines[self.taken] if self.taken < len(self.lines) else None
        first = self.lines[0]
        if line is None or line.event not in events or (line.run, line.step) != (first.run, first.step):
            return None
        self.taken += 1
        return line

    def sent(self) -> Line | None:
        return self.take("text sent", "text was sent after all")


def _reply(lines: Sequence[Line]) -> Folded | None:
    """A text made ready, sent, noted as sent; and the promises it keeps."""
    read = _Reader(lines)
    ready = read.take("step waits")
    if ready is not None and "outbox" not in ready.data.get("on", {}):
        return None
    promises = [read.take("promise kept")]
    sent = read.sent()
    if sent is None:
        return None
    promises.append(read.take("promise kept"))
    if ready is None and sent.data.get("reply") is None:
        return None
    read.take("step done")
    promises.append(read.take("promise kept"))
    headline = wrote({**(ready.data if ready else {}), **sent.data})
    return replace(sent, headline=_with_promises(headline, promises)), read.taken


def _with_promises(headline: str, promises: Sequence[Line | None]) -> str:
    told = [kept(line.entry) for line in promises if line is not None and line.entry is not None]
    return f"{headline}; promise kept: {' and '.join(told)}" if told else headline


def _task(lines: Sequence[Line]) -> Folded | None:
    """A task given to a role, and the role told of it."""
    read = _Reader(lines)
    waits = read.take("step waits")
    if waits is None or waits.entry is None or waits.entry.task is None:
        return None
    told = read.take("colleagues told")
    words = waits.entry.task.question if told is None else told.words
    untold = "" if told is not None else "; they are being told"
    return replace(waits, mark="team", headline=f"{given(waits.entry)}{untold}", words=words), read.taken


def _by_hand(lines: Sequence[Line]) -> Folded | None:
    """A text that a person has to send: why, who, and the text itself."""
    read = _Reader(lines)
    ready = read.take("step waits")
    if ready is not None and "outbox" not in ready.data.get("on", {}):
        return None
    refused = read.take("text refused")
    handed = read.take("text handed to a colleague")
    waits = read.take("step waits") if handed is not None else None
    if handed is None or waits is None or waits.entry is None:
        return None
    read.take("colleagues told")
    why = handed.data["why"] if refused is None else refused.headline
    mark = "team" if refused is None else "alarm"
    return replace(handed, mark=mark, headline=f"{why}; {given(waits.entry)}", entry=waits.entry), read.taken


def _again(lines: Sequence[Line]) -> Folded | None:
    """Reminders in a row."""
    read = _Reader(lines)
    reminders: list[Line] = []
    told: Line | None = None
    while (again := read.take("told again")) is not None:
        reminders.append(again)
        told = read.take("colleagues told") or told
    if not reminders or told is None:
        return None
    first, last = reminders[0], reminders[-1]
    times = "once more" if len(reminders) == 1 else f"{len(reminders)} more times, the last at {_clock(last, first)}"
    return replace(first, headline=f"{why_again(first.data)}: told {told.data['role']} {times}"), read.taken


def _clock(line: Line, seen_from: Line) -> str:
    assert line.entry is not None
    return moment(line.at, line.entry.zone, seen_from.at)


def _answer(lines: Sequence[Line]) -> Folded | None:
    """An answer, and the step it ended."""
    read = _Reader(lines)
    line = read.take("task answered")
    if line is None:
        return None
    promises = [read.take("promise kept")]
    done = read.take("step done")
    promises.append(read.take("promise kept"))
    headline = answered(line.data)
    if line.data.get("kind") == "do" and done is not None:
        taken = done.data.get("verb") == "escalate"
        headline = f"{line.data['by']} {'has taken it over' if taken else 'has done it'} ({line.data['task']})"
    return replace(line, headline=_with_promises(headline, promises)), read.taken


def _notice(lines: Sequence[Line]) -> Folded | None:
    """Colleagues told something that needs no answer."""
    read = _Reader(lines)
    done = read.take("step done")
    told = read.take("colleagues told") if done is not None and "told" in done.data else None
    return (told, read.taken) if told is not None else None


def _close(lines: Sequence[Line]) -> Folded | None:
    """The step that closes, and the end of the run."""
    if len(lines) < 2 or lines[0].event != "step done" or "closed_as" not in lines[0].data:
        return None
    end = lines[1]
    return (end, 2) if end.event == "run finished" and end.run == lines[0].run else None


def _beginning(lines: Sequence[Line]) -> Folded | None:
    """A case, or a follow-up, and the run it starts."""
    if len(lines) < 2 or lines[1].event != "run started":
        return None
    first, run = lines[0], lines[1]
    if first.event not in ("case opened", "incident opened", "started alongside", "follow-up started"):
        return None
    version = f" {run.data['version']}" if first.event == "follow-up started" else ""
    return replace(first, headline=f"{first.headline}{f', as version{version}' if version else ''}"), 2


_RULES: tuple[Rule, ...] = (
    _reply,
    _by_hand,
    _task,
    _again,
    _answer,
    _notice,
    _close,
    _beginning,
)


def passed(time: timedelta) -> str:
    """A time that has passed, short: `+12m 05s`, `+8d 01h`; empty for less than a second."""
    seconds = int(time.total_seconds())
    if seconds <= 0:
        return ""
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, rest = divmod(rest, 60)
    if days:
        return f"+{days}d {hours:02}h"
    if hours:
        return f"+{hours}h {minutes:02}m"
    return f"+{minutes}m {rest:02}s" if minutes else f"+{rest}s"
