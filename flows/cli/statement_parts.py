"""The parts of a statement as a person types them, or has them in a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from flows.store.tables import StatementKind
    from rules.bundle import Bundle

_KEYS = ("text", "remedies", "news_in", "news_at")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z]{2,4}){0,2}")


@dataclass(frozen=True)
class Written:
    """A statement as it stands in a file."""

    texts: Mapping[str, str] = field(default_factory=dict)
    remedies: tuple[str, ...] = ()
    news_in: str | None = None
    news_at: str | None = None


def from_file(bundle: Bundle, path: Path) -> Written:
    """Read a statement from YAML: `text` (language -> words, or words alone, which are in the language that they are
    written in), `remedies`, and `news_in` or `news_at`."""
    from flows.errors import FirebreakError
    from rules.problems import Problems, did_you_mean
    from rules.yaml_source import Source

    problems = Problems()
    source = Source.read(path, problems)
    problems.raise_errors()
    data: Any = source.data if source is not None else None
    if not isinstance(data, dict):
        raise FirebreakError(f"{path}: write `text:` with the words under each language, and `remedies: [refund]`")
    for key in data:
        if key not in _KEYS:
            raise FirebreakError(f'{path}: "{key}" is not known in a statement{did_you_mean(str(key), _KEYS)}')
    texts, remedies = data.get("text") or {}, data.get("remedies") or []
    if isinstance(texts, str):
        texts = texts_of(bundle, [texts])
    if not isinstance(texts, dict) or not isinstance(remedies, list | str):
        raise FirebreakError(f"{path}: `text` holds words under languages, and `remedies` is a list")
    times = {key: str(data[key]) if data.get(key) is not None else None for key in ("news_in", "news_at")}
    listed = [remedies] if isinstance(remedies, str) else remedies
    said = {language_of(bundle, str(locale)): str(words) for locale, words in texts.items()}
    return Written(said, names_of(map(str, listed)), **times)


def texts_of(bundle: Bundle, given: Iterable[str]) -> dict[str, str]:
    """Language -> words, from `en=…`; words without a language are in the one that they are written in."""
    from flows.crisis.wording import by_language

    found: dict[str, str] = {}
    for each in given:
        locale, sign, words = each.partition("=")
        if sign and _LANGUAGE.fullmatch(locale.strip()):
            found[language_of(bundle, locale)] = words
        else:
            found.update(by_language(bundle, each))
    return found


def language_of(bundle: Bundle, given: str) -> str:
    """The language that is meant. `FirebreakError` for one that no customer of ours is known to read."""
    from flows.crisis.wording import language_named
    from flows.errors import FirebreakError
    from rules.problems import did_you_mean

    found = language_named(bundle, given)
    if found is None:
        known = bundle.vocabulary.fact("locale").values
        near = did_you_mean(given.strip(), known) or f"; there are {', '.join(known)}"
        raise FirebreakError(f'"{given.strip()}" is no language that is read here{near}')
    return found


def names_of(given: Iterable[str] | None) -> tuple[str, ...]:
    """The remedies, also where several stand behind one option; `none` is none."""
    parts = (part.strip() for each in given or () for part in each.replace("，", ",").split(","))
    return tuple(part for part in parts if part and part.lower() not in ("none", "nothing"))


def moment_of(news_in: str | None, news_at: str | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When there will be news: in so long, or at a moment; a time alone is the next one of the clock."""
    from flows.cli.typed import moment
    from flows.errors import FirebreakError
    from rules.units import parse_duration

    if news_in is not None and news_at is not None:
        raise FirebreakError("say when there is news by --news-in or by --news-at, not both")
    if news_in is not None:
        try:
            return now + parse_duration(news_in)
        except ValueError as error:
            raise FirebreakError(f"--news-in: {error}") from None
    if news_at is None:
        return None
    hour, sign, minute = news_at.strip().partition(":")
    if sign and hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60:
        today = now.astimezone(zone).replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
        return today if today > now else today + timedelta(days=1)
    return moment(news_at, zone, now)


def kind_of(given: str) -> StatementKind:
    """What kind of words it is about. `FirebreakError` for any other word."""
    from flows.errors import FirebreakError

    plain = given.strip().lower()
    if plain == "retrospective":
        return "retrospective"
    if plain == "statement":
        return "statement"
    raise FirebreakError(f'"{given}" is no kind of words about an incident; there are statement and retrospective')
