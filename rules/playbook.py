"""Reading one playbook file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rules.language import (
    MODES,
    CasePlaybookName,
    Form,
    Identifier,
    Mode,
    Playbook,
    Promise,
    Scope,
    Shaped,
    Steps,
    Trigger,
    Version,
    Words,
    says,
)
from rules.problems import Problems
from rules.reading import BAD, Reader, Verbs
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source


class PlaybookId(Shaped):
    """The name of a playbook, where it is given."""

    shape = re.compile(r"(?=.{1,60}$)[a-z][a-z0-9]*(-[a-z0-9]+)*")
    like = "small letters, digits and dashes, at most 60, as in deletion-request"


SCOPES: Mapping[str, str] = {
    "case": "One customer's request or complaint",
    "incident": "A crisis that gathers many cases",
    "house": "Our own records: a procedure of ours that is about no single customer and no crisis",
}


@dataclass(frozen=True)
class PlaybookFile:
    """A procedure, as it is written."""

    playbook: PlaybookId = says("The name of the procedure; other playbooks and the history call it by this name")
    version: Version = says("Three numbers, as in 1.0.0; changed content needs a new one")
    title: Words = says("What the procedure is for, in one sentence")
    scope: Scope = says("What it is about: one customer, a crisis, or our own records", words=SCOPES)
    steps: Steps = says("What is done, in order")
    triggers: tuple[Trigger, ...] = says("What starts it by itself", default=())
    promises: Mapping[Identifier, Promise] | None = says("The clocks that run from its start", default=None)
    inputs: Form | None = says(
        "The facts that whoever opens it by hand is asked for, each with the answers offered", default=None
    )
    mode: Mode = says(
        "What becomes of a message that starts it while it already runs for the customer", default="single", words=MODES
    )
    alongside: bool = says(
        "Whether it starts in addition to what a message starts or joins, as a part of that case, once at a time; "
        "it takes no messages away from other procedures and has no say in when the case is closed",
        default=False,
    )
    takes_over: tuple[CasePlaybookName, ...] = says(
        "Procedures whose open case it carries on when it starts for the same customer: their own steps end, and what "
        "would start one of them while it runs belongs to its case",
        default=(),
    )


def read_playbook(source: Source, vocabulary: Vocabulary, verbs: Verbs, problems: Problems) -> Playbook | None:
    """The playbook in `source`, or None when there is any problem (all of them are noted)."""
    reader = Reader(source, vocabulary, verbs, problems)
    written = reader.model(PlaybookFile, source.data, ())
    if written is BAD:
        return None
    playbook = Playbook(
        written.playbook,
        written.version,
        written.title,
        written.scope,
        written.triggers,
        written.promises or {},
        written.steps,
        source,
        written.inputs or {},
        written.mode,
        written.alongside,
        written.takes_over,
    )
    return playbook if _ids_are_unique(reader, playbook) else None


def _ids_are_unique(reader: Reader, playbook: Playbook) -> bool:
    met: dict[str, int] = {}
    unique = True
    for step in playbook.walk():
        line = reader.source.place((*step.keys, "id")).line
        if step.path in met:
            message = f'two steps are called "{step.path}": this one, and the one on line {met[step.path]}'
            reader.error((*step.keys, "id"), message, "duplicate-id")
            unique = False
        met.setdefault(step.path, line)
    return unique
