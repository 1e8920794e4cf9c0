"""What replies are built from: the words of the statement in force, its version, and when there will be news."""

from __future__ import annotations

from flows import local_time
from flows.crisis import statements, wording
from flows.errors import VaultError
from flows.runs.work import Work
from flows.store.tables import Statement
from rules.replies import Reply

PLACEHOLDERS = frozenset({"statement", "statement_version", "news_at"})


def values(work: Work, reply: Reply, locale: str) -> dict[str, str]:
    """What fills these placeholders of a reply. A time for news that is over is left out: nobody may claim it."""
    statement = _spoken_of(work, reply)
    if statement is None:
        return {}
    found = {"statement_version": str(statement.version)}
    if statement.news_at is not None and statement.news_at > work.now:
        found["news_at"] = local_time.hour(statement.news_at, work.desk.timezone, locale)
    try:
        reads = (work.customer.locale if work.customer is not None else None) or locale  # there may be no such reply
        found["statement"] = wording.in_language(statements.words(work.desk.store.vault, statement), reads)
    except (VaultError, statements.WrongStatement):
        return {}  # the words cannot be vouched for, so nothing of them is
    return found


def built_from(work: Work, reply: Reply) -> str | None:
    """The id of the statement that a reply speaks of."""
    statement = _spoken_of(work, reply)
    return statement.id if statement is not None else None


def _spoken_of(work: Work, reply: Reply) -> Statement | None:
    if work.incident is None or not reply.placeholders() & PLACEHOLDERS:
        return None
    return statements.in_force(work.session, work.incident.id)
