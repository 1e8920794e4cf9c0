"""Content that differs from the shipped one in a few places, as a designer would release it."""

from __future__ import annotations

import re

from sqlalchemy import select

from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage
from flows.shelf import Shelf
from flows.store.tables import Run
from rules.bundle import Bundle

GENERAL = "playbooks/complaint_general.yaml"
PARCEL = "My parcel still has not arrived, it has been two weeks"
Changes = tuple[str, str]


def version_in(content: Bundle, path: str = GENERAL) -> str:
    """The version of the procedure in this file."""
    return next(each.version for each in content.playbooks.values() if each.source.path == path)


def changed(shelf: Shelf, *changes: Changes, version: str | None = None, path: str = GENERAL) -> Bundle:
    """The content with these replacements in one file, and that file under a new version: the next major one, if none
    is given."""
    version = version or f"{int(version_in(shelf.current, path).partition('.')[0]) + 1}.0.0"
    text = shelf.current.files[path]
    text = re.sub(r"version: [0-9.]+", f"version: {version}", text, count=1)
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    return Bundle.parse({**shelf.current.files, path: text}, shelf.verbs)


def complain(stage: Stage, words: str = PARCEL) -> str:
    """A customer complains; returns the id of the run that this starts."""
    known = set(_runs(stage))
    stage.happen(Event(customer_says=Says(words)))
    (run,) = set(_runs(stage)) - known
    return run


def _runs(stage: Stage) -> list[str]:
    with stage.store.read() as session:
        return list(session.scalars(select(Run.id)))


def texts(stage: Stage) -> list[str]:
    """What was said to the customer so far."""
    return [letter.text for letter in stage.channel.letters]
