"""Waiting for somebody: how long, and what then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from rules.bundle import LEGAL_CLOCKS, Bundle
from rules.checks.check import Found, awaited, check, clocks, keys_of, place_of
from rules.language import Playbook, ReplyName, Step
from rules.units import format_duration
from rules.yaml_source import Keys

ASKING = ("ask", "approve", "mask")
"""The verbs whose answer may never come. (`escalate` tells the role again until somebody has it.)"""

NO_TIME = timedelta(0)
SAY_HOW_LONG = "say how long"
MOST_RETRIES = 100


@check("no-timeout")
def no_timeout(bundle: Bundle) -> Iterator[Found]:
    """A colleague is asked and may never answer."""
    for playbook, step in _steps(bundle):
        if step.verb.verb in ASKING and step.timeout is None:
            yield place_of(playbook, step), f"`{step.verb.verb}` needs a `timeout`: how long to wait for the answer"


@check("no-on-timeout")
def no_on_timeout(bundle: Bundle) -> Iterator[Found]:
    """A colleague is asked, and nothing says what silence means."""
    for playbook, step in _steps(bundle):
        if step.verb.verb in ASKING and step.on_timeout is None:
            yield place_of(playbook, step), f"`{step.verb.verb}` needs `on_timeout`: what happens when nobody answers"


@check("on-timeout-without-timeout")
def on_timeout_without_timeout(bundle: Bundle) -> Iterator[Found]:
    """`on_timeout` stands where no time is ever up."""
    for playbook, step in _steps(bundle):
        if step.on_timeout is not None and step.timeout is None and step.verb.verb not in ASKING and _may_wait(step):
            yield playbook.source.place((*step.keys, "on_timeout")), "this never happens: the step has no `timeout`"


@check("idle-timeout")
def idle_timeout(bundle: Bundle) -> Iterator[Found]:
    """A time limit stands beside a step that never waits, so that it is never up."""
    for playbook, step in _steps(bundle):
        for key, given in (("timeout", step.timeout), ("on_timeout", step.on_timeout)):
            if given is not None and not _may_wait(step):
                place = playbook.source.place((*step.keys, key))
                yield place, f"`{step.verb.verb}` waits for nobody, so its `{key}` never comes into play; take it out"


@check("timeout-of-a-text", "warning")
def timeout_of_a_text(bundle: Bundle) -> Iterator[Found]:
    """A time limit stands beside a text, where it does not wait for the customer's answer."""
    for playbook, step in _steps(bundle):
        if step.timeout is not None and not step.verb.waits and _may_wait(step):
            place = playbook.source.place((*step.keys, "timeout"))
            yield place, "this limits how long the text may take to leave; for the customer's answer write `wait_for`"


@check("late-timeout")
def late_timeout(bundle: Bundle) -> Iterator[Found]:
    """A time limit lies after the end of the wait, so that it is never up."""
    for playbook, step in _steps(bundle):
        times = [each.time for each in awaited(step) if isinstance(each.time, timedelta) and each.time > NO_TIME]
        if times and step.timeout is not None and step.timeout >= min(times):
            place = playbook.source.place((*step.keys, "timeout"))
            yield place, f"this time is never up: the wait ends after {format_duration(min(times))} by itself"


@check("no-time")
def no_time(bundle: Bundle) -> Iterator[Found]:
    """A wait, a limit, a repetition a promise or a legal clock of no time at all."""
    for playbook, step in _steps(bundle):
        for name in ("time", "again_every", "by"):
            if getattr(step.verb, name, None) == NO_TIME:
                yield place_of(playbook, step, name), "say how long, as in `10 minutes`"
        for number, each in enumerate(getattr(step.verb, "any", None) or ()):
            if each.time == NO_TIME:
                place = playbook.source.place((*keys_of(playbook, step, "any"), number, "time"))
                yield place, "say how long, as in `10 minutes`"
        if step.timeout == NO_TIME:
            place = playbook.source.place((*step.keys, "timeout"))
            yield place, "nobody can answer in no time; say how long, as in `4 hours`"
        if step.retry is not None and step.retry.wait == NO_TIME:
            place = playbook.source.place((*step.keys, "retry", "wait"))
            yield place, "what failed just now fails again at once; say how long to wait, as in `1 minute`"
    for playbook in bundle.playbooks.values():
        for name, promise in playbook.promises.items():
            keys: Keys = ("promises", name)
            if promise.within == NO_TIME:
                yield playbook.source.place((*keys, "within")), "this promise is broken at once; say how long"
            if NO_TIME in promise.warn_before:
                yield playbook.source.place((*keys, "warn_before")), "this warning comes too late; say how long before"
    for clock, keys in clocks(bundle):
        if clock.within == NO_TIME:
            yield bundle.sources[LEGAL_CLOCKS].place((*keys, "within")), "no law leaves no time; say how long"


@check("endless-wait")
def endless_wait(bundle: Bundle) -> Iterator[Found]:
    """Something is waited for that may never happen."""
    for playbook, step in _steps(bundle):
        if step.verb.verb == "wait_for" and step.timeout is None and all(each.time is None for each in awaited(step)):
            if any(each.event == "incident_closed" for each in awaited(step)):
                continue  # somebody leads every incident, and is asked again and again whether it is over
            for each in awaited(step)[:1]:
                what = each.event or "an answer"
                yield place_of(playbook, step), f"{what} may never happen; say how long to wait with `timeout`"


@check("empty-wait")
def empty_wait(bundle: Bundle) -> Iterator[Found]:
    """A `wait_for` says neither how long nor for what."""
    for playbook, step in _steps(bundle):
        if step.verb.verb == "wait_for" and not awaited(step):
            yield place_of(playbook, step), "say how long, as in `wait_for: 3 days`, or for which `event`"


@check("needless-retry")
def needless_retry(bundle: Bundle) -> Iterator[Found]:
    """A step is tried again no times, or without end."""
    for playbook, step in _steps(bundle):
        if step.retry is not None and not 1 <= step.retry.times <= MOST_RETRIES:
            place = playbook.source.place((*step.keys, "retry", "times"))
            yield place, f"say how many more times, from 1 to {MOST_RETRIES}; without `retry` there is no second try"


def _may_wait(step: Step) -> bool:
    """Whether time can pass in the step: it waits for somebody, or for a text to leave."""
    return step.verb.waits or any(isinstance(value, ReplyName) for value in vars(step.verb).values())


def _steps(bundle: Bundle) -> Iterator[tuple[Playbook, Step]]:
    for playbook in bundle.playbooks.values():
        for step in playbook.walk():
            yield playbook, step
