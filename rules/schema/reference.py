"""The reference for designers, made from the schemas: one heading for every word, with its meaning and what may stand
there. It only reads schemas, so whatever an editor knows stands here too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rules.schema.facts import Schema
from rules.schema.in_words import PLACES, InWords, as_table, as_yaml, examples, flowing, meanings, sentence

REFERENCE = "docs/reference.md"
HAPPENS, COMES = "What may happen", "What may come of it"

_HEAD = """\
# Reference

<!-- Written by `firebreak schemas` from the schemas. Do not change it by hand. -->

Every word that may stand in the files of Firebreak. It is made from the schemas that your editor reads, so both always
say the same. New here? [Write your own playbook](playbooks.md) begins with an empty file.
"""

_CONDITIONS = """\
A condition says which facts must have which values. Several side by side must all hold:

```yaml
- if: {severity: {at_least: important}, window_open: true}
  label: look_closely
```

A fact may be **unknown**. Then it equals no value; `unknown` and `known` ask for just that. Comparisons by order take
it for its cautious side, where it has one, and do not hold otherwise."""


@dataclass(frozen=True)
class Entry:
    """One word: what stands under its heading."""

    word: str
    text: str


@dataclass(frozen=True)
class Chapter:
    """Words that belong together."""

    title: str
    text: str = ""
    entries: list[Entry] = field(default_factory=list)


def reference(schemas: Mapping[str, Schema]) -> str:
    """The reference as Markdown, from the schemas by their file names."""
    playbook, test = schemas["playbook.schema.json"], schemas["playbook-test.schema.json"]
    chapters = [
        _file("Playbooks", "Procedures: `playbooks/*.yaml`.", playbook),
        _verbs(playbook),
        _beside(playbook),
        _conditions(playbook),
        _times(playbook),
        _facts(playbook),
        *_tests(test),
        _file("Replies", "Texts to customers: `playbooks/replies/**/*.yaml`.", schemas["reply.schema.json"]),
        _file("Hours", "When the business works: `playbooks/hours.yaml`.", schemas["hours.schema.json"]),
        _file(
            "Phrases",
            "The words that make a text personal: `playbooks/phrases.yaml`.",
            schemas["phrases.schema.json"],
        ),
        _file("Retention", "How long is kept what: `playbooks/retention.yaml`.", schemas["retention.schema.json"]),
        Chapter(
            "Roles",
            "`playbooks/roles.yaml` maps each role that a playbook may turn to onto a sentence that says who it is.",
        ),
        _file(
            "Team", "The people behind the roles: the file that `FIREBREAK_TEAM` names.", schemas["team.schema.json"]
        ),
        *_rules(schemas),
    ]
    return _printed(chapters)


# -- chapters ----------------------------------------------------------------------------------------------------------


def _file(title: str, text: str, schema: Schema) -> Chapter:
    names = InWords(schema)
    return Chapter(title, text, [Entry(*each) for each in names.entries(schema)])


def _verbs(schema: Schema) -> Chapter:
    names = InWords(schema)
    found = sorted(each.removeprefix("verb.") for each in names.parts if each.startswith("verb."))
    text = "A step does one thing: its verb. Keys stand under the verb, unless it says otherwise."
    return Chapter("Verbs", text, [Entry(name, _verb(names, name)) for name in found])


def _verb(names: InWords, name: str) -> str:
    verb, step = names.parts[f"verb.{name}"], names.parts[f"step.{name}"]
    said, example = str(verb["markdownDescription"]).split("\n\n```yaml\n")
    example = "- " + example.removesuffix("\n```").replace("\n", "\n  ")
    own = next(each for each in (verb, verb.get("then", {}), *verb.get("anyOf", ())) if "properties" in each)
    bare = "" if own is verb else names.what(verb["else"] if "else" in verb else verb["anyOf"][0])
    short = next((key for key, each in own["properties"].items() if names.what(each) == bare), "")
    rows = [
        (key, what, f"{meaning}. May stand right behind the verb" if key == f"`{short}`" else meaning)
        for key, what, meaning in names.rows(own)
    ]
    beside = {key: each for key, each in step["properties"].items() if key != name and "beside." not in str(each)}
    rows += names.rows({"properties": beside, "required": step["required"]}, "Beside the verb. ")
    return "\n\n".join([flowing(said), f"```yaml\n{example}\n```", as_table(rows)])


def _beside(schema: Schema) -> Chapter:
    names = InWords(schema)
    found = {key.removeprefix("beside."): each for key, each in names.parts.items() if key.startswith("beside.")}
    entries = [Entry(*each) for each in names.entries({"properties": found})]
    return Chapter("Beside any verb", "These may stand in any step, beside its verb.", entries)


def _conditions(schema: Schema) -> Chapter:
    names = InWords(schema)
    groups = {key: each for key, each in names.parts["condition"]["properties"].items() if key in ("all", "any", "not")}
    operators: dict[str, Schema] = {}
    for key, each in names.parts.items():
        if key.startswith("is."):
            operators |= {op: value for op, value in each["then"]["properties"].items() if op not in operators}
    entries = [Entry(name, f"{each['description']}.") for name, each in (groups | operators).items()]
    return Chapter("Conditions", _CONDITIONS, entries)


def _times(schema: Schema) -> Chapter:
    parts = InWords(schema).parts
    entries = [
        Entry(title, f"{parts[name]['description']}. {examples(parts[name]['examples'], 'For example')}.")
        for title, name in (("length of time", "duration"), ("moment", "moment"))
    ]
    return Chapter("Times", "", entries)


def _facts(schema: Schema) -> Chapter:
    names = InWords(schema)
    entries = []
    for name, each in names.parts["condition"]["properties"].items():
        if f"fact.{name}" not in names.parts:
            continue
        fact, operators = names.parts[f"fact.{name}"], names.parts[f"is.{name}"]["then"]["properties"]
        values = [(value, said) for value, said in meanings(fact) if value != "unknown"]
        ordered = "at_least" in operators
        if [value for value, _ in values] == [True, False]:
            text, example = "`true` or `false`.", f"{{{name}: true}}"
        elif values:
            order = "Values, from low to high:" if ordered else "Values:"
            text = order + "\n\n" + "\n".join(f"- `{as_yaml(value)}`: {said}" for value, said in values)
            example = f"{{{name}: {{at_least: {values[1][0]}}}}}" if ordered else f"{{{name}: {values[0][0]}}}"
        elif "duration" in str(fact):
            text, example = sentence(PLACES["duration"]), f"{{{name}: {{less_than: 2 days}}}}"
        else:
            text, example = "A number: 0, 1, 2, …", f"{{{name}: {{at_least: 2}}}}"
        entries.append(Entry(name, f"{each['description']}\n\n{text}\n\nIn a condition: `{example}`"))
    return Chapter("Facts", "Everything that a condition may speak about. They stand in `rules/facts.yaml`.", entries)


def _tests(schema: Schema) -> Iterator[Chapter]:
    names = InWords(schema)
    story, outcome = names.parts["scenario"], names.parts["outcome"]
    yield _file("Tests", "Stories beside the playbooks: `playbooks/*.test.yaml`.", schema)
    told = dict(names.entries(story))
    for key, title in (("timeline", HAPPENS), ("expect", COMES), ("never", COMES)):
        meaning = told[key].split("\n\n", 1)[0]
        told[key] = f"{meaning}\n\nA list of [{title.lower()}](#{title.lower().replace(' ', '-')})."
    yield Chapter(
        "A story", "Under `scenarios`, each with a start of its own.", [Entry(*each) for each in told.items()]
    )
    happens, comes = story["properties"]["timeline"]["items"], story["properties"]["expect"]["items"]
    yield _listed(names, HAPPENS, "In a `timeline`, in order.", happens, happens["then"])
    yield _listed(names, COMES, "Under `expect` and `never`.", comes, outcome)


def _listed(names: InWords, title: str, text: str, one: Schema, keyed: Schema) -> Chapter:
    """What may stand in a list: mappings of one word with details beside it, and words that stand alone."""
    every = keyed["properties"]
    words = [each["required"][0] for each in keyed["oneOf"]] if "oneOf" in keyed else list(every)
    entries = [Entry(*each) for each in names.entries({"properties": {word: every[word] for word in words}})]
    entries += [Entry(str(word), f"{said}. It stands alone.") for word, said in meanings(one)]
    beside = names.rows({"properties": {key: each for key, each in every.items() if key not in words}})
    told = f"{text} Beside such a word may stand, where it fits:\n\n{as_table(beside)}" if beside else text
    return Chapter(title, told, entries)


def _rules(schemas: Mapping[str, Schema]) -> Iterator[Chapter]:
    rules = InWords(schemas["rules.schema.json"])
    facts = InWords(schemas["facts.schema.json"])
    text = (
        "From facts to other facts, such as how severe a message is: every file in `rules/packs/` but `guards.yaml`. A "
        "pack supplies the facts that its rules set, and may ask for those of other packs, but not in a circle.\n\n"
    )
    yield Chapter("Rule packs", text + as_table(rules.rows(rules.parts["pack"])))
    text = "What no text to a customer may say: `rules/packs/guards.yaml`. Under the name of each guard:\n\n"
    yield Chapter("Guards", text + as_table(rules.rows(rules.parts["guard"])))
    text = "A fact of your own is an entry in `rules/facts.yaml`, under its name:\n\n"
    yield Chapter("New facts", text + as_table(facts.rows(facts.schema["additionalProperties"])))


# -- Markdown ----------------------------------------------------------------------------------------------------------


def _printed(chapters: list[Chapter]) -> str:
    slugs = _Slugs()
    contents, body = ["## Find a word", ""], []
    for heading in ("Reference", "Find a word"):
        slugs.of(heading)
    for chapter in chapters:
        line = f"**[{chapter.title}](#{slugs.of(chapter.title)})**"
        body += [f"## {chapter.title}", chapter.text]
        words = []
        for entry in chapter.entries:
            words.append(f"[{entry.word}](#{slugs.of(entry.word)})")
            body += [f"### {entry.word}", entry.text]
        contents += [f"{line}: {' · '.join(words)}" if words else line, ""]
    return "\n\n".join([_HEAD.rstrip(), "\n".join(contents).rstrip(), *filter(None, body)]) + "\n"


class _Slugs:
    """The addresses that headings get on GitHub."""

    def __init__(self) -> None:
        self._met: dict[str, int] = {}

    def of(self, heading: str) -> str:
        plain = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        number = self._met.get(plain, 0)
        self._met[plain] = number + 1
        return f"{plain}-{number}" if number else plain
