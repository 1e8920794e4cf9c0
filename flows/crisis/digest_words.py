"""The digest of a war room in words: three numbered parts, short enough for a phone's lock screen, in English or
Chinese. What it counts, and that nothing personal is in it, is for `flows.crisis.digest` to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows.crisis.digest import Demand, Digest, Level, Mood, Official
from flows.crisis.words import ARROWS, WORDS, Language, Words

MOST_NAMED = 3
"""How many topics, signs or wishes are named: the first ones say where to look, all are in `firebreak room --json`."""


def in_words(digest: Digest, language: Language = "en", zone: ZoneInfo | None = None) -> str:
    """The three parts, each a paragraph that begins with its number; times as clocks in `zone` show them."""
    told = _Telling(digest, WORDS[language], zone or ZoneInfo("UTC"))
    parts = told.people(), told.statement(), told.progress()
    between = WORDS[language].between
    return "\n".join(f"{number}. {between.join(part)}" for number, part in enumerate(parts, start=1))


class _Telling:
    def __init__(self, digest: Digest, words: Words, zone: ZoneInfo) -> None:
        self.digest, self.words, self.zone = digest, words, zone

    def say(self, sentence: str, **values: object) -> str:
        return self.words.sentences[sentence].format(**values)

    # -- what people feel and demand now --------------------------------------------------------------------

    def people(self) -> Iterator[str]:
        now, before = self.digest.mood, self.digest.mood_before
        if not now.customers:
            yield self.say("nobody_wrote", before=before.customers)
        else:
            yield self.say("wrote", now=now.customers, before=before.customers)
            yield self.say("mood", now=self._shares(now))
            if before.customers:
                yield self.say("mood_before", before=self._shares(before))
        for sentence, demands in (("topics", self.digest.topics), ("signs", self.digest.signs)):
            if demands:
                yield self.say(
                    sentence, list=self.words.comma.join(self._demand(each) for each in demands[:MOST_NAMED])
                )
        if self.digest.wishes:
            yield self.say("wishes", list=self._counted(self.digest.wishes))

    def _shares(self, mood: Mood) -> str:
        return self.words.comma.join(f"{mood.share(anger)}% {self.words.name(anger)}" for anger in mood.angry)

    def _demand(self, demand: Demand) -> str:
        return f"{self.words.name(demand.name)} {demand.customers} {ARROWS[demand.trend]}"

    def _counted(self, counted: Mapping[str, int]) -> str:
        most = list(counted.items())[:MOST_NAMED]
        return self.words.comma.join(f"{self.words.name(name)} {number}" for name, number in most)

    # -- what we may say ------------------------------------------------------------------------------------

    def statement(self) -> Iterator[str]:
        official, draft = self.digest.statement, self.digest.draft
        if official is None:
            yield self.say("no_statement")
        else:
            yield from self._official(official)
        if draft is not None:
            yes = self.say("yes_from", names=self._names(draft.approved_by)) if draft.approved_by else ""
            yield self.say("draft", version=draft.version, by=draft.drafted_by) + yes + self.words.stop

    def _official(self, official: Official) -> Iterator[str]:
        yield self.say("statement", version=official.version, since=self._clock(official.in_force_since))
        yield self.say("by", by=official.drafted_by, names=self._names(official.approved_by))
        promises = self.words.comma.join(map(self.words.name, official.may_promise))
        yield self.say("may_promise", list=promises) if promises else self.say("may_promise_nothing")
        if official.news_at is not None:
            yield self.say("news_late" if official.late else "news", at=self._clock(official.news_at))

    def _names(self, names: Sequence[str]) -> str:
        return self.words.comma.join(names) or "—"

    # -- how far we are -------------------------------------------------------------------------------------

    def progress(self) -> Iterator[str]:
        digest = self.digest
        there = [level for level in digest.levels if level.customers]
        yield self.words.semicolon.join(map(self._level, there)) + self.words.stop if there else self.say("no_cases")
        yield self.say("lead", lead=digest.lead or self.words.nobody, fix=digest.fix or self.words.nobody)
        took = [f"{each.by} {each.tasks}" for each in digest.accepted if not each.leads][:MOST_NAMED]
        if took:
            yield self.say("took", list=self.words.comma.join(took))
        if digest.broken:
            yield self.say("broken", number=sum(digest.broken.values()))
        for sentence, number in (("unsent", digest.unsent), ("by_hand", digest.by_hand), ("unread", digest.unread)):
            if number:
                yield self.say(sentence, number=number)

    def _level(self, level: Level) -> str:
        named = self.words.name(level.name) + (f" ({level.answered_by})" if level.answered_by else "")
        told = self.say("level", name=named, waiting=level.waiting, answered=level.answered, solved=level.solved)
        return told + (self.say("oldest", time=self.time(level.oldest)) if level.oldest is not None else "")

    def time(self, length: timedelta) -> str:
        minutes = int(length.total_seconds() // 60)
        hours, left = divmod(minutes, 60)
        if hours >= 48:
            return self.say("days", days=hours // 24)
        return self.say("hours", hours=hours, minutes=left) if hours else self.say("minutes", minutes=left)

    def _clock(self, at: datetime | None) -> str:
        if at is None:
            return "—"
        there, today = at.astimezone(self.zone), self.digest.at.astimezone(self.zone).date()
        return f"{there:%H:%M}" if there.date() == today else f"{there:%m-%d %H:%M}"
