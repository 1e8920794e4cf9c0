"""Promises and the law."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from rules.bundle import LEGAL_CLOCKS, Bundle
from rules.checks.check import Found, check, clocks, place_of, trigger_place
from rules.conditions import All, Not
from rules.language import ReplyName, Step
from rules.possible import never_holds
from rules.problems import did_you_mean
from rules.units import format_duration


@check("legal-deadline")
def legal_deadline(bundle: Bundle) -> Iterator[Found]:
    """A promise is longer than the law leaves for it."""
    for playbook in bundle.playbooks.values():
        for clock in bundle.legal_clocks.values():
            promise = playbook.promises.get(clock.promise)
            too_long = promise is not None and timedelta(0) < clock.within < promise.within
            if not too_long or not clock.may_be_about(playbook):
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


@check("untold-extension")
def untold_extension(bundle: Bundle) -> Iterator[Found]:
    """A promise gets a later day without the customer being told, or nobody knows what then if the law allows none."""
    for playbook in bundle.playbooks.values():
        for step in playbook.walk():
            if step.verb.verb != "extend":
                continue
            told = step.verb.blocks().get("then", ())
            said = [name for each in told if each.only_if is None for name in _replies(each)]
            if not any("extended" in bundle.replies[name].claims for name in said if name in bundle.replies):
                message = "the customer has to be told, and why; begin `then` with a reply that claims `extended`"
                yield place_of(playbook, step, "then"), message
            if step.on_failure is None:
                message = "the law may allow no more time; say in `on_failure` who decides then"
                yield place_of(playbook, step), message


def _replies(step: Step) -> list[ReplyName]:
    return [value for value in vars(step.verb).values() if isinstance(value, ReplyName)]
