"""What `firebreak doctor` finds in the ledger of erasures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flows.cli.findings import Finding
from flows.cli.paper import many
from flows.erasing import ledger, restore
from flows.errors import LedgerAhead, LedgerBroken
from flows.store.database import Store

PATIENCE = timedelta(minutes=5)
"""How long an erasure may be under way; it takes a second, unless it was broken off."""
_AGAIN = "firebreak restore --replay (so does the next start)"


def ledger_findings(store: Store) -> Iterator[Finding]:
    """Whether the ledger is whole, and whether everything that it says was done has been done here."""
    try:
        chain = ledger.verify(store)
    except LedgerBroken as error:
        yield Finding("erasures", "broken", str(error), "compare it with its file and with a backup")
        return
    except LedgerAhead:
        says = f"an old backup is in place: {many(ledger.missing(store), 'erasure')} made since then must be done again"
        yield Finding("erasures", "broken", says, _AGAIN)
        return
    except OSError as error:
        yield Finding("erasures", "broken", f"its file cannot be read: {error.strerror}", "look at FIREBREAK_LEDGER")
        return
    _, unknown = restore.behind(store)
    late = [each for each in ledger.lines(store, unfinished=True) if store.clock.now() - each.at > PATIENCE]
    if unknown:
        says = f"an old backup of the data is in place: {many(len(unknown), 'erasure')} must be done again"
        yield Finding("erasures", "broken", says, _AGAIN)
    elif late:
        yield Finding("erasures", "warn", f"{many(len(late), 'erasure')} broken off: {late[0].id}", _AGAIN)
    elif lacking := ledger.lacking(store):
        says = (
            f"its file lacks {many(lacking, 'line')}: should an old backup be put in place, nobody would know of them"
        )
        yield Finding("erasures", "warn", says, _AGAIN)
    else:
        yield Finding("erasures", "ok", f"{many(chain.lines, 'line')} in the ledger, none changed")
