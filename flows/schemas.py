"""The committed JSON Schemas: writing them, and telling which of them are no longer what the code says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from flows.rehearsal.events import BESIDE, EVENTS
from flows.rehearsal.moments import MomentText
from flows.rehearsal.outcomes import ALWAYS, DETAILS, NOTHING_MORE, OUTCOMES
from flows.verbs import all_verbs
from rules.bundle import FACTS, HOURS, LEGAL_CLOCKS, TEST, is_playbook, is_reply
from rules.language import Duration
from rules.schema import ScenarioWords, Schema, all_schemas
from rules.vocabulary import Vocabulary

SCENARIO_WORDS = ScenarioWords(
    events=EVENTS,
    beside=BESIDE,
    outcomes={kind.replace("_", " "): (each.meaning, (*each.details, *ALWAYS)) for kind, each in OUTCOMES.items()},
    details={**DETAILS, "at": (DETAILS["at"][0], Duration | MomentText)},
    closing=NOTHING_MORE,
    starts=MomentText,
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
