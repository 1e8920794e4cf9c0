"""`firebreak up`: everything as one process tree, and the order in which it starts and stops.

Nothing here imports Prefect. It is imported aside, in the threads that need it, after the first line was printed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import uvicorn

from flows.errors import FirebreakError
from flows.service.aside import Work, aside
from flows.service.home import CannotStart, Say, end_leftovers, held, listen
from flows.service.prefect_server import PrefectServer
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.service.parts import Parts

PREFECT_WITHIN = 90.0  # seconds; then Firebreak goes on without Prefect
PREFECT_AGAIN = 30.0  # seconds between attempts

_print = partial(print, flush=True)


class PartEnded(FirebreakError):
    """A part of Firebreak ended by itself, so the whole was stopped."""


async def up(settings: Settings, *, demonstration: bool, with_prefect: bool = True, say: Say = _print) -> None:
    """Live until SIGINT or SIGTERM, then stop everything and return. Without Prefect, which a surge rehearsal may leave
    away, nothing but the schedules is missing.

    Raises `SettingsError` or `CannotStart` when this cannot be begun, and what a part raises that breaks.
    """
    began = datetime.now(UTC)
    say(f"Firebreak starts; its data is in {settings.home}, its channel is {settings.channel}")
    settings.require_complete()
    with _signals() as over, held(settings.home, say):
        listener = listen(settings.host, settings.port, "FIREBREAK_PORT", "The web app")
        server = PrefectServer(settings.home, settings.prefect_port)
        prefect: _Prefect | _NoPrefect = _NoPrefect()
        if with_prefect:
            server.adopt(os.environ)
            server.start()
            say("Prefect's server is starting; that takes some seconds, and up to half a minute the first time")
            prefect = _Prefect(server, settings.timezone, began, say)
        try:
            from flows.service.parts import open_parts  # a second's work, while Prefect's server is at its own

            with open_parts(settings, server, say) as parts:
                await _live(parts, prefect, listener, over, demonstration, say)
        finally:
            await asyncio.to_thread(server.stop)
            end_leftovers(settings.home)
    say("Firebreak has stopped")


async def _live(
    parts: Parts,
    prefect: _Prefect | _NoPrefect,
    listener: socket.socket,
    over: asyncio.Event,
    demonstration: bool,
    say: Say,
) -> None:
    """Start the parts one after the other, stay, and stop them the other way round."""
    web = _Web(uvicorn.Config(parts.web, log_config=None, access_log=False, timeout_graceful_shutdown=5))
    async with (
        _running("Prefect's keeper", prefect.keep(), over),
        _running("The web app", web.serve([listener]), over, web.shut),
        _entered(parts.practice),
    ):
        host, port = listener.getsockname()[:2]
        say(f"The web app listens on http://{host}:{port}")
        await _until(over, prefect.decided.wait())
        if not over.is_set():
            async with _running("The responder", aside("responder", lambda: parts.responder(prefect)), over):
                say("Firebreak is up; Ctrl-C stops it")
                if demonstration:
                    await _until(over, parts.demonstration())
                await over.wait()
                say("Firebreak is stopping")


class _NoPrefect:
    """Stands where Prefect would, and is never of use."""

    def __init__(self) -> None:
        self.decided = asyncio.Event()
        self.decided.set()

    def __call__(self) -> bool:
        return False

    async def keep(self) -> None:
        """Until cancelled."""
        await asyncio.Event().wait()


class _Prefect:
    """Keeps Prefect's server and the schedules going, and knows whether they can be used. Called, it says so."""

    def __init__(self, server: PrefectServer, zone: ZoneInfo, began: datetime, say: Say) -> None:
        self.decided = asyncio.Event()  # it came up, or we go on without it
        self._server = server
        self._zone = zone
        self._began = began
        self._say = say
        self._usable = False

    def __call__(self) -> bool:
        return self._usable and self._server.running()

    async def keep(self) -> None:
        """Start the server when it is not there, and serve the schedules while it is; until cancelled."""
        # In a thread: two seconds in which the web app answers. And before anything else of ours imports Prefect,
        # since two threads that import parts of it at once can see half of it.
        serve = await asyncio.to_thread(_import_serve)
        while True:
            try:
                if not self._server.running():
                    self._server.start()
                await asyncio.to_thread(self._server.wait, PREFECT_WITHIN, self._waiting)
                self._usable = True
                self._say(f"Prefect's page is on {self._server.page}")
                self.decided.set()
                await self._serve(serve)
                self._say("Prefect's server has ended. Customers are answered without it; it is started again.")
            except CannotStart as error:
                self._say(f"{error}. Customers are answered without Prefect, and it is tried again from time to time.")
                self.decided.set()
                await asyncio.to_thread(self._server.stop)
                await asyncio.sleep(PREFECT_AGAIN)
            finally:
                self._usable = False

    async def _serve(self, serve: Callable[[ZoneInfo, datetime], Work]) -> None:
        """Serve the schedules until the server has ended."""
        while self._server.running():
            serving = asyncio.create_task(aside("schedules", lambda: serve(self._zone, self._began)))
            try:
                while self._server.running() and not serving.done():
                    await asyncio.wait({serving}, timeout=1)
            finally:
                serving.cancel()
                await asyncio.wait({serving})
            error = None if serving.cancelled() else serving.exception()  # asked for, or asyncio complains of it
            if self._server.running() and error is not None:
                self._say(f"The schedules stopped ({type(error).__name__}); they are started again from time to time.")
                await asyncio.sleep(PREFECT_AGAIN)

    def _waiting(self, seconds: int) -> None:
        self._say(f"Prefect's server is still starting ({seconds} s)")


def _import_serve() -> Callable[[ZoneInfo, datetime], Work]:
    import flows.respond  # noqa: F401 - so that the first customer does not wait for it
    from flows.service.schedules import serve

    return serve


class _Web(uvicorn.Server):
    """A web server that leaves the signals to us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def shut(self) -> None:
        self.should_exit = True


@contextmanager
def _signals() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set, however often they come: what stops us once need not be asked twice."""
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for word in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(word, over.set)
    try:
        yield over
    finally:
        for word in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(word)


@asynccontextmanager
async def _running(
    what: str, work: Work, over: asyncio.Event, end: Callable[[], object] | None = None
) -> AsyncIterator[None]:
    """Run `work` beside the body, and end it afterwards; when it ends before that, all is over."""
    task = asyncio.create_task(work)
    task.add_done_callback(lambda _: over.set())
    try:
        yield
    finally:
        fell = task.done()
        (end or task.cancel)()
        await asyncio.wait({task})
    if fell:
        raise task.exception() or PartEnded(f"{what} ended by itself, so the whole was stopped.")


@asynccontextmanager
async def _entered(practice: AbstractContextManager[object]) -> AsyncIterator[None]:
    """Leaving it blocks, and needs the web app to take its last webhooks meanwhile."""
    await asyncio.to_thread(practice.__enter__)
    try:
        yield
    finally:
        await asyncio.to_thread(practice.__exit__, None, None, None)


async def _until(over: asyncio.Event, work: Coroutine[Any, Any, object]) -> None:
    """Do `work`, but no longer than until all is over."""
    doing = asyncio.create_task(work)
    ending = asyncio.create_task(over.wait())
    await asyncio.wait({doing, ending}, return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if doing.done():
        doing.result()
    else:
        doing.cancel()
        await asyncio.wait({doing})
