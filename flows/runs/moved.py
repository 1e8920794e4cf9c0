"""What a wave has to do, and what it did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Moved:
    """One thing that a wave did: for which case or incident, which step and of what kind, and how it ended."""

    about: str
    playbook: str
    step: str
    status: str
    step_kind: str = ""


@dataclass(frozen=True)
class Due:
    """A step that can be done now."""

    subject_id: str
    run_id: str
    path: str
    verb: str


def sent(about: str) -> Moved:
    """A letter left, or was tried: about which case or incident."""
    return Moved(about, "—", "send", "done", "send")
