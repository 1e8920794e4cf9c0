"""Promises and the law."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from rules.bundle import LEGAL_CLOCKS, Bundle
from rules.checks.check import Found, check, clocks, trigger_place
from rules.conditions import All, Not
from rules.language import Playbook
from rules.legal_clocks import LegalClock
from rules.possible import TooHard, example, never_holds
from rules.problems import did_you_mean
from rules.units import format_duration


@check("legal-deadline")
def legal_deadline(bundle: Bundle) -> Iterator[Found]:
    """A promise is longer than the law leaves for it."""
    for playbook in bundle.playbooks.values():
        for clock in bundle.legal_clocks.values():
            promise = playbook.promises.get(clock.promise)
            too_long = promise is not None and timedelta(0) < clock.within < promise.within
            if not too_long or not _may_be_about(playbook, clock):
                continue
            place = playbook.source.place(("promises", clock.promise, "within"))
            most = format_duration(clock.within)
            yield place, f"the law leaves {most} ({clock.source}); promise {most} or less"


@check("no-legal-promise", "warning")
def no_legal_promise(bundle: Bundle) -> Iterator[Found]:
    """A playbook is for cases on which a legal clock runs, and makes no promise about it."""
    for playbook in bundle.playbooks.values():
        for clock in bundle.legal_clocks.values():
            if clock.promise in playbook.promises:
                continue
            for number, trigger in enumerate(playbook.triggers):
                if never_holds(All((trigger.when, Not(clock.when)))) and not never_holds(trigger.when):
                    most = format_duration(clock.within)
                    message = f"the law leaves {most} ({clock.source}); promise `{clock.promise}` within that time"
                    yield trigger_place(playbook, number), message
                    break


@check("idle-clock")
def idle_clock(bundle: Bundle) -> Iterator[Found]:
    """A legal clock is about a promise that no playbook makes, so that it watches over nothing."""
    made = {name for playbook in bundle.playbooks.values() for name in playbook.promises}
    for clock, keys in clocks(bundle):
        if clock.promise not in made:
            place = bundle.sources[LEGAL_CLOCKS].place((*keys, "promise"))
            yield place, f'no playbook makes a promise "{clock.promise}"{did_you_mean(clock.promise, made)}'


def _may_be_about(playbook: Playbook, clock: LegalClock) -> bool:
    """Whether some case that starts the playbook is one that the clock is about."""
    for trigger in playbook.triggers:
        try:
            if example(All((trigger.when, clock.when))) is not None:
                return True
        except TooHard:  # the cautious side
            return True
    return False
