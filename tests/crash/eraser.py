"""A process that erases a customer and can be killed at any commit."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Engine, event

from flows.channels.pace import Pace
from flows.clock import MovedClock
from flows.desk import Desk
from flows.erasing import erasure
from flows.rehearsal.stage import Nobody, Nowhere
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import Customer

NO_CONTENT = cast("Shelf", None)  # erasing reads no playbook


@dataclass(frozen=True)
class Place:
    """Where the store is, and whom to erase."""

    folder: Path
    master_key: str
    now: datetime
    customer_id: str
    case_id: str

    def open(self) -> Store:
        urls = f"sqlite:///{self.folder}/data.db", f"sqlite:///{self.folder}/keys.db"
        return Store.open(*urls, self.master_key, MovedClock(self.now), self.folder / "erasures.jsonl")


def desk_over(store: Store) -> Desk:
    return Desk(store, NO_CONTENT, Nowhere(), Nobody(), Pace(store.clock))


def erase(place: Place, kill_at: int | None) -> None:
    """Erase, unless killed just before the `kill_at`-th commit. Writes the number of commits beside the databases."""
    commits = 0

    def reached(*_: Any) -> None:
        nonlocal commits
        commits += 1
        if commits == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    with place.open() as store:
        event.listen(Engine, "commit", reached)
        desk = desk_over(store)
        with store.begin() as session:
            customer = session.get_one(Customer, place.customer_id)
            begun = erasure.begin(desk, session, customer, case_id=place.case_id)
        with store.begin() as session:
            erasure.finish(desk, session, begun)
    (place.folder / "commits").write_text(str(commits))
