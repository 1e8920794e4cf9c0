"""Facts about how a customer fares in a case, and after it: how angry they were, how they sound now, and whether the
problem came back (see `flows.runs.providers`)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from flows.runs.providers import About, provides
from flows.store.tables import Case, Complaint, Message
from rules.vocabulary import UNKNOWN, Value

CALM_TO_FURIOUS = ("calm", "upset", "furious")
"""The values of the fact `anger`, from the mildest."""
OTHER = "other"
"""The topic of which nobody can tell what it is."""

_ANGER = (
    select(Message.facts)
    .where(Message.case_id == bindparam("case"), Message.author == "customer", Message.facts.is_not(None))
    .order_by(Message.sent_at, Message.received_at, Message.id)
)
_TOPICS = select(Complaint.topic).join(Message, Message.id == Complaint.message_id)
_OF_CASE = _TOPICS.where(Message.case_id == bindparam("case"))
_SINCE = select(Complaint.topic).where(
    Complaint.customer_id == bindparam("customer"), Complaint.at > bindparam("since")
)


@provides
def anger_peak(about: About) -> Value:
    heard = _heard(about)
    return max(heard, key=CALM_TO_FURIOUS.index, default=UNKNOWN)


@provides
def anger_now(about: About) -> Value:
    heard = _heard(about)
    return heard[-1] if heard else UNKNOWN


@provides
def problem_came_back(about: About) -> Value:
    """Where we do not know what one of the complaints was about, it may be the same thing."""
    case = about.case
    if case is None or case.closed_at is None:
        return UNKNOWN
    new = set(about.session.scalars(_SINCE, {"customer": case.customer_id, "since": case.closed_at}))
    before = {*about.session.scalars(_OF_CASE, {"case": case.id}), *_topic_by_hand(case)}
    vague = {None, OTHER}
    return bool(new) and bool(new & vague or not before - vague or before & vague or new & before)


def _topic_by_hand(case: Case) -> Sequence[str]:
    """What a case is about by its facts: a colleague may have said it."""
    topic = case.facts.get("topic")
    return (str(topic),) if topic not in (None, UNKNOWN) else ()


def _heard(about: About) -> list[str]:
    """How angry each message of the case sounded, the oldest first, where anybody could tell."""
    if about.case is None:
        return []
    found = ((facts or {}).get("anger") for facts in about.session.scalars(_ANGER, {"case": about.case.id}))
    return [str(anger) for anger in found if anger in CALM_TO_FURIOUS]
