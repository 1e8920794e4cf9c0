"""After a backup was put back: every erasure since is carried out again, so that it resurrects nobody.

What was erased comes back with the rows and keys of an old backup. The ledger does not: it has a second copy in a file,
and a line whose customer's journal knows nothing of it was carried out later than the backup was made.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.erasing import erasure, ledger
from flows.erasing.ledger import Line
from flows.store.database import Store


@dataclass(frozen=True)
class Replayed:
    """What a replay did: lines taken from the file, and erasures carried out again, by their ids."""

    adopted: int
    erasures: tuple[str, ...]


def behind(store: Store) -> tuple[int, list[Line]]:
    """How many lines the keys database lacks, and which erasures the data database knows nothing of.

    Both are nothing as long as nobody puts a backup in place. An erasure of which this database never knew the customer
    counts as known: there is nothing to erase.
    """
    with store.read() as session:
        unknown = [
            line
            for line in ledger.lines(store)
            if line.finished_at is not None and erasure.known_to(session, line) and not erasure.is_told(session, line)
        ]
    return ledger.missing(store), unknown


def replay(store: Store) -> Replayed:
    """Carry out again whatever the ledger says and the databases do not know of; doing it twice is doing it once.

    Raises `LedgerBroken` when the ledger was tampered with: then nothing is done, and a person must look.
    """
    broken_off = {line.id for line in ledger.lines(store, unfinished=True)}
    adopted = ledger.adopt(store)
    ledger.verify(store)
    ledger.write_file(store)  # should the file have been lost
    _, unknown = behind(store)
    todo = sorted([*unknown, *ledger.lines(store, unfinished=True)], key=lambda line: line.number)
    done = tuple(erasure.complete(store, line, again=line.id not in broken_off) for line in todo)
    # Also of those whom the data does not know: their keys may have come back all the same.
    store.vault.destroy_keys({key for line in ledger.lines(store) if line.finished_at for key in line.scope.keys})
    return Replayed(adopted, done)
