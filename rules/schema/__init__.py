"""JSON Schemas (draft 2020-12) of every kind of content file, made from the very words that the readers work from:
the annotations, meanings and docstrings of the verbs, the modifiers of a step, and the vocabulary of facts.

An editor with yaml-language-server completes keys, fact names and values from them and shows what each one means.
"""

from rules.schema.facts import Schema
from rules.schema.files import (
    ScenarioWords,
    all_schemas,
    facts_schema,
    hours_schema,
    playbook_schema,
    playbook_test_schema,
    reply_schema,
    rules_schema,
    team_schema,
)

__all__ = [
    "ScenarioWords",
    "Schema",
    "all_schemas",
    "facts_schema",
    "hours_schema",
    "playbook_schema",
    "playbook_test_schema",
    "reply_schema",
    "rules_schema",
    "team_schema",
]
