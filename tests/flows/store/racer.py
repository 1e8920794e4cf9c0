"""One of several processes that fight over the same subjects: run by test_subjects.py, on a real database.

Each brings work (a message and a bell in one transaction) and takes work (claim, hold, handle, release) until every
message that all of them bring is handled. The journal of each subject tells afterwards who had it when.
"""

from __future__ import annotations

import random
import sys
import threading
from datetime import timedelta

from sqlalchemy import func, select

from flows.clock import SystemClock
from flows.store import journal
from flows.store.database import Store
from flows.store.subjects import claim, hold, release, ring
from flows.store.tables import Message

LEASE = timedelta(minutes=1)
SUBJECTS = [f"P-{number}" for number in range(16)]


def bring(store: Store, name: str, messages: int) -> None:
    """Bring messages for subjects at random, each with a bell."""
    chance = random.Random(name)
    for number in range(messages):
        subject_id, now = chance.choice(SUBJECTS), store.clock.now()
        with store.begin() as session:
            known = {"kind": "text", "place": "private", "sent_at": now, "received_at": now, "sealed_content": b"-"}
            session.add(Message(id=f"{name}-{number}", customer_id=subject_id, blind=f"{name}-{number}", **known))
            ring(session, subject_id, now)


def take(store: Store, name: str, expected: int) -> None:
    """Take whatever is due and handle it, under a new name for each wave, until everything is handled."""
    wave = 0
    while not all_handled(store, expected):
        wave += 1
        owner = f"{name}/{wave}"
        with store.begin() as session:
            claims = claim(session, owner, store.clock.now(), LEASE, limit=4)
        for each in claims:
            with store.begin() as session:
                hold(session, each.subject_id, owner, store.clock.now(), LEASE)
                journal.write(session, each.subject_id, store.clock.now(), "taken", {"by": owner})
        done = []
        for each in claims:
            with store.begin() as session:
                now = store.clock.now()
                held = hold(session, each.subject_id, owner, now, LEASE)
                unread = select(Message).where(Message.customer_id == each.subject_id, Message.handled_at.is_(None))
                for message in session.scalars(unread):
                    message.handled_at = now
                done.append(held)
        # Apart from the handling, so that bells ring in between.
        for held in done:
            with store.begin() as session:
                journal.write(session, held.subject_id, store.clock.now(), "given back", {"by": owner})
                assert release(session, held, owner, None)


def all_handled(store: Store, expected: int) -> bool:
    with store.read() as session:
        handled = select(func.count()).select_from(Message).where(Message.handled_at.is_not(None))
        return session.scalars(handled).one() == expected


def main(data: str, keys: str, master_key: str, name: str, messages: str, expected: str) -> None:
    with Store.open(data, keys, master_key, SystemClock()) as store:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        threads = [threading.Thread(target=bring, args=(store, name, int(messages)))]
        threads += [threading.Thread(target=take, args=(store, f"{name}{hand}", int(expected))) for hand in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
