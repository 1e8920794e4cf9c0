"""Work in a thread and a loop of its own begins, ends, breaks and is cancelled as if it were here."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar

import pytest

from flows.service.aside import aside

KNOWN: ContextVar[str] = ContextVar("known")


def test_it_runs_elsewhere_and_knows_what_we_know() -> None:
    """Prefect would take SIGTERM from us, or the responder would not find the desk it was given."""
    seen: list[object] = []

    async def work() -> None:
        seen.extend([threading.current_thread().name, KNOWN.get()])

    async def main() -> None:
        KNOWN.set("yes")
        await aside("elsewhere", work)

    asyncio.run(main())
    assert seen == ["elsewhere", "yes"]


def test_what_it_raises_is_raised_here() -> None:
    """A responder that broke would be missed by nobody but the customers."""

    async def work() -> None:
        raise KeyError("broken")

    with pytest.raises(KeyError, match="broken"):
        asyncio.run(aside("elsewhere", work))


@pytest.mark.parametrize("at_once", [True, False])
def test_cancelling_cancels_it_there_and_waits_for_its_cleaning_up(at_once: bool) -> None:
    """Ctrl-C would end the process in the middle of a step."""
    events: list[str] = []

    async def main() -> None:
        begun = threading.Event()

        async def work() -> None:
            try:
                begun.set()
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                events.append("cleaned up")

        task = asyncio.create_task(aside("elsewhere", work))
        await (asyncio.sleep(0) if at_once else asyncio.to_thread(begun.wait))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        events.append("returned")

    asyncio.run(main())
    assert events == ["cleaned up", "returned"]


def test_work_that_does_not_end_is_waited_for_no_longer_than_our_patience() -> None:
    """Ctrl-C would hang for as long as a request to a dead network."""
    release = threading.Event()

    async def main() -> None:
        begun = threading.Event()

        async def work() -> None:
            begun.set()
            release.wait(30)  # blocks its loop, so that it does not even hear that it is cancelled

        task = asyncio.create_task(aside("elsewhere", work, patience=0.05))
        await asyncio.to_thread(begun.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    release.set()
