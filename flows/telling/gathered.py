"""What an incident has gathered: how many cases of each level, and what they complain about. Nothing personal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.store.tables import Case, Complaint, Message
from rules.topics import OTHER
from rules.vocabulary import Vocabulary


@dataclass(frozen=True)
class Gathered:
    """The cases of one incident: how many are open and closed, the open ones by level (the most severe first), and how
    many of all of them complain about what (the most frequent first; a case may do so about several things)."""

    open: int = 0
    closed: int = 0
    levels: Mapping[str, int] = field(default_factory=dict)
    topics: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        return {
            "open": self.open,
            "closed": self.closed,
            "levels": dict(self.levels),
            "topics": dict(self.topics),
        }

    def __str__(self) -> str:
        """In a few words, as in `12 cases open (2 urgent, 10 general), 3 closed; delivery 13, other 2`."""
        levels = ", ".join(f"{count} {level}" for level, count in self.levels.items() if count)
        still = f"{self.open} case{'' if self.open == 1 else 's'} open{f' ({levels})' if levels else ''}"
        closed = f", {self.closed} closed" if self.closed else ""
        topics = ", ".join(f"{topic} {count}" for topic, count in self.topics.items())
        return f"{still}{closed}{f'; {topics}' if topics else ''}"


def gathered(session: Session, incident_ids: Collection[str]) -> dict[str, Gathered]:
    """What each of these incidents has gathered."""
    words = list(Vocabulary.load().fact("severity").values)
    mine = Case.incident_id.in_(incident_ids)
    by_level = select(Case.incident_id, Case.closed_at.is_(None), Case.severity, func.count()).where(mine)
    levels: dict[str, Counter[int]] = {each: Counter() for each in incident_ids}
    closed: Counter[str] = Counter()
    for incident_id, still, severity, count in session.execute(
        by_level.group_by(Case.incident_id, Case.closed_at.is_(None), Case.severity)
    ):
        if still:
            levels[incident_id][severity] += count
        else:
            closed[incident_id] += count
    about = func.coalesce(Complaint.topic, OTHER)
    by_topic = (
        select(Case.incident_id, about, func.count(func.distinct(Case.id)))
        .join(Message, Message.case_id == Case.id)
        .join(Complaint, Complaint.message_id == Message.id)
        .where(mine)
        .group_by(Case.incident_id, about)
    )
    topics: dict[str, Counter[str]] = {each: Counter() for each in incident_ids}
    for incident_id, topic, count in session.execute(by_topic):
        topics[incident_id][topic] = count
    return {
        each: Gathered(
            levels[each].total(),
            closed[each],
            {word: levels[each][rank] for rank, word in reversed(list(enumerate(words)))},
            dict(sorted(topics[each].items(), key=lambda pair: (-pair[1], pair[0]))),
        )
        for each in incident_ids
    }
