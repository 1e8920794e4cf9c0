"""The warm responder takes what is released while it answers customers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from flows.clock import MovedClock
from flows.desk import Desk
from flows.in_force import LOOKS_EVERY, Watch, open_in_force
from flows.service.responder import Bell, respond_for_ever
from flows.store.database import Store
from flows.store.tables import Run
from flows.verbs import all_verbs
from flows.web.health import Probe
from rules.lock import write_lock
from tests.flows.released import PLAYBOOK, release
from tests.flows.runs.test_waves import complaints, desk_over
from tests.flows.service.looking import eventually
from tests.flows.web.test_health import asked


def answering(desk: Desk, watch: Watch, course: Callable[[Bell], None]) -> None:
    """Let the real responder answer, without Prefect, while `course` happens in another thread."""

    async def run() -> None:
        bell = Bell()
        responding = asyncio.create_task(respond_for_ever(desk, bell, lambda: False, watch))
        try:
            await asyncio.to_thread(course, bell)
            assert not responding.done()
        finally:
            responding.cancel()
            await asyncio.gather(responding, return_exceptions=True)

    asyncio.run(run())


def versions(store: Store) -> list[str]:
    with store.read() as session:
        return sorted(session.scalars(select(Run.version)))


def write(store: Store, customers: int, bell: Bell) -> None:
    """One customer more complains, as the last of so many."""
    complaints(store, customers, "我的包裹两个星期还没到，我要投诉")
    bell.ring()
    assert eventually(lambda: len(versions(store)) == customers)


def test_new_customers_get_what_was_released_meanwhile(root: Path, store: Store, clock: MovedClock) -> None:
    """Mending a procedure in the middle of a wave of complaints would need a restart, and nobody dares one then."""
    said: list[str] = []
    desk = desk_over(store, open_in_force(root, all_verbs(), store, said.append))
    watch = Watch(store, desk.shelf, root, said.append)

    def course(bell: Bell) -> None:
        write(store, 1, bell)
        release(root)
        clock.move(LOOKS_EVERY)
        bell.ring()
        assert eventually(lambda: said)
        write(store, 2, bell)
        (root / PLAYBOOK).write_text("playbook: complaint-general\nversion: 3.0.0\n")
        write_lock(root)
        clock.move(LOOKS_EVERY)
        bell.ring()
        assert eventually(lambda: len(said) > 1)
        write(store, 3, bell)

    answering(desk, watch, course)
    assert versions(store) == ["2.0.0", "2.1.0", "2.1.0"]
    assert len(said) == 2
    code, parts = asked(store, Probe("content", watch.require_well, needed=False))
    assert code == 200
    assert not parts["content"]["up"]
    assert "stays in force" in str(parts["content"]["trouble"])
