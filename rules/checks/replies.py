"""Reply texts by themselves: their languages, their placeholders, and what the guards have against them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.bundle import Bundle
from rules.checks.check import Found, check
from rules.problems import Place, nearest
from rules.replies import DEFAULT_LOCALE, OPTIONAL, PLACEHOLDER, PLACEHOLDERS, Reply

_NAMES = "|".join(PLACEHOLDERS)
OTHER_NOTATIONS = re.compile(rf"[\[<%｛【]({_NAMES})[\]>%｝】]|\$\{{?({_NAMES})\b", re.IGNORECASE)
"""Placeholders as other tools write them: [name], <name>, %name%, $name, ｛name｝."""

COMMENT_BEHIND = re.compile(r"""[\w-]+:\s+[^|>"'\s#{].*?\s(?P<comment>#(?!\s*firebreak:).*)""")
"""A text of one line without quotes, and a comment behind it."""


@check("no-default-language")
def no_default_language(bundle: Bundle) -> Iterator[Found]:
    """A reply is missing in the language that everybody gets who has no text in their own."""
    for reply in bundle.replies.values():
        if DEFAULT_LOCALE not in reply.text:
            near = nearest(DEFAULT_LOCALE, [locale for locale in reply.text if len(_language(locale)) == 3])
            place = _place(reply, "text", *((near,) if near is not None else ()))
            yield place, f"the text in `{DEFAULT_LOCALE}` is missing, for customers of every other language"


@check("missing-language", "warning")
def missing_language(bundle: Bundle) -> Iterator[Found]:
    """A reply is missing in a language that other replies are written in."""
    written = sorted({locale for reply in bundle.replies.values() for locale in reply.text})
    for reply in bundle.replies.values():
        for locale in written:
            if locale != DEFAULT_LOCALE and _language(reply.locale_for(locale)) != _language(locale):
                yield _place(reply, "text"), f"there is no text in `{locale}`; such customers get another language"


@check("guarded-text")
def guarded_text(bundle: Bundle) -> Iterator[Found]:
    """A reply says what no text may ever say, so that it would be refused each time."""
    for reply in bundle.replies.values():
        for locale, text in reply.text.items():
            for name in bundle.guards.objections(text):
                guard = bundle.guards.guards[name]
                phrase = bundle.guards.phrase_in(name, text)
                yield _place_in(reply, locale, str(phrase)), f'"{phrase}" is refused by {name}: {guard.never}'


@check("unfilled-name")
def unfilled_name(bundle: Bundle) -> Iterator[Found]:
    """A text needs the customer's name, and WhatsApp does not always have one."""
    for reply in bundle.replies.values():
        for locale, text in reply.text.items():
            if "name" in _needed(text):
                yield (
                    _place_in(reply, locale, "{name}"),
                    "not every customer has a name; write for example {name|there}",
                )
        if reply.template is not None and "name" in reply.template.parameters:
            yield _place(reply, "template", "parameters"), "not every customer has a name, so it cannot be a parameter"


@check("template-parameters")
def template_parameters(bundle: Bundle) -> Iterator[Found]:
    """A template and its text do not have the same blanks, so that WhatsApp refuses it."""
    for reply in bundle.replies.values():
        if reply.template is None:
            continue
        for locale, text in reply.text.items():
            place = _place(reply, "template", "parameters")
            used = {match[1] for match in PLACEHOLDER.finditer(text)}
            for name in sorted(_needed(text) - {"name"} - set(reply.template.parameters)):
                yield place, f"the text in `{locale}` has {{{name}}}; add {name} to the template's parameters"
            for name in sorted(set(reply.template.parameters) - used):
                yield place, f"the text in `{locale}` has no {{{name}}}; take {name} out of the template's parameters"


@check("uneven-placeholders", "warning")
def uneven_placeholders(bundle: Bundle) -> Iterator[Found]:
    """A text has a placeholder in one language and not in another, so that some customers are told less."""
    for reply in bundle.replies.values():
        elsewhere = set(reply.template.parameters) if reply.template is not None else set()
        every = reply.placeholders() - {"name"} - elsewhere  # those of a template are looked at with it
        for locale, text in reply.text.items():
            for name in sorted(every - {match[1] for match in PLACEHOLDER.finditer(text)}):
                yield (
                    _place(reply, "text", locale),
                    f"another language has {{{name}}}, and the text in `{locale}` has not",
                )


@check("strange-placeholder", "warning")
def strange_placeholder(bundle: Bundle) -> Iterator[Found]:
    """A text has what looks like a placeholder in another notation, which nothing would fill."""
    for reply in bundle.replies.values():
        for locale, text in reply.text.items():
            for match in OTHER_NOTATIONS.finditer(text):
                name = next(part for part in match.groups() if part)
                yield _place_in(reply, locale, match[0]), f'nothing fills "{match[0]}"; write {{{name.lower()}}}'


@check("cut-text", "warning")
def cut_text(bundle: Bundle) -> Iterator[Found]:
    """A text without quotes has a # in it, so that everything from there on is a comment and is not sent."""
    for reply in bundle.replies.values():
        for locale in reply.text:
            place = _place(reply, "text", locale)
            line = reply.source.text.split("\n")[place.line - 1][place.column - 1 :] if reply.source else ""
            if (found := COMMENT_BEHIND.fullmatch(line)) is not None:
                here = Place(place.path, place.line, place.column + found.start("comment"))
                yield here, 'the customer does not get what follows the #; put the whole text in "quotes"'


@check("duplicate-template")
def duplicate_template(bundle: Bundle) -> Iterator[Found]:
    """Two replies name the same template, so that a customer would read the words of the other."""
    first: dict[str, Reply] = {}
    for reply in bundle.replies.values():
        if reply.template is not None:
            other = first.setdefault(reply.template.name, reply)
            if other is not reply:
                yield _place(reply, "template", "name"), f'"{other.name}" has this template already; each has its own'


def _needed(text: str) -> set[str]:
    """The placeholders that must be filled because nothing stands in for them."""
    return {match[1] for match in PLACEHOLDER.finditer(text) if match[2] is None} - OPTIONAL


def _language(locale: str) -> str:
    return locale.split("-")[0]


def _place(reply: Reply, *keys: str) -> Place:
    assert reply.source is not None, "a reply of a bundle was read from a file"
    return reply.source.place(keys)


def _place_in(reply: Reply, locale: str, words: str) -> Place:
    """Where these words stand in the text of a locale."""
    assert reply.source is not None, "a reply of a bundle was read from a file"
    return reply.source.place_in(("text", locale), words)
