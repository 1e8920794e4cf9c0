"""Names that point at something: it must exist, and fit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from rules.bundle import DELETION_PLAN, ROLES, Bundle
from rules.checks.check import Found, check, pointers
from rules.deletion_plan import NO_COLLEAGUE
from rules.language import (
    ON_CALL,
    CasePlaybookName,
    Name,
    Playbook,
    PlaybookName,
    PromiseName,
    ReplyName,
    RoleName,
    Scope,
)
from rules.problems import did_you_mean


@check("unknown-reply")
def unknown_reply(bundle: Bundle) -> Iterator[Found]:
    """A step names a reply text that does not exist."""
    for playbook in bundle.playbooks.values():
        yield from _unknown(playbook, ReplyName, bundle.replies)


@check("unknown-role")
def unknown_role(bundle: Bundle) -> Iterator[Found]:
    """A step turns to a role that nobody has described."""
    for playbook in bundle.playbooks.values():
        for place, message in _unknown(playbook, RoleName, bundle.roles):
            yield place, message if "did you mean" in message else f"{message}; roles stand in {ROLES}"
    known = {*bundle.roles, *NO_COLLEAGUE, ON_CALL}  # that nobody is on call is told once, above all
    for name, number, way in bundle.deletion_plan.ways() if bundle.deletion_plan is not None else ():
        if way.who not in known:
            place = bundle.sources[DELETION_PLAN].place((name, "ways", number, "who"))
            yield place, f'no role is called "{way.who}"{did_you_mean(way.who, known)}'


@check("no-on-call")
def no_on_call(bundle: Bundle) -> Iterator[Found]:
    """The role is missing that gets what the machine cannot do, so that nobody would hear of it."""
    if ON_CALL not in bundle.roles:
        yield (
            bundle.sources[ROLES].place(),
            f"the role `{ON_CALL}` is missing: it gets everything that cannot be sent or done",
        )


@check("unknown-playbook")
def unknown_playbook(bundle: Bundle) -> Iterator[Found]:
    """A step starts a playbook that does not exist."""
    for playbook in bundle.playbooks.values():
        yield from _unknown(playbook, PlaybookName, bundle.playbooks)


@check("unknown-promise")
def unknown_promise(bundle: Bundle) -> Iterator[Found]:
    """A step keeps a promise that the playbook does not make."""
    for playbook in bundle.playbooks.values():
        yield from _unknown(playbook, PromiseName, playbook.promises)


@check("other-scope")
def other_scope(bundle: Bundle) -> Iterator[Found]:
    """A step starts a playbook of another kind: for one customer, for many, or for our own records."""
    for playbook in bundle.playbooks.values():
        for name, place in pointers(playbook):
            target = bundle.playbooks.get(name) if isinstance(name, PlaybookName) else None
            if target is None:
                continue
            if isinstance(name, CasePlaybookName):
                if target.scope != "case":
                    yield place, f'"{name}" is for {_FOR[target.scope]}; a customer is told by one for cases'
            elif target.scope != playbook.scope:
                yield place, f'"{name}" is for {_FOR[target.scope]}; {playbook.name} is for {_FOR[playbook.scope]}'


_FOR: Mapping[Scope, str] = {"case": "cases", "incident": "incidents", "house": "our own records"}


def _unknown(playbook: Playbook, kind: type[Name], known: Collection[str]) -> Iterator[Found]:
    for name, place in pointers(playbook):
        if isinstance(name, kind) and name not in known:
            yield place, f'no {kind.points_at} is called "{name}"{did_you_mean(name, known)}'
