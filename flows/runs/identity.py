"""Whether somebody who asks to see their data is plausibly the person whom the data are about.

Nobody has to show papers for that. Whoever writes by the number under which we have known them all along has what only
they have: the phone. A number, though, can be given to somebody else by its company, and two customers can turn out to
be one; while that is fresh, a person decides.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.store.customers import MERGED
from flows.store.tables import Alias, Case, JournalLine, Message
from rules.vocabulary import UNKNOWN, Value

SETTLED = timedelta(days=30)
"""How long after a change of number, or after a merging, a person decides: a mix-up shows itself within a month."""


def plausible(session: Session, case: Case, now: datetime) -> Value:
    """Whether the request of this case came by an address that has been this customer's for as long as we know them.

    False when a second address was added within `SETTLED`, or the customer was merged with another. Unknown for a case
    that no message opened, and for a customer without any address.
    """
    added = list(session.scalars(select(Alias.added_at).where(Alias.customer_id == case.customer_id)))
    if not added or not _opened_by_message(session, case):
        return UNKNOWN
    # What came with the very first message belongs to it, also when it is both a number and a user id.
    lately = [at for at in added if at > min(added) and at > now - SETTLED]
    return not lately and not _merged_lately(session, case.customer_id, now)


def _opened_by_message(session: Session, case: Case) -> bool:
    """Whether a message that WhatsApp brought was there when the case was opened. What an exported chat tells, anybody
    could have brought."""
    asked = select(Message.id).where(
        Message.case_id == case.id,
        Message.author == "customer",
        Message.origin == "webhook",
        Message.received_at <= case.opened_at,
    )
    return session.scalars(asked.limit(1)).first() is not None


def _merged_lately(session: Session, customer_id: str, now: datetime) -> bool:
    merged = select(JournalLine.number).where(
        JournalLine.subject_id == customer_id, JournalLine.event == MERGED, JournalLine.at > now - SETTLED
    )
    return session.scalars(merged.limit(1)).first() is not None
