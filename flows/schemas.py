"""The committed JSON Schemas: writing them, and telling which of them are no longer what the code says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from flows.rehearsal.scenario import KINDS, Says
from flows.verbs import all_verbs
from rules.bundle import FACTS, HOURS, LEGAL_CLOCKS, TEST, is_playbook, is_reply
from rules.language import Duration, FactValues, Words
from rules.schema import ScenarioWords, Schema, all_schemas
from rules.vocabulary import Vocabulary

SCENARIO_WORDS = ScenarioWords(
    events={
        "customer says": ("The customer writes this, or sends it in another form", Says),
        "after": ("So much time passes; everything that falls due meanwhile happens", Duration),
        "answer": (
            "A colleague answers the oldest open task that takes it: the facts asked for, yes or no, or done",
            FactValues | Literal["yes", "no", "done"],
        ),
        "send fails with": ("The next text to a customer is refused by WhatsApp with this error code", int),
        "incident": ("A person opens an incident; what happened, in their words", Words),
        "process dies": ("The process ends without warning, and another one takes over", None),
    },
    outcomes={kind.replace("_", " "): meaning for kind, meaning in KINDS.items()},
    details={
        "locale": ("The language of the text", Words),
        "form": ("Whether it left as text or as a template", Literal["text", "template"]),
        "says": ("A part of the text", Words),
        "kind": ("What kind of task", Literal["ask", "approve", "do"]),
        "status": ("How the step ended", Literal["done", "skipped", "failed", "timed out"]),
    },
)
"""The words that `flows.rehearsal.scenario` reads, with their meanings."""


def current() -> Mapping[str, Schema]:
    """Every schema as the code and the vocabulary have it now, by file name."""
    return all_schemas(Vocabulary.load(), all_verbs(), SCENARIO_WORDS)


def schema_for(path: str) -> str | None:
    """The schema of the content file at `path` (relative to the folder of `playbooks/`); None if it has none."""
    if path.endswith(TEST):
        return "playbook-test.schema.json"
    if is_reply(path):
        return "reply.schema.json"
    if is_playbook(path):
        return "playbook.schema.json"
    if path == LEGAL_CLOCKS:
        return "legal-clocks.schema.json"
    if path == FACTS:
        return "facts.schema.json"
    if path == HOURS:
        return "hours.schema.json"
    return "rules.schema.json" if path.startswith("rules/packs/") else None


def write(folder: Path) -> list[str]:
    """Bring the files in `folder` up to date; returns the names of those that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = stale(folder)
    for name in changed:
        (folder / name).write_text(_text(current()[name]), encoding="utf-8")
    return changed


def stale(folder: Path) -> list[str]:
    """The names of the files in `folder` that are missing or no longer what the code says."""
    return [name for name, schema in current().items() if _committed(folder / name) != _text(schema)]


def _text(schema: Schema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _committed(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
