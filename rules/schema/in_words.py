"""A schema in words: what may stand behind a key, and what that means, as rows and paragraphs of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rules.schema.facts import Schema

PLACES = {
    "duration": "[a length of time](#length-of-time)",
    "moment": "[a moment](#moment)",
    "condition": "[a condition](#conditions)",
    "steps": "one step, or a list of steps",
    "form": "[facts](#facts), each with the answers offered: `any`, or `{one_of: […]}`",
    "facts": "[facts](#facts) and their values",
    "outcome": "[outcomes](#what-may-come-of-it)",
    "scenario": "[stories](#a-story)",
}
"""The parts that have a heading of their own, or need more than their keys to be understood."""


class InWords:
    """One schema and its parts."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.parts: Mapping[str, Schema] = schema.get("$defs", {})

    def entries(self, model: Schema) -> Iterator[tuple[str, str]]:
        """For every key of a mapping: its name, and what there is to say about it."""
        for key, each in model["properties"].items():
            needed = "Needed. " if key in model.get("required", ()) else ""
            text = f"{each['description']}.\n\n{needed}{sentence(self.what(each) + _default(each))}"
            inner = self.inner(each)
            yield key, "\n\n".join([text, *self.meanings_below(each), *([as_table(self.rows(inner))] if inner else [])])

    def rows(self, model: Schema, before: str = "") -> list[tuple[str, str, str]]:
        """For every key of a mapping: its name, what may stand there, what it means."""
        found = []
        for key, each in model.get("properties", {}).items():
            told = ", ".join(f"`{as_yaml(word)}` ({said})" for word, said in self.words(each)) or self.what(each)
            left_out = "" if key in model.get("required", ()) else "; may be left out"
            row = f"{told}{_default(each, left_out)}"
            found.append((f"`{key}`", row, f"{before}{each.get('description', '')}"))
            if inner := self.inner(each):
                found += [(f"`{key}:` {name}", told, said) for name, told, said in self.rows(inner)]
        return found

    def what(self, each: Schema) -> str:
        """What may stand there, in a few words."""
        name = str(each.get("$ref", "")).removeprefix("#/$defs/")
        if name in PLACES:
            return PLACES[name]
        if name:
            return self.what(self.parts[name])
        ways = each.get("anyOf") or ([each["then"], each["else"]] if "else" in each else [])
        if ways:
            told = list(dict.fromkeys(self.what(way) for way in ways))
            if len(told) == 2 and told[0] == f"a list: {told[1]}":
                return f"{told[1]}; or a list of these"
            return ", or ".join(told)
        if "enum" in each:
            return ", ".join(f"`{as_yaml(word)}`" for word in each["enum"])
        if "items" in each:
            return f"a list: {self.what(each['items'])}"
        if each.get("examples"):
            return examples(each["examples"], "for example")
        if message := each.get("patternErrorMessage"):
            return _unwritten(str(message))
        kind = each.get("type")
        if kind == "object":
            inside = [*each.get("patternProperties", {}).values(), each.get("additionalProperties")]
            values = [self.what(one) for one in inside if isinstance(one, dict)]
            return f"names of your own, each with {values[0]}" if values else "the keys below"
        return {"integer": "a number", "boolean": "`true` or `false`", "string": "words"}.get(str(kind), "a word")

    def inner(self, each: Schema) -> Schema | None:
        """The mapping that may stand there, when it is told nowhere else."""
        name = str(each.get("$ref", "")).removeprefix("#/$defs/")
        if name in PLACES:
            return None
        if name:
            return self.inner(self.parts[name])
        if each.get("additionalProperties") is False and "properties" in each and "patternProperties" not in each:
            return each
        inside = [*each.get("anyOf", ()), *each.get("patternProperties", {}).values(), each.get("items")]
        return next((found for one in inside if one and (found := self.inner(one))), None)

    def words(self, each: Schema) -> list[tuple[Any, str]]:
        """The words that may stand there and have a meaning of their own."""
        for one in (each, *each.get("anyOf", ()), *(way.get("items", {}) for way in each.get("anyOf", ()))):
            if "enumDescriptions" in one:
                return meanings(one)
        return []

    def meanings_below(self, each: Schema) -> list[str]:
        """The same, and keys with a meaning of their own, as one list to print; none if there are none."""
        found = self.words(each)
        named = each.get("properties", {}) if "patternProperties" in each else {}
        known = [(key, str(value.get("description", ""))) for key, value in named.items()]
        lines = [f"- `{as_yaml(word)}`: {said}" for word, said in [*found, *known]]
        return ["\n".join(lines)] if lines else []


def meanings(each: Schema) -> list[tuple[Any, str]]:
    """The words of an enum (which may be one way of several), each with its meaning."""
    listed = each if "enum" in each else next((one for one in each.get("anyOf", ()) if "enum" in one), {})
    return list(zip(listed.get("enum", ()), listed.get("enumDescriptions", ()), strict=False))


def _unwritten(message: str) -> str:
    """What an editor tells to write, as a thing."""
    plain = message.rstrip(".").removeprefix("Write ")
    return plain[0].lower() + plain[1:]


def examples(given: Any, before: str) -> str:
    """The examples of a schema, after these words."""
    return f"{before} {', '.join(f'`{each}`' for each in given)}"


def _default(each: Schema, otherwise: str = "") -> str:
    return f"; without it `{as_yaml(each['default'])}`" if each.get("default") not in (None, "") else otherwise


def as_yaml(value: Any) -> str:
    """A plain value as it is written in a file."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def sentence(text: str) -> str:
    """A few words as a sentence."""
    return re.sub(r"^(\[?)([a-z])", lambda first: first[1] + first[2].upper(), text) + "."


def flowing(text: str) -> str:
    """Paragraphs without the line ends of the code."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def as_table(rows: list[tuple[str, str, str]]) -> str:
    """The rows of `InWords.rows` as a table."""
    cells = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    return "\n".join(["| key | what stands there | meaning |", "|---|---|---|", *(f"| {row} |" for row in cells)])
