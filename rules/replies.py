"""Reply texts: what is said to a customer, in which languages, claiming what, and through which template
when the 24-hour window is closed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rules.claims import CLAIMS
from rules.language import Identifier, Shaped, Version, says
from rules.problems import Problems, did_you_mean
from rules.reading import BAD, Reader
from rules.vocabulary import Vocabulary
from rules.yaml_source import Keys, Source

DEFAULT_LOCALE = "en"

PLACEHOLDERS: Mapping[str, str] = {
    "name": "The customer's name as WhatsApp shows it; write {name|there} for a customer without one",
    "case": "The case's number, to quote in later messages",
    "answer_by": "The day by which the promise `answered` is due, in the customer's language",
    "business": "The name of the business",
    "recalled": "How many messages of ours were deleted for everyone in this case",
    "not_recalled": "How many messages of ours could not be deleted for everyone",
    "erased": "How many messages were erased from our records in this case",
    "masked": "In how many messages personal details were made unreadable",
    "kept": "How many messages we keep, because something stands against erasing them",
    "reason": "Why, in the words that the reply itself has for it under `reason`",
    "statement": "The words of the statement in force about the customer's crisis, in their language",
    "statement_version": "The version of that statement",
    "news_at": "When there will be news about the crisis; nothing fills it once that is over: write {news_at|soon}",
    "problem": "The customer's problem in one line, by playbooks/phrases.yaml; write {problem|this}",
    "photo": "A sentence about the photo that the customer sent; no trace of it where there is none",
    "order": "The customer's order with its number, by playbooks/phrases.yaml; no trace of it where none is known",
    "article": "What the customer ordered, as the order source calls it; no trace of it where that is not known",
    "choices": "What an `offer` offers, by the titles of its buttons",
    "next_update": "When `keep_posted` writes again, as in: in 2 hours",
}
OPTIONAL = frozenset({"photo", "order", "article"})
"""Placeholders that leave no trace where nothing fills them."""

PLACEHOLDER = re.compile(r"\{([a-z_]+)(?:\|([^{}]*))?\}")

# Where to look when a text is missing in the customer's own language, before the default.
_NEAREST: Mapping[str, tuple[str, ...]] = {"zh-TW": ("zh-CN",), "zh-HK": ("zh-TW", "zh-CN"), "zh": ("zh-CN",)}

NOTHING = "\x00"
"""Stands for a moment where a placeholder is not filled."""
_MARKS = r",，、،;；:：—–"
_BRACKETED = re.compile(rf"[ \t]*[(（\[【][ \t{_MARKS}]*{NOTHING}[ \t{_MARKS}{NOTHING}]*[)）\]】]")
_BETWEEN = re.compile(rf"([{_MARKS}][ \t]*)?{NOTHING}(?=[ \t]*[{_MARKS}.。!！?？؟)）\]】])")
_FIRST = re.compile(rf"(^|[.。!！?？؟][ \t]*|[(（\[【]){NOTHING}[ \t]*[{_MARKS}]+[ \t]*", re.MULTILINE)
_LINE = re.compile(rf"^[ \t]*(?:{NOTHING}[ \t]*)+(?:\n|\Z)", re.MULTILINE)
_BLANKS = re.compile(rf"[ \t]*{NOTHING}(?=[ \t\n]|[,，、،;；:：.。!！?？؟)）]|\Z)|{NOTHING}[ \t]*")

LONGEST_TEXT = 4096  # characters that WhatsApp carries in one text

Category = Literal["utility", "marketing"]
CATEGORIES: Mapping[str, str] = {
    "utility": "About something that the customer asked for or ordered",
    "marketing": "Everything else; customers can switch it off",
}


class ReplyId(Shaped):
    """The name of a reply, where it is given."""

    shape = re.compile(r"(?=.{1,120}$)[a-z0-9]+([-_][a-z0-9]+)*(/[a-z0-9]+([-_][a-z0-9]+)*)*")
    like = "a folder and a name, as in deletion/received"


class Locale(Shaped):
    """A language, perhaps of a certain country."""

    shape = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
    like = "a language such as en or zh-CN"


class TemplateName(Shaped):
    """The name of a template at WhatsApp."""

    shape = re.compile(r"[a-z0-9_]{1,512}")
    like = "small letters, digits and underscores"


@dataclass(frozen=True)
class Template:
    """The approved WhatsApp template that says the same outside the 24-hour window."""

    name: TemplateName = says("Its name at WhatsApp")
    category: Category = says("What WhatsApp approved it as", words=CATEGORIES)
    parameters: tuple[str, ...] = says(
        "What fills {{1}}, {{2}}, … in this order: names of placeholders", default=(), words=PLACEHOLDERS
    )


@dataclass(frozen=True)
class Reason:
    """What fills {reason}: a colleague chooses it, a designer words it."""

    fact: Identifier = says("The fact that says which reason it is, as in refusal_reason")
    words: Mapping[Identifier, Mapping[Locale, str]] = says(
        "For each value of the fact the words in each language, as they fit into the text; a value without words is "
        "none that this text can give, and a colleague answers instead"
    )


@dataclass(frozen=True)
class Reply:
    """One reply in all its languages. `text` maps a locale (`en`, `zh-CN`) to the words."""

    name: str
    version: str
    text: Mapping[str, str]
    claims: frozenset[str] = frozenset()
    template: Template | None = None
    reason: Reason | None = None
    source: Source | None = field(default=None, repr=False, compare=False)

    def locale_for(self, wanted: str | None) -> str:
        """The locale of this reply that serves a customer who reads `wanted` best."""
        language = (wanted or "").split("-")[0]
        tries = [wanted, *_NEAREST.get(wanted or "", ()), *_NEAREST.get(language, ()), language, DEFAULT_LOCALE]
        return next((locale for locale in tries if locale and locale in self.text), next(iter(self.text)))

    def placeholders(self) -> set[str]:
        return {match[1] for text in self.text.values() for match in PLACEHOLDER.finditer(text)}

    def fill(self, locale: str, values: Mapping[str, str]) -> str:
        """The words for `locale` with every placeholder filled; KeyError names one that nothing fills."""

        def put(match: re.Match[str]) -> str:
            value = values.get(match[1]) or match[2]
            if value is None and match[1] not in OPTIONAL:
                raise KeyError(match[1])
            return value or NOTHING

        return traceless(PLACEHOLDER.sub(put, self.text[locale]))

    def reason_for(self, value: object, locale: str) -> str | None:
        """The words for this value of the fact under `reason`; None where the reply has none for it."""
        return self.reason.words.get(Identifier(value), {}).get(Locale(locale)) if self.reason is not None else None

    def template_body(self, locale: str) -> str:
        """The words to hand in for approval: parameters as {{1}}, {{2}}, …, everything else by its default."""
        numbers = {name: f"{{{{{n}}}}}" for n, name in enumerate(self.template.parameters, 1)} if self.template else {}
        return self.fill(locale, numbers)

    def fallbacks(self, locale: str) -> dict[str, str]:
        """What stands in for a placeholder that nothing fills, as the text in `locale` has it behind the `|`."""
        return {match[1]: match[2] for match in PLACEHOLDER.finditer(self.text[locale]) if match[2] is not None}

    def parameters(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """The template's parameters in order, each on one line, since WhatsApp takes no others; KeyError names one that
        nothing fills."""
        return tuple(" ".join(values[name].split()) for name in (self.template.parameters if self.template else ()))


@dataclass(frozen=True)
class ReplyFile:
    """A reply text, as it is written."""

    reply: ReplyId = says("The name that playbooks call it by: a folder and a name, as in deletion/received")
    version: Version = says("Three numbers, as in 1.0.0; changed content needs a new one")
    text: Mapping[Locale, str] = says("The words in each language, with placeholders such as {name|there}")
    claims: tuple[str, ...] = says(
        "What the text says has happened; it is sent only when the run has proven it", default=(), words=CLAIMS
    )
    template: Template | None = says(
        "The approved WhatsApp template that says the same when the customer last wrote over 24 hours ago", default=None
    )
    reason: Reason | None = says("What fills {reason}, by what a colleague has chosen", default=None)


def traceless(text: str) -> str:
    """A text without what `NOTHING` marks: no bracket, comma, blank or line is left over that belonged to it alone."""
    if NOTHING not in text:
        return text.strip()
    for shape, instead in ((_BRACKETED, NOTHING), (_BETWEEN, NOTHING), (_LINE, ""), (_FIRST, r"\1"), (_BLANKS, "")):
        text = shape.sub(instead, text)
    return text.strip()


def read_reply(source: Source, problems: Problems) -> Reply | None:
    """The reply in `source`, or None when there is any problem (all of them are noted)."""
    reader = Reader(source, Vocabulary({}), {}, problems)
    before = len(problems.items)
    written = reader.model(ReplyFile, source.data, ())
    texts = source.data.get("text") if isinstance(source.data, dict) else None
    for locale, text in texts.items() if isinstance(texts, dict) else ():
        _check_text(reader, ("text", locale), str(text))
    if written is BAD or len(problems.items) > before:
        return None
    claims = frozenset(written.claims)
    return Reply(written.reply, written.version, written.text, claims, written.template, written.reason, source)


def _check_text(reader: Reader, where: Keys, text: str) -> None:
    if len(text) > LONGEST_TEXT:
        reader.error(where, f"WhatsApp carries {LONGEST_TEXT:,} characters; this has {len(text):,}", "text-too-long")
    for match in PLACEHOLDER.finditer(text):
        if match[1] not in PLACEHOLDERS:
            message = f"nothing fills {{{match[1]}}}{did_you_mean(match[1], PLACEHOLDERS)}"
            reader.problems.error(reader.source.place_in(where, match[0].split()[0]), message, "unknown-placeholder")
    rest = PLACEHOLDER.sub(lambda match: " " * len(match[0]), text)
    if (brace := re.search(r"[^\s{}]*[{}]+[^\s{}]*", rest)) is not None:
        place = reader.source.place_in(where, text[brace.start() : brace.end()])
        message = "a brace without a placeholder; write {name} or leave it out"
        reader.problems.error(place, message, "placeholder")
