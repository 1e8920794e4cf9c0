"""What to know before calling a customer, so that it fits on the screen of a telephone.

Much of it is personal, so it stands only in the sealed details of a task.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from flows import local_time
from flows.crisis import statements
from flows.errors import VaultError
from flows.runs import retriage
from flows.runs.providers import number_of
from flows.runs.work import Work
from flows.store.tables import Message
from rules.vocabulary import UNKNOWN

LAST_MESSAGES = 5
NOT_TO_SAY = (
    "no explanation and no excuse before they have said everything",
    "nobody else's fault: not a supplier's, not an accident's",
    "nothing that the statement does not allow, and no guarantee",
)
"""What helps nobody on the telephone, whatever has happened."""

_WROTE = (
    select(Message)
    .where(Message.case_id == bindparam("case"), Message.author == "customer")
    .order_by(Message.sent_at.desc(), Message.id)
    .limit(LAST_MESSAGES)
)


def sheet(work: Work) -> dict[str, Any]:
    """Everything that a caller should know of this case, as closed words, the customer's own and ours. What is not
    known is left out."""
    assert work.case is not None, "only a case has a customer to call"
    facts = work.facts(
        {each for each in ("severity", "topic", "anger_now", "anger_peak") if each in work.vocabulary.facts}
    )
    known = {name: value for name, value in facts.items() if value != UNKNOWN}
    found = {
        **_whom(work),
        "level": str(known.get("severity", UNKNOWN)),
        "why": [_meaning(work, sign) for sign in sorted(retriage.signs_of(work.session, work.case))],
        "about": work.vocabulary["topic"].values.get(str(known.get("topic"))),
        "mood": str(known.get("anger_now", UNKNOWN)),
        "worst mood": str(known.get("anger_peak", UNKNOWN)),
        "they wrote": _wrote(work),
        "order": _orders(work),
        **_may_be_said(work),
        "not to say": list(NOT_TO_SAY),
    }
    return {name: value for name, value in found.items() if value and value != UNKNOWN}


def _whom(work: Work) -> dict[str, str | None]:
    assert work.customer is not None, "only a case has a customer to call"
    vault = work.desk.store.vault
    number = number_of(work.session, vault, work.customer)
    digits = number.lstrip("+") if number is not None else None
    return {
        "name": vault.open_or_nothing(work.customer.sealed_profile).get("name"),
        "number": f"+{digits}" if digits else None,
        "call": f"tel:+{digits}" if digits else None,
        "chat": f"https://wa.me/{digits}" if digits else None,
        "language": work.vocabulary["locale"].values.get(work.customer.locale or ""),
    }


def _wrote(work: Work) -> list[dict[str, str]]:
    """What the customer wrote last in this case, the oldest first."""
    found = []
    for each in work.session.scalars(_WROTE, {"case": work.run.case_id}):
        content = work.desk.store.vault.open_or_nothing(each.sealed_content)
        words = str(content.get("text") or content.get("caption") or f"[{each.kind}]")
        found.append({"at": local_time.minute(each.sent_at, work.desk.timezone), "text": words})
    return found[::-1]


def _orders(work: Work) -> Any:
    """What the order source said of the customer, as it was looked up."""
    sealed = work.case.sealed_orders if work.case is not None else None
    try:
        return work.desk.store.vault.open(sealed) if sealed is not None else None
    except VaultError:
        return None


def _may_be_said(work: Work) -> dict[str, Any]:
    """The statement in force in the customer's language, and what it allows to promise."""
    statement = statements.in_force(work.session, work.incident.id) if work.incident is not None else None
    if statement is None:
        return {"may promise": ["that you look after it yourself, and when you call again"]}
    texts = work.desk.store.vault.open_or_nothing(statement.sealed_texts)
    locale = (work.customer.locale if work.customer is not None else None) or "en"
    words = texts.get(locale) or texts.get("en") or next(iter(texts.values()), None)
    remedies = work.vocabulary["chosen_remedy"].values
    return {
        "statement": words,
        "news at": work.at(statement.news_at) if statement.news_at is not None else None,
        "may promise": [remedies.get(each, each) for each in statement.remedies] or ["no remedy yet"],
    }


def _meaning(work: Work, sign: str) -> str:
    fact = work.vocabulary.facts.get(sign)
    words = fact.meaning if fact is not None else sign
    return words.removeprefix("The message ").removeprefix("says that ").removeprefix("speaks of ")
