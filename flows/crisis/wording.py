"""What may not stand in a statement, and which remedies a text may promise while a crisis goes on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.crisis import statements
from flows.crisis.statements import WrongStatement
from flows.store.tables import Case, Incident, StatementKind
from rules import outgoing
from rules.bundle import Bundle
from rules.remedies import OFFERS, remedy_named
from rules.replies import DEFAULT_LOCALE, Locale, Reply

OUTSIDE = "outside-the-statement"
"""The objection to a text that promises what the statement in force does not allow."""
NEVER = "Promise a remedy that the statement in force does not allow"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z]{2,4}){0,2}")
"""What can only be meant as the name of a language."""
LONGEST: Mapping[StatementKind, int] = {"statement": 1000, "retrospective": 4000}
"""Characters in one language. A statement is one part of a message, and of a template at most 1,024."""

_READ_IN: Mapping[StatementKind, Mapping[str, bool | str]] = {
    "statement": {"first_reply": True, "in_incident": True, "open_incident": True},
    "retrospective": {"audience": "everybody"},
}
"""A statement may be the first that a customer reads, in the middle of a crisis: it explains nothing yet. The
retrospective explains, to everybody at once, so it blames nobody but us."""


def checked(
    bundle: Bundle, texts: Mapping[str, str], remedies: Sequence[str], kind: StatementKind = "statement"
) -> tuple[dict[str, str], list[str]]:
    """The words of a statement and the names of its remedies, as they are kept. Raises `WrongStatement` with everything
    that stands against them: each language is looked at as any text that leaves us, and promises nothing else. One
    language is enough; whoever reads none of them gets the words in English, or else in the first one."""
    named = {each: remedy_named(each) for each in remedies}
    allowed = [name for name in OFFERS if name in named.values()]
    wrong = [f'"{each}" is no remedy; there are {", ".join(OFFERS)}' for each, name in named.items() if name is None]
    said = {locale: unicodedata.normalize("NFC", text).strip() for locale, text in texts.items()}
    said = {locale: text for locale, text in said.items() if text}
    if not said:
        wrong.append('there are no words in it; give them in one language at least: en="…" or zh-CN="…"')
    for locale, text in said.items():
        if not Locale.shape.fullmatch(locale):
            wrong.append(f'"{locale}" is no {Locale.like}')
        wrong += [f"{locale}: {each}" for each in _against(bundle, text, allowed, kind)]
    if wrong:
        raise WrongStatement("; ".join(wrong))
    return said, allowed


def _against(bundle: Bundle, text: str, allowed: Sequence[str], kind: StatementKind) -> list[str]:
    found = []
    if len(text) > LONGEST[kind]:
        found.append(f"{len(text):,} characters are too many, {LONGEST[kind]:,} is the most")
    if "{" in text or "}" in text:
        found.append("a { or } has no meaning here; write the words as customers are to read them")
    known = bundle.vocabulary.facts
    facts = bundle.vocabulary.gate({name: value for name, value in _READ_IN[kind].items() if name in known})
    for name in bundle.guards.objections(text, facts):
        guard = bundle.guards.guards[name]
        found.append(
            f'"{guard.phrase_in(text)}" is refused by {name}: never {guard.never[:1].lower()}{guard.never[1:]}'
        )
    kinds = {finding.kind.replace("_", " ") for finding in outgoing.review(text).findings if finding.refused}
    found += [f"there is a {kind} in it" for kind in sorted(kinds)]
    for name, words in bundle.remedies.outside(text, allowed).items():
        found.append(f'"{words}" promises a {name}, which is not among the remedies')
    return found


def language_named(bundle: Bundle, given: str) -> str | None:
    """The language that is meant, written as people write it: `zh-cn`, `EN`, `pt_BR`. None if none is known like that:
    nobody would ever get words in it."""
    plain = given.strip().replace("_", "-").casefold()
    spoken = {*bundle.vocabulary.fact("locale").values}
    known = {
        *spoken,
        *(_bare(each) for each in spoken),
        *(each for one in bundle.replies.values() for each in one.text),
    }
    found = next((each for each in sorted(known) if each.casefold() == plain), None)
    if found is None and _bare(plain) in known and Locale.shape.fullmatch(_with_a_country(plain)):
        return _with_a_country(plain)
    return found


def _bare(locale: str) -> str:
    return locale.partition("-")[0]


def _with_a_country(plain: str) -> str:
    language, _, country = plain.partition("-")
    return f"{language}-{country.upper()}"


def by_language(bundle: Bundle, written: str) -> dict[str, str]:
    """Words as a person writes them down in one go: in several languages, each begun by `en:` on a line of its own, or
    in the one that they are written in."""
    known = bundle.vocabulary.fact("locale").values
    found: dict[str, str] = {}
    for line in written.strip().splitlines():
        head, sign, words = line.replace("：", ":", 1).partition(":")
        locale = language_named(bundle, head) if sign and _LANGUAGE.fullmatch(head.strip()) else None
        if locale is not None:
            found[locale] = words.strip()
        elif found:
            last = next(reversed(found))
            found[last] = f"{found[last]}\n{line}".strip()
        else:
            break
    if found or not written.strip():
        return found
    read = str(bundle.reading_of(written)["locale"])
    return {read if read in known else DEFAULT_LOCALE: written.strip()}


def in_language(texts: Mapping[str, str], locale: str | None) -> str:
    """The words for a customer who reads this language best, from the nearest one that there is."""
    return texts[locale_of(texts, locale)]


def locale_of(texts: Mapping[str, str], locale: str | None) -> str:
    """The language of those words: the customer's own, or a near one; else English, else the first that was written."""
    return Reply("statement", "1.0.0", texts).locale_for(locale)


def outside(session: Session, bundle: Bundle, incident: Incident | None, text: str) -> dict[str, str]:
    """What a text promises though the statement in force of this incident does not allow it: remedy -> the words by
    which it does. Where no statement is in force, nothing may be promised; where no incident goes on, anything may."""
    if incident is None or incident.closed_at is not None:
        return {}
    statement = statements.in_force(session, incident.id)
    return bundle.remedies.outside(text, statement.remedies if statement is not None else ())


def incident_of(session: Session, customer_id: str, case_id: str | None = None) -> Incident | None:
    """The open incident that this case, or else the customer's newest case of any, belongs to."""
    theirs = select(Incident).join(Case, Case.incident_id == Incident.id).where(Incident.closed_at.is_(None))
    theirs = theirs.where(Case.id == case_id) if case_id else theirs.where(Case.customer_id == customer_id)
    found = session.scalars(theirs.order_by(Case.opened_at.desc(), Case.id).limit(1)).first()
    return found if found is not None or case_id is None else incident_of(session, customer_id)
