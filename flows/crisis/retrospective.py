"""What everybody is told when a crisis is over: drafted from the history, completed by people, approved like any
statement.

The history knows what happened, when, and how many wrote. Only people know the cause, what has changed, and what we owe
those who were hit; until they have said so, their words are blanks, and nothing can be approved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from flows import local_time
from flows.crisis.retrospective_words import LANGUAGES, WORDS, Part
from flows.crisis.statements import WrongStatement
from flows.desk import Desk
from flows.store.subjects import lock
from flows.store.tables import Case, Incident

PARTS: tuple[Part, ...] = get_args(Part)
"""What only people can say, in the order in which it is told."""
_KEPT = "retrospective"
"""Where the sealed words about an incident keep what people have said: part -> language -> words."""
FEW = 2
"""So many customers at least make it right to say how many wrote."""

Parts = Mapping[Part, Mapping[str, str]]


def parts(desk: Desk, incident: Incident) -> dict[Part, dict[str, str]]:
    """What people have said so far, by part and language."""
    kept = desk.store.vault.open_or_nothing(incident.sealed_what).get(_KEPT) or {}
    return {part: dict(kept.get(part, {})) for part in PARTS}


def fill_in(desk: Desk, session: Session, incident: Incident, given: Parts) -> None:
    """Keep what somebody says of the cause, of what has changed and of the amends; words that are empty take back what
    was said before. Raises `WrongStatement` for a language in which there are no words around them."""
    other = sorted({locale for words in given.values() for locale in words} - set(LANGUAGES))
    if other:
        raise WrongStatement(
            f"the words around it are there in {' and '.join(LANGUAGES)}; for {', '.join(other)} give all of it: "
            f'--text {other[0]}="…"'
        )
    lock(session, incident.id)
    session.refresh(incident)
    said = parts(desk, incident)
    for part, words in given.items():
        said[part] = {locale: text.strip() for locale, text in {**said[part], **words}.items() if text.strip()}
    sealed = desk.store.vault.open_or_nothing(incident.sealed_what)
    incident.sealed_what = desk.store.vault.seal(incident.id, {**sealed, _KEPT: said})


def proposed(desk: Desk, session: Session, incident: Incident) -> dict[str, str]:
    """The words in each language, as far as they are known; `{cause}`, `{changed}` and `{amends}` are blanks."""
    said = parts(desk, incident)
    return {locale: _in(locale, desk, session, incident, said) for locale in LANGUAGES}


def missing(desk: Desk, incident: Incident) -> dict[str, list[Part]]:
    """What people still have to say, by language."""
    said = parts(desk, incident)
    return {locale: [part for part in PARTS if locale not in said[part]] for locale in LANGUAGES}


def complete(desk: Desk, session: Session, incident: Incident) -> dict[str, str]:
    """The words in the languages in which nothing is missing any more."""
    left = missing(desk, incident)
    texts = proposed(desk, session, incident)
    return {locale: texts[locale] for locale in LANGUAGES if not left[locale]}


def _in(locale: str, desk: Desk, session: Session, incident: Incident, said: Parts) -> str:
    words = WORDS[locale]
    wrote = session.scalar(select(func.count(distinct(Case.customer_id))).where(Case.incident_id == incident.id)) or 0
    topic = incident.topic if incident.topic in words.happened else "other"
    day = local_time.day(incident.opened_at, desk.timezone, locale)
    cause, changed, amends = (words.parts[part].format(words=said[part].get(locale, f"{{{part}}}")) for part in PARTS)
    what = words.what.format(day=day, happened=words.happened[topic or "other"])
    many = words.wrote.format(many=wrote) if wrote >= FEW else ""
    return "\n\n".join([words.thanks, what + many, cause, words.sorry, changed, amends, words.ends])
