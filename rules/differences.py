"""What differs between two versions, in words a designer reads, and how much of a change that is.

The policy, which CONTRIBUTING.md has in full: a change is *major* when something that was promised, asked, said or
done is so no more, or other customers get it; *minor* when something is added, or a clock inside the procedure is set
otherwise; *patch* when only words changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, Literal

from rules.conditions import Condition
from rules.language import Playbook, Promise, Step, Trigger, Words
from rules.likeness import Likeness, branches, homes, likeness, own_fields, paired_blocks
from rules.lock import number
from rules.plain_words import called, changed_field, in_block, in_words, shown
from rules.reading import yaml_name
from rules.replies import Reply

Level = Literal["patch", "minor", "major"]
LEVELS: tuple[Level, ...] = ("patch", "minor", "major")


@dataclass(frozen=True)
class Difference:
    """One thing that changed: how much of a change it is, in a sentence, and at which step (a path, or empty)."""

    level: Level
    says: str
    step: str = ""

    def to_json(self) -> dict[str, str]:
        return {"level": self.level, "says": self.says, "step": self.step}


def level_of(differences: list[Difference]) -> Level:
    """The highest level among them; a change that nobody can name is a patch."""
    return max((each.level for each in differences), key=LEVELS.index, default="patch")


def next_version(version: str, level: Level) -> str:
    """The lowest version that a change of this level may have after `version`."""
    major, minor, patch = number(version)
    return {"major": f"{major + 1}.0.0", "minor": f"{major}.{minor + 1}.0", "patch": f"{major}.{minor}.{patch + 1}"}[
        level
    ]


# -- playbooks -------------------------------------------------------------------------------------------------------


def playbook_differences(old: Playbook, new: Playbook) -> list[Difference]:
    """Everything that differs between two versions of a playbook, in the order of the file."""
    found = [*_head(old, new), *_triggers(old.triggers, new.triggers), *_promises(old.promises, new.promises)]
    return found + list(_steps(old, new, likeness(old, new)))


_OWN_WORDS = ("name", "version", "title", "scope", "triggers", "promises", "steps", "source")


def _head(old: Playbook, new: Playbook) -> Iterator[Difference]:
    if old.title != new.title:
        yield Difference("patch", f"The title is now: {new.title}")
    for each in fields(Playbook):
        before, after = getattr(old, each.name), getattr(new, each.name)
        if each.name == "scope" and before != after:
            yield Difference("major", f"It is now for a {after} instead of a {before}")
        elif each.name not in _OWN_WORDS and before != after:
            yield Difference("major", f"`{yaml_name(each.name)}` is now {shown(after)} instead of {shown(before)}")


def _triggers(old: tuple[Trigger, ...], new: tuple[Trigger, ...]) -> Iterator[Difference]:
    before = {repr(each.when): each for each in old}
    after = {repr(each.when): each for each in new}
    for when, trigger in before.items():
        if when not in after:
            yield Difference("major", f"It no longer starts by itself if {in_words(trigger.when)}")
        elif after[when].priority != trigger.priority:
            priorities = f"priority {after[when].priority} instead of {trigger.priority}"
            yield Difference("major", f"It starts with {priorities} if {in_words(trigger.when)}")
    for when, trigger in after.items():
        if when not in before:
            yield Difference("major", f"It now starts by itself if {in_words(trigger.when)}")


def _promises(old: Mapping[str, Promise], new: Mapping[str, Promise]) -> Iterator[Difference]:
    for name, promise in old.items():
        if name not in new:
            yield Difference("major", f"The promise {name} ({shown(promise.within)}) is no longer made")
            continue
        if promise.within != new[name].within:
            now = f"{shown(new[name].within)} instead of {shown(promise.within)}"
            yield Difference("major", f"The promise {name} is now {now}")
        if promise.warn_before != new[name].warn_before:
            now = f"{shown(new[name].warn_before)} before instead of {shown(promise.warn_before)}"
            yield Difference("minor", f"The warning of the promise {name} now comes {now}")
    for name, promise in new.items():
        if name not in old:
            yield Difference("major", f"It now also promises {name} within {shown(promise.within)}")


def _steps(old: Playbook, new: Playbook, alike: Likeness) -> Iterator[Difference]:
    old_homes, new_homes = homes(old), homes(new)
    for step in alike.gone:
        where = in_block(old_homes[step.path][0][1], old_homes[step.path][0][0])
        yield Difference("major", f"The step {called(step)}{where} is gone", step.path)
    before = {new_step.path: old_step for old_step, new_step in alike.pairs}
    moved = {step.path for step in alike.moved}
    added = {step.path for step in alike.added}
    for path, (home, after, step) in new_homes.items():
        where = f"comes after {called(after)}" if after is not None else "comes first"
        where += in_block(home[1], home[0])
        if path in added:
            level: Level = "major" if step.verb.gate or step.verb.ends else "minor"
            yield Difference(level, f"A new step {called(step)} {where}{_reason(step)}", path)
        if path in moved:
            yield Difference("major", f"The step {called(step)} was moved: it now {where}", path)
        if path in before:
            yield from _one_step(before[path], step)


def _reason(step: Step) -> str:
    if step.verb.gate:
        return "; nothing after it happens without a yes"
    return "; nothing after it happens" if step.verb.ends else ""


def _one_step(old: Step, new: Step) -> Iterator[Difference]:
    """What differs in a step itself, not in the steps inside it."""

    def differs(level: Level, says: str) -> Difference:
        return Difference(level, f"The step {called(new)} {says}", new.path)

    if old.id != new.id:
        yield Difference("minor", f"The step {called(old)} is now called {called(new)}", new.path)
    if old.verb.verb != new.verb.verb:
        says = f"The step {called(old)} is now `{new.verb.verb}` instead of `{old.verb.verb}`"
        yield Difference("major", says, new.path)
        return
    if old.name != new.name:
        yield differs("patch", f"reads in the history: {new.name or new.title}")
    if old.only_if != new.only_if:
        yield differs("major", _if(old.only_if, new.only_if))
    for name, before in own_fields(old).items():
        after = getattr(new.verb, name)
        if before != after:
            level = _level(before, after, gate=new.verb.gate)
            if level == "patch" or isinstance(after, Words):
                yield Difference(level, f"The {name} of {called(new)} changed: {after}", new.path)
            else:
                yield differs(level, changed_field(name, before, after))
    if old.timeout != new.timeout:
        yield differs(*_timeout(old.timeout, new.timeout))
    if old.retry != new.retry:
        again = f"is tried again {new.retry.times} times, each after {shown(new.retry.wait)}" if new.retry else ""
        yield differs("minor", again or "is not tried again any more when it fails")
    if old.keeps != new.keeps:
        yield differs("major", f"now keeps {_promise(new.keeps)} instead of {_promise(old.keeps)}")
    yield from _ways(old, new)


def _ways(old: Step, new: Step) -> Iterator[Difference]:
    """Which ways on there are, and when each is taken."""
    before, after = branches(old), branches(new)
    pairs = [(a, b) for a, b in paired_blocks(old, new) if a in before and b in after]
    for a, b in pairs:
        if before[a].when != after[b].when:
            now = f"if {in_words(after[b].when)}; before: if {in_words(before[a].when)}"
            yield Difference("major", f"Way {b} of {called(new)} is now taken {now}", new.path)
    for a in before.keys() - {a for a, _ in pairs}:
        says = f"The way of {called(new)} that was taken if {in_words(before[a].when)} is gone"
        yield Difference("major", says, new.path)
    for b in after.keys() - {b for _, b in pairs}:
        takes_nobody_away = int(b) > len(before) and "otherwise" not in old.blocks()
        says = f"A new way of {called(new)} is taken if {in_words(after[b].when)}"
        yield Difference("minor" if takes_nobody_away else "major", says, new.path)


# -- replies ---------------------------------------------------------------------------------------------------------


def reply_differences(old: Reply, new: Reply) -> list[Difference]:
    """Everything that differs between two versions of a reply text."""
    return list(_reply(old, new))


def _reply(old: Reply, new: Reply) -> Iterator[Difference]:
    about = f"The text {new.name}"
    if gone := sorted(old.claims - new.claims):
        yield Difference("major", f"{about} no longer claims {', '.join(gone)}")
    if more := sorted(new.claims - old.claims):
        yield Difference("major", f"{about} now claims {', '.join(more)}, and is sent only when that is proven")
    for locale in sorted({*old.text, *new.text}):
        if locale not in new.text:
            yield Difference("major", f"{about} is no longer there in {locale}")
        elif locale not in old.text:
            yield Difference("minor", f"{about} is now there in {locale} too")
        elif old.text[locale] != new.text[locale]:
            yield Difference(
                "patch", f"{about} ({locale}) changed: {_changed_lines(old.text[locale], new.text[locale])}"
            )
    if old.placeholders() != new.placeholders():
        named = ", ".join(f"{{{each}}}" for each in sorted(old.placeholders() ^ new.placeholders()))
        yield Difference("minor", f"{about} names other things than before: {named}")
    if old.template != new.template:
        level: Level = "major" if new.template is None else "minor"
        now = f"by the template {new.template.name}" if new.template is not None else "by no template any more"
        yield Difference(level, f"{about} is said outside the 24-hour window {now}; what WhatsApp approved has changed")


def _changed_lines(old: str, new: str) -> str:
    """The lines of a text that are not what they were."""
    before, after = old.strip().splitlines(), new.strip().splitlines()
    if more := [line.strip() for line in after if line not in before]:
        return " / ".join(more)
    gone = [line.strip() for line in before if line not in after]
    return f"left out: {' / '.join(gone)}" if gone else "its lines have another order"


def _level(old: Any, new: Any, *, gate: bool) -> Level:
    if isinstance(old, Words) and isinstance(new, Words):
        return "minor" if gate else "patch"  # a yes to another question is another yes
    if isinstance(old, timedelta) and isinstance(new, timedelta):
        return "minor"
    more = isinstance(old, Mapping) and isinstance(new, Mapping) and old.keys() == new.keys()
    if more and all(isinstance(old[fact], tuple) and set(old[fact]) <= set(new[fact]) for fact in old):
        return "minor"  # the same questions, with more answers to choose from
    return "major"


def _timeout(old: timedelta | None, new: timedelta | None) -> tuple[Level, str]:
    if old is None:
        return "minor", f"now waits no longer than {shown(new)}"
    if new is None:
        return "major", f"now waits without an end instead of {shown(old)}"
    return "minor", f"now waits {shown(new)} instead of {shown(old)}"


def _if(old: Condition | None, new: Condition | None) -> str:
    if new is None:
        return f"is now always done; before: only if {in_words(old)}" if old is not None else ""
    before = f"only if {in_words(old)}" if old is not None else "always"
    return f"is now done only if {in_words(new)}; before: {before}"


def _promise(name: str | None) -> str:
    return f"the promise {name}" if name else "no promise"
