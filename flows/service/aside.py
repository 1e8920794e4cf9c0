"""A coroutine in a thread and an event loop of its own.

Whatever runs Prefect goes there. Prefect takes SIGTERM wherever it runs in the main thread, and would raise in the
middle of anything; and work that blocks, as the store's does, must not hold up the webhook.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

Work = Coroutine[Any, Any, None]


async def aside(name: str, work: Callable[[], Work], patience: float = 15.0) -> None:
    """Run `work` in a thread called `name`, and raise what it raises.

    Cancelling this cancels `work` there and waits for it, for `patience` seconds at most.
    """
    outer = asyncio.get_running_loop()
    ended: asyncio.Future[None] = outer.create_future()
    begun: asyncio.Future[Callable[[], object]] = outer.create_future()

    async def main() -> None:
        inner, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        outer.call_soon_threadsafe(begun.set_result, lambda: inner.call_soon_threadsafe(task.cancel))
        await work()

    def end(error: BaseException | None) -> None:
        if not ended.done():
            ended.set_result(None) if error is None else ended.set_exception(error)

    def run() -> None:
        error: BaseException | None = None
        try:
            asyncio.run(main())
        except asyncio.CancelledError:
            pass
        except BaseException as raised:
            error = raised
        with suppress(RuntimeError):  # nobody waited for so long, and the outer loop is closed
            outer.call_soon_threadsafe(end, error)

    # A daemon, so that work which does not end cannot keep the process.
    context = contextvars.copy_context()
    threading.Thread(name=name, target=context.run, args=(run,), daemon=True).start()
    try:
        await asyncio.shield(ended)
    except asyncio.CancelledError:
        either: set[asyncio.Future[Any]] = {begun, ended}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if begun.done():
            with suppress(RuntimeError):  # it has just ended by itself
                begun.result()()
        await asyncio.wait({ended}, timeout=patience)
        if ended.done():
            ended.result()
        raise
