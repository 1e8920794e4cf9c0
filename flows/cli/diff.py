"""`firebreak diff`: what differs between two versions of a playbook or a reply, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.context import Json
from flows.cli.paper import Ink, fill, ink, say, say_json, width, wrap

if TYPE_CHECKING:
    from rules.bundle import Bundle
    from rules.differences import Difference
    from rules.lock import Lock, Locked, Section

_INKS: dict[str, Ink] = {"major": "red", "minor": "yellow", "patch": "green"}


def diff(
    name: Annotated[str, typer.Argument(metavar="PLAYBOOK", help="The name of a playbook, or of a reply.")],
    old: Annotated[
        str | None, typer.Argument(metavar="[A]", help="A released version; the last one if not given.")
    ] = None,
    new: Annotated[
        str | None, typer.Argument(metavar="[B]", help="Another one; the file as it is now if not given.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what differs between two versions, in words.

    With a name alone it compares what was released last with the file as it is now, and says the same of every reply
    that the playbook uses. Each line says whether it is a major, a minor or a patch change; `firebreak release --help`
    has what these mean.

    \b
    Examples:
      firebreak diff deletion-request
      firebreak diff deletion-request 1.0.0 1.1.0
    """
    from flows.shelf import ROOT

    found = list(_Comparing.of(ROOT, name).compare(old, new))
    if as_json:
        say_json([each.to_json() for each in found])
        return
    for number, each in enumerate(found):
        if number:
            say()
        _say(each)


@dataclass(frozen=True)
class Compared:
    """Two versions of a playbook or a reply, and what differs."""

    name: str
    old: str
    new: str
    differences: tuple[Difference, ...]
    lowest: str = ""
    """The lowest version that the file may be released as; empty when two released versions are compared."""

    def to_json(self) -> dict[str, object]:
        lines = [each.to_json() for each in self.differences]
        return {
            "name": self.name,
            "old": self.old,
            "new": self.new,
            "lowest": self.lowest or None,
            "differences": lines,
        }


@dataclass(frozen=True)
class _Comparing:
    root: Path
    lock: Lock
    bundle: Bundle
    section: Section
    name: str

    @classmethod
    def of(cls, root: Path, name: str) -> _Comparing:
        from flows.errors import FirebreakError
        from flows.verbs import all_verbs
        from rules.bundle import Bundle, content_files
        from rules.lock import Lock
        from rules.problems import Problems, did_you_mean

        problems = Problems()
        lock = Lock.read(root, problems)
        problems.raise_errors()
        assert lock is not None, "a lock without a problem can be read"
        bundle = Bundle.parse(content_files(root), all_verbs())
        for section, names in lock.sections.items():
            if name in names:
                return cls(root, lock, bundle, section, name)
        known = [each for names in lock.sections.values() for each in names]
        raise FirebreakError(f'No playbook or reply called "{name}" was ever released{did_you_mean(name, known)}')

    def compare(self, old: str | None, new: str | None) -> Iterator[Compared]:
        from flows.verbs import all_verbs
        from rules.changes import differences

        if old is None:
            yield from self._since_release()
            return
        after = self._released(new) if new is not None else self._file().text
        found = differences(self.section, self._released(old), after, self.bundle.vocabulary, all_verbs())
        yield Compared(self.name, old, new or f"{self._file().version} (the file)", found)

    def _since_release(self) -> Iterator[Compared]:
        """The file against what was last released; then the same of each reply that changed and that it uses."""
        from flows.verbs import all_verbs
        from rules.changes import changes
        from rules.checks.check import pointers
        from rules.language import ReplyName

        now = self._file()
        used = {self.name}
        if self.section == "playbooks":
            pointed = pointers(self.bundle.playbooks[self.name])
            used |= {str(each) for each, _ in pointed if isinstance(each, ReplyName)}
        changed = [each for each in changes(self.root, self.lock, self.bundle, all_verbs()) if each.now.name in used]
        if all(each.now.name != self.name for each in changed):
            yield Compared(self.name, now.version, f"{now.version} (the file)", ())
        for each in sorted(changed, key=lambda each: each.now.name != self.name):
            file = f"{each.now.version} (the file)"
            yield Compared(each.now.name, each.before or "never released", file, each.differences, each.lowest)

    def _released(self, version: str) -> str:
        from flows.errors import FirebreakError
        from rules.lock import number
        from rules.releases import kept_text

        known = self.lock.sections[self.section][self.name]
        if version not in known:
            versions = ", ".join(sorted(known, key=number))
            raise FirebreakError(f"{self.name} {version} was never released; there are: {versions}")
        text = kept_text(self.root, self.lock, self.section, self.name, version)
        if text is None:
            raise FirebreakError(f"The text of {self.name} {version} was not kept, or was changed since.")
        return text

    def _file(self) -> Locked:
        from flows.errors import FirebreakError
        from rules.lock import Locked

        for source in self.bundle.sources.values():
            now = Locked.of(source)
            if now is not None and (now.section, now.name) == (self.section, self.name):
                return now
        raise FirebreakError(f"There is no file of {self.name} any more; name two versions to compare.")


def _say(compared: Compared) -> None:
    say(ink(f"{compared.name}: {compared.old} -> {compared.new}", "bold"))
    if not compared.differences:
        say("Nothing differs." if compared.old != "never released" else "It was never released.")
    for each in compared.differences:
        for number, line in enumerate(wrap(each.says, width() - 7)):
            say(f"{ink(fill(each.level, 7), _INKS[each.level]) if number == 0 else ' ' * 7}{line}")
    if compared.lowest and compared.differences:
        say(f"It may be released as {compared.lowest} or higher.")
