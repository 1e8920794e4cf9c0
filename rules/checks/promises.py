"""Promises: each must be kept by something."""

from __future__ import annotations

from collections.abc import Iterator

from rules.bundle import Bundle
from rules.checks.check import Found, called, check, pointers
from rules.language import FIRST_REPLY, Playbook, ReplyName


@check("promise-never-kept")
def promise_never_kept(bundle: Bundle) -> Iterator[Found]:
    """No step keeps a promise, so that it is broken in every run."""
    for playbook in bundle.playbooks.values():
        kept = {step.keeps for step in playbook.steps.walk()}  # once it is broken, nothing keeps it any more
        says_something = _says_something(bundle, playbook, frozenset())
        for name in playbook.promises:
            if name == FIRST_REPLY and not says_something:
                yield (
                    playbook.source.place(("promises", name)),
                    "no step says anything to the customer, so nothing keeps it",
                )
            elif name != FIRST_REPLY and name not in kept:
                place = playbook.source.place(("promises", name))
                yield place, f"no step keeps this promise; write `keeps: {name}` beside the step that does"


def _says_something(bundle: Bundle, playbook: Playbook, met: frozenset[str]) -> bool:
    """Whether a playbook, or one that it carries out, has a text for the customer."""
    if any(isinstance(name, ReplyName) for name, _ in pointers(playbook)):
        return True
    around = met | {playbook.name}
    ahead = [target for step in playbook.walk() for target in called(step, bundle) if target.name not in around]
    return any(_says_something(bundle, target, around) for target in ahead)


@check("early-keep")
def early_keep(bundle: Bundle) -> Iterator[Found]:
    """A promise would be kept as soon as a step leads into others, before anything in these is done."""
    for playbook in bundle.playbooks.values():
        for step in playbook.walk():
            if step.keeps is not None and step.verb.blocks() and not step.verb.gate:
                place = playbook.source.place((*step.keys, "keeps"))
                yield (
                    place,
                    (
                        f"`{step.verb.verb}` is done before the steps inside it are, so this would be kept too early; "
                        "write `keeps` beside the step inside that does it"
                    ),
                )


@check("early-warning")
def early_warning(bundle: Bundle) -> Iterator[Found]:
    """A warning lies before the moment at which the promise is made, so that it is never given."""
    for playbook in bundle.playbooks.values():
        for name, promise in playbook.promises.items():
            if any(before >= promise.within for before in promise.warn_before):
                place = playbook.source.place(("promises", name, "warn_before"))
                yield place, "this warning never comes: it lies as long before the end as the whole promise, or longer"


@check("kept-by-itself", "warning")
def kept_by_itself(bundle: Bundle) -> Iterator[Found]:
    """A step keeps the promise of a first reply, which the first text to reach the customer keeps by itself."""
    for playbook in bundle.playbooks.values():
        for step in playbook.walk():
            if step.keeps == FIRST_REPLY:
                place = playbook.source.place((*step.keys, "keeps"))
                yield place, f"the first text that reaches the customer keeps `{FIRST_REPLY}` by itself; take this out"
