"""What delivery statuses say of texts that are known to have left: noted at once, with the statuses themselves.

Three of these come for every text, and nothing follows from them but the two times that they bring. Everything else,
such as a text that was not delivered or of which it is not known whether it left, is taken in by whoever moves its
subject (`flows.sending.results`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, Table, bindparam, func, update
from sqlalchemy.orm import Session

from flows.receiving.events import StatusEvent
from flows.store.tables import Outbox

READ = ("read", "played")
ARRIVED = ("delivered", *READ)  # WhatsApp may leave `delivered` out when a text is read at once
SAY_NO_MORE = ("sent", *ARRIVED)
"""The statuses from which nothing else follows for a text that is known to have left."""


def says_no_more(status: StatusEvent, letter: Outbox | None) -> bool:
    """Whether all that a status says of this letter is when it arrived or was read."""
    return letter is not None and letter.status == "sent" and status.status in SAY_NO_MORE


def note(session: Session, arrived: Iterable[tuple[StatusEvent, str]]) -> None:
    """Note when letters, each named by its id, arrived and were read; the first time that is told for each counts."""
    times: dict[str, dict[str, datetime | None]] = {}
    for status, letter_id in arrived:
        known = times.setdefault(letter_id, {"delivered": None, "read": None})
        known["delivered"] = known["delivered"] or (status.at if status.status in ARRIVED else None)
        known["read"] = known["read"] or (status.at if status.status in READ else None)
    rows = [{"letter": letter_id, **known} for letter_id, known in sorted(times.items()) if known["delivered"]]
    if rows:
        connection: Connection = session.connection()
        connection.execute(_NOTE, rows)


_LETTERS = Outbox.__table__
assert isinstance(_LETTERS, Table)
_AT = Outbox.delivered_at.type
_NOTE = (
    update(_LETTERS)
    .where(_LETTERS.c.id == bindparam("letter"))
    .values(
        delivered_at=func.coalesce(_LETTERS.c.delivered_at, bindparam("delivered", type_=_AT)),
        read_at=func.coalesce(_LETTERS.c.read_at, bindparam("read", type_=_AT)),
    )
)
