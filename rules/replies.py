"""Reply texts: what is said to a customer, in which languages, claiming what, and through which template
when the 24-hour window is closed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from rules.claims import CLAIMS
from rules.problems import Problems, did_you_mean
from rules.reading import BAD, Reader
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source

DEFAULT_LOCALE = "en"

PLACEHOLDERS: Mapping[str, str] = {
    "name": "The customer's name as WhatsApp shows it; write {name|there} for a customer without one",
    "case": "The case's number, to quote in later messages",
    "answer_by": "The day by which the promise `answered` is due, in the customer's language",
    "business": "The name of the business",
}

_PLACEHOLDER = re.compile(r"\{([a-z_]+)(?:\|([^{}]*))?\}")
_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*(?:/[a-z0-9]+(?:[-_][a-z0-9]+)*)*")

# Where to look when a text is missing in the customer's own language, before the default.
_NEAREST: Mapping[str, tuple[str, ...]] = {"zh-TW": ("zh-CN",), "zh-HK": ("zh-TW", "zh-CN"), "zh": ("zh-CN",)}

Category = Literal["utility", "marketing"]


@dataclass(frozen=True)
class Template:
    """The approved WhatsApp template that says the same outside the 24-hour window."""

    name: str
    category: Category
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reply:
    """One reply in all its languages. `text` maps a locale (`en`, `zh-CN`) to the words."""

    name: str
    version: str
    text: Mapping[str, str]
    claims: frozenset[str] = frozenset()
    template: Template | None = None
    source: Source | None = field(default=None, repr=False, compare=False)

    def locale_for(self, wanted: str | None) -> str:
        """The locale of this reply that serves a customer who reads `wanted` best."""
        language = (wanted or "").split("-")[0]
        tries = [wanted, *_NEAREST.get(wanted or "", ()), *_NEAREST.get(language, ()), language, DEFAULT_LOCALE]
        return next((locale for locale in tries if locale in self.text), next(iter(self.text)))

    def placeholders(self) -> set[str]:
        return {match[1] for text in self.text.values() for match in _PLACEHOLDER.finditer(text)}

    def fill(self, locale: str, values: Mapping[str, str]) -> str:
        """The words for `locale` with every placeholder filled; KeyError names one that nothing fills."""

        def put(match: re.Match[str]) -> str:
            value = values.get(match[1]) or match[2]
            if value is None:
                raise KeyError(match[1])
            return value

        return _PLACEHOLDER.sub(put, self.text[locale]).strip()

    def parameters(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """The template's parameters in order; KeyError names one that nothing fills."""
        return tuple(values[name] for name in (self.template.parameters if self.template else ()))


_KEYS = ("reply", "version", "text", "claims", "template")


def read_reply(source: Source, vocabulary: Vocabulary, problems: Problems) -> Reply | None:
    """The reply in `source`, or None when there is any problem (all of them are noted)."""
    reader = Reader(source, vocabulary, {}, problems)
    data: Any = source.data
    before = len(problems.items)
    if not isinstance(data, dict):
        reader.error((), "a reply is a mapping that begins with `reply: folder/name`")
        return None
    for key in data:
        if key not in _KEYS:
            reader.error((key,), f'"{key}" is not known in a reply{did_you_mean(key, _KEYS)}', "unknown-key")
    if missing := [key for key in ("reply", "version", "text") if key not in data]:
        reader.error((), f"missing: {', '.join(missing)}", "missing-key")
        return None
    if not isinstance(data["reply"], str) or not _NAME.fullmatch(data["reply"]):
        reader.error(("reply",), "a reply's name is like deletion/received")
    texts = reader.value(Mapping[str, str], data["text"], ("text",))
    claims = reader.value(tuple[str, ...], data["claims"], ("claims",)) if data.get("claims") else ()
    template = reader.value(Template, data["template"], ("template",)) if "template" in data else None
    if texts is not BAD:
        _check_placeholders(reader, texts)
    for claim in claims if claims is not BAD else ():
        if claim not in CLAIMS:
            reader.error(("claims",), f'unknown claim "{claim}"{did_you_mean(claim, CLAIMS)}', "unknown-claim")
    if len(problems.items) > before:
        return None
    return Reply(data["reply"], str(data["version"]), texts, frozenset(claims), template, source)


def _check_placeholders(reader: Reader, texts: Mapping[str, str]) -> None:
    for locale, text in texts.items():
        for match in _PLACEHOLDER.finditer(text):
            if match[1] not in PLACEHOLDERS:
                message = f"nothing fills {{{match[1]}}}{did_you_mean(match[1], PLACEHOLDERS)}"
                reader.error(("text", locale), message, "unknown-placeholder")
        if "{" in _PLACEHOLDER.sub("", text):
            reader.error(("text", locale), "a brace without a placeholder; write {name} or leave it out", "placeholder")
