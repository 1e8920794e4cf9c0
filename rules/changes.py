"""What was changed since it was released, and the version that the policy asks of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rules.bundle import Bundle
from rules.differences import Difference, Level, level_of, next_version, playbook_differences, reply_differences
from rules.language import Playbook
from rules.lock import Lock, Locked, Section, number
from rules.playbook import read_playbook
from rules.problems import Problem, Problems
from rules.reading import Verbs
from rules.releases import kept_text
from rules.replies import Reply, read_reply
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source

MOST_REASONS = 3  # in the message of a problem; `firebreak diff` says them all


@dataclass(frozen=True)
class Change:
    """A file that is not what was last released under its name. `before` is the version released last, or empty."""

    now: Locked
    before: str
    differences: tuple[Difference, ...]

    @property
    def level(self) -> Level:
        return level_of(list(self.differences))

    @property
    def lowest(self) -> str:
        """The lowest version that this may be released as."""
        return next_version(self.before, self.level) if self.before else self.now.version

    def objection(self) -> Problem | None:
        """What stands against its version; None if that is high enough for what changed."""
        if not self.before or number(self.now.version) >= number(self.lowest):
            return None
        reasons = [each.says for each in self.differences if each.level == self.level]
        more = f"; and {len(reasons) - MOST_REASONS} more" if len(reasons) > MOST_REASONS else ""
        why = f"this is a {self.level} change: {'; '.join(reasons[:MOST_REASONS])}{more}"
        if number(self.now.version) < number(self.before):
            found = f"{self.before} is released already, so it cannot go back to {self.now.version}"
        else:
            still = "still " if self.now.version == self.before else "only "
            found = f"the content changed, but the version is {still}{self.now.version}"
        return Problem(self.now.place, "error", f"{found}; write {self.lowest}: {why}", "changed-content")

    def to_json(self) -> dict[str, object]:
        found = {"name": self.now.name, "version": self.now.version, "before": self.before or None}
        return {**found, "level": self.level, "differences": [each.to_json() for each in self.differences]}


def changes(root: Path, lock: Lock, bundle: Bundle, verbs: Verbs) -> Iterator[Change]:
    """Every playbook and reply of the bundle that is not what was last released, by name."""
    for source in bundle.sources.values():
        now = Locked.of(source)
        if now is None or lock.versions(now).get(lock.newest(now) or "") == now.digest:
            continue
        yield change(root, lock, now, bundle, verbs)


def change(root: Path, lock: Lock, now: Locked, bundle: Bundle, verbs: Verbs) -> Change:
    """What differs between a file and what was last released under its name."""
    before = lock.newest(now)
    if before is None:
        return Change(now, "", ())
    old = kept_text(root, lock, now.section, now.name, before)
    if old is None:
        unknown = f"the text of {before} was not kept, so nobody can tell what changed"
        return Change(now, before, (Difference("patch", unknown),))
    return Change(now, before, differences(now.section, old, now.text, bundle.vocabulary, verbs))


def differences(section: Section, old: str, new: str, vocabulary: Vocabulary, verbs: Verbs) -> tuple[Difference, ...]:
    """What differs between two texts of a playbook or of a reply."""
    one, other = _read(section, old, vocabulary, verbs), _read(section, new, vocabulary, verbs)
    if isinstance(one, Playbook) and isinstance(other, Playbook):
        found = playbook_differences(one, other)
    elif isinstance(one, Reply) and isinstance(other, Reply):
        found = reply_differences(one, other)
    else:
        unread = "what was released cannot be read by the facts and verbs of now, so nobody can tell what changed"
        return (Difference("major", unread),)
    if found or old == new:
        return tuple(found)
    return (Difference("patch", "only comments, the layout or the version changed"),)


def _read(section: Section, text: str, vocabulary: Vocabulary, verbs: Verbs) -> Playbook | Reply | None:
    problems = Problems()
    source = Source.parse(text, "a released file", problems)
    if source is None:
        return None
    return (
        read_playbook(source, vocabulary, verbs, problems) if section == "playbooks" else read_reply(source, problems)
    )
