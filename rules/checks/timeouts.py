"""Waiting for somebody: how long, and what then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rules.bundle import Bundle
from rules.checks.check import Found, check, place_of
from rules.language import Playbook, Step

ASKING = ("ask", "approve")
"""The verbs whose answer may never come. (`escalate` tells the role again until somebody has it.)"""


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
        if step.on_timeout is not None and step.timeout is None and step.verb.verb not in ASKING:
            yield playbook.source.place((*step.keys, "on_timeout")), "this never happens: the step has no `timeout`"


@check("endless-wait")
def endless_wait(bundle: Bundle) -> Iterator[Found]:
    """Something is waited for that may never happen."""
    for playbook, step in _steps(bundle):
        if step.verb.verb == "wait_for" and step.timeout is None and not any(each.time for each in _awaited(step)):
            for each in _awaited(step)[:1]:
                what = each.event or "an answer"
                yield place_of(playbook, step), f"{what} may never happen; say how long to wait with `timeout`"


@check("empty-wait")
def empty_wait(bundle: Bundle) -> Iterator[Found]:
    """A `wait_for` says neither how long nor for what."""
    for playbook, step in _steps(bundle):
        if step.verb.verb == "wait_for" and not _awaited(step):
            yield place_of(playbook, step), "say how long, as in `wait_for: 3 days`, or for which `event`"


def _awaited(step: Step) -> Sequence[Any]:
    """What ends a `wait_for`; the verb itself is not known here."""
    found: Sequence[Any] = getattr(step.verb, "awaited", tuple)()
    return found


def _steps(bundle: Bundle) -> Iterator[tuple[Playbook, Step]]:
    for playbook in bundle.playbooks.values():
        for step in playbook.walk():
            yield playbook, step
