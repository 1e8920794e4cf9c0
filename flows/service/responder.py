"""The warm responder: watches for work and moves it at once, through Prefect while it is there and without it
while it is not. Customers are answered either way."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any
from uuid import uuid4

from sqlalchemy import or_, select

from flows.at_hand import kept_warm
from flows.desk import Desk
from flows.in_force import Watch
from flows.runs import following, waves
from flows.store.tables import Subject
from rules.bundle import Bundle

AFTER_ERROR = 1.0  # seconds
LOOKS_EVERY = 0.5  # seconds; for work that comes from another process, and for timers

log = logging.getLogger(__name__)


class Bell:
    """Wakes the responder from any thread, and tells any thread whether the responder is alive."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._rung = asyncio.Event()
        self._looked = time.monotonic()

    def alive(self) -> None:
        """The responder has just looked for work."""
        self._looked = time.monotonic()

    def silent_for(self) -> float:
        """Seconds since the responder last looked for work."""
        return time.monotonic() - self._looked

    def ring(self) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the responder has just ended
                self._loop.call_soon_threadsafe(self._rung.set)

    async def wait(self, seconds: float) -> None:
        """Until it rings, or so long."""
        self._loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), seconds)
        self._rung.clear()


async def respond_for_ever(
    desk: Desk, bell: Bell, prefect_is_up: Callable[[], bool], watch: Watch | None = None
) -> None:
    """Move what is ready, until cancelled. Between two waves, `watch` looks whether other content was released."""
    with kept_warm(desk):
        while True:
            bell.alive()
            try:
                if watch is not None:
                    await _to_its_end(asyncio.to_thread(watch.look))
                await _look(desk, bell, prefect_is_up)
            except Exception as error:  # a store that is away for a second must not end the answering
                log.error("looking for work failed (%s); it is tried again at once", type(error).__name__)
                await asyncio.sleep(AFTER_ERROR)


def warm_up(bundle: Bundle) -> None:
    """What is made at its first use, and takes a second, is made before anybody waits for it."""
    bundle.reading_of("Your charger caught fire next to my bed!", None, "US")
    for text in {text for reply in bundle.replies.values() for text in reply.text.values()}:
        bundle.guards.look_at(text)


async def _look(desk: Desk, bell: Bell, prefect_is_up: Callable[[], bool]) -> None:
    if await asyncio.to_thread(something_ready, desk):
        await _to_its_end(_one_wave(desk, prefect_is_up()))
    else:
        if not prefect_is_up():
            await asyncio.to_thread(following.start_due, desk)
        await bell.wait(LOOKS_EVERY)


def something_ready(desk: Desk) -> bool:
    """Whether a wave would find anything to claim."""
    now = desk.now()
    ready = select(Subject.id).where(
        Subject.due_at <= now, or_(Subject.claimed_until.is_(None), Subject.claimed_until <= now)
    )
    with desk.store.read() as session:
        return session.scalars(ready.limit(1)).first() is not None


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Do it whole, also when we are asked to stop meanwhile: a wave that is cut off leaves a crashed flow run."""
    wave = asyncio.create_task(work)
    try:
        await asyncio.shield(wave)
    except asyncio.CancelledError:
        await asyncio.wait({wave})
        raise


async def _one_wave(desk: Desk, with_prefect: bool) -> None:
    if with_prefect:
        # Imported here: the first wave of a process may come before Prefect is there at all.
        from flows.respond import respond

        try:
            await respond()
            return
        except Exception as error:  # the wave itself has gone on without it; what is left is moved below
            log.warning("Prefect could not carry a wave (%s); customers are answered without it", type(error).__name__)
    await asyncio.to_thread(waves.move, desk, f"responder-{uuid4()}", note_absence=True)
