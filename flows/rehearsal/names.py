"""The names that a scenario may speak of. An expectation with a name that nothing has can never come true, and one of
`never` would always hold: both would be worth nothing, and nobody would notice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from flows.verbs.close import Close
from flows.verbs.label import Label
from rules.bundle import Bundle
from rules.language import Playbook
from rules.problems import did_you_mean
from rules.reading import Reader
from rules.yaml_source import Keys

BY_HAND = "by_hand"
"""How a case or an incident is closed when a scenario's `close` does it."""

_CALLED: Mapping[str, str] = {"word": "no procedure closes anything as", "label": "no procedure gives the label"}


@dataclass(frozen=True)
class Names:
    """The names in a bundle, and which of them are the tested playbook's own. Without a bundle (other content has
    problems of its own then) every name passes."""

    bundle: Bundle | None
    tests: str

    def look_up(self, reader: Reader, what: str, name: str, keys: Keys) -> bool:
        """Whether there is a reply, role, playbook, step, promise, label or (closing) word of this name; if not, it is
        noted."""
        if self.bundle is None or name in (known := self._known(what)) or (what == "step" and self._is_step(name)):
            return True
        own = self._own(what)
        # The designer most likely means something of the playbook that is tested.
        hint = did_you_mean(name, own) or did_you_mean(name, known)
        called = _CALLED.get(what, f"no {what} is called")
        reader.error(keys, f'{called} "{name}"{hint}', f"unknown-{what.split()[-1]}")
        return False

    def locales(self, reply: str) -> Iterable[str] | None:
        """The languages that a reply is written in; None if that is not known."""
        known = self.bundle.replies.get(reply) if self.bundle is not None else None
        return known.text if known is not None else None

    def has_template(self, reply: str) -> bool:
        """Whether a reply can leave as a template, as far as is known."""
        known = self.bundle.replies.get(reply) if self.bundle is not None else None
        return known is None or known.template is not None

    def _known(self, what: str) -> Iterable[str]:
        assert self.bundle is not None
        if what in ("reply", "role", "playbook"):
            return {"reply": self.bundle.replies, "role": self.bundle.roles, "playbook": self.bundle.playbooks}[what]
        if what.endswith(" playbook"):
            scope = what.removesuffix(" playbook")
            return [name for name, playbook in self.bundle.playbooks.items() if playbook.scope == scope]
        return self._everywhere[what]

    def _own(self, what: str) -> Iterable[str]:
        playbook = self.bundle.playbooks.get(self.tests) if self.bundle is not None else None
        return _IN_A_PLAYBOOK[what](playbook) if playbook is not None and what in _IN_A_PLAYBOOK else ()

    @cached_property
    def _everywhere(self) -> Mapping[str, frozenset[str]]:
        playbooks = self.bundle.playbooks.values() if self.bundle is not None else ()
        found = {what: {name for each in playbooks for name in own(each)} for what, own in _IN_A_PLAYBOOK.items()}
        found["word"].add(BY_HAND)
        return {what: frozenset(names) for what, names in found.items()}

    def _is_step(self, path: str) -> bool:
        """A path may also name one time of several that a step is done; the playbook knows."""
        for playbook in self.bundle.playbooks.values() if self.bundle is not None else ():
            try:
                playbook.step(path)
            except KeyError:
                continue
            return True
        return False


_IN_A_PLAYBOOK: Mapping[str, Callable[[Playbook], set[str]]] = {
    "step": lambda playbook: {step.path for step in playbook.walk()},
    "promise": lambda playbook: set(playbook.promises),
    "word": lambda playbook: {str(step.verb.as_) for step in playbook.walk() if isinstance(step.verb, Close)},
    "label": lambda playbook: {
        str(label) for step in playbook.walk() if isinstance(step.verb, Label) for label in step.verb.labels
    },
}
