"""The committed JSON Schemas and the reference that is made from them: writing them, and telling which of them are no
longer what the code says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from flows.rehearsal.events import BESIDE, EVENTS
from flows.rehearsal.moments import MomentText
from flows.rehearsal.outcomes import ALWAYS, DETAILS, NOTHING_MORE, OUTCOMES
from flows.verbs import all_verbs
from rules.bundle import (
    DELETION_PLAN,
    FACTS,
    HOURS,
    LEGAL_CLOCKS,
    PHRASES,
    REMEDIES,
    RETENTION,
    TEST,
    is_playbook,
    is_reply,
)
from rules.language import Duration
from rules.schema import ScenarioWords, Schema, all_schemas
from rules.schema.reference import REFERENCE, reference
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


def current(facts: Path | None = None) -> Mapping[str, Schema]:
    """Every schema as the code and the vocabulary have it now, by file name. `facts`: another vocabulary than the one
    that is shipped."""
    return all_schemas(Vocabulary.load(facts), all_verbs(), SCENARIO_WORDS)


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
    if path == DELETION_PLAN:
        return "deletion-plan.schema.json"
    if path == REMEDIES:
        return "remedies.schema.json"
    if path == FACTS:
        return "facts.schema.json"
    if path == HOURS:
        return "hours.schema.json"
    if path == RETENTION:
        return "retention.schema.json"
    if path == PHRASES:
        return "phrases.schema.json"
    return "rules.schema.json" if path.startswith("rules/packs/") else None


def write(root: Path) -> list[str]:
    """Bring the files below `root` up to date; returns the paths of those that changed."""
    texts = _files(root)
    changed = [path for path, text in texts.items() if _committed(root / path) != text]
    for path in changed:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(texts[path], encoding="utf-8")
    return changed


def stale(root: Path) -> list[str]:
    """The paths of the files below `root` that are missing or no longer what the code says."""
    return [path for path, text in _files(root).items() if _committed(root / path) != text]


def _files(root: Path) -> dict[str, str]:
    """Path -> text, by the facts of this content."""
    facts = root / FACTS
    schemas = current(facts if facts.is_file() else None)
    texts = {f"schemas/{name}": json.dumps(each, indent=2, ensure_ascii=False) + "\n" for name, each in schemas.items()}
    return {**texts, REFERENCE: reference(schemas)}


def _committed(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
