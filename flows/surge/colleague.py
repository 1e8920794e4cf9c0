"""The colleague on call of a surge rehearsal: reads what the rules could not read for sure, as a person would."""

from __future__ import annotations

import logging
import threading
from typing import Self

from sqlalchemy import select

from flows import answering
from flows.clock import SystemClock
from flows.errors import FirebreakError
from flows.store.database import Store
from flows.store.tables import Task
from rules.vocabulary import Vocabulary

LOOKS_EVERY = 1.0  # seconds
AT_ONCE = 25
ASKED = "intent"
"""The fact that is asked for where nobody knows what a customer wants; everybody in this crowd complains."""

log = logging.getLogger(__name__)


class Colleague:
    """Answers in a thread of its own until left; `read` is how many messages they had to read."""

    def __init__(self, database_url: str, keys_url: str, master_key: str, vocabulary: Vocabulary) -> None:
        self.read = 0
        self._store = Store.open(database_url, keys_url, master_key, SystemClock())
        self._vocabulary = vocabulary
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="colleague", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._store.close()

    def _work(self) -> None:
        while not self._over.wait(LOOKS_EVERY):
            try:
                self.read += self._answer()
            except Exception as error:  # somebody else has the store: the next look finds the same tasks
                log.warning("a colleague could not answer (%s)", type(error).__name__)

    def _answer(self) -> int:
        with self._store.read() as session:
            asked = (
                select(Task.id, Task.form).where(Task.status == "open", Task.kind == "ask").order_by(Task.created_at)
            )
            waiting = [row.id for row in session.execute(asked) if ASKED in row.form][:AT_ONCE]
        if not waiting:
            return 0
        answered = 0
        with self._store.begin() as session:
            for task in waiting:
                try:
                    given = {ASKED: "complaint"}
                    answering.answer(session, self._vocabulary, task, given, "colleague", self._store.clock.now())
                    answered += 1
                except FirebreakError:  # withdrawn meanwhile, since the customer has made themselves clear
                    continue
        return answered
