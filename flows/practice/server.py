"""Runs the practice network in a thread of this process, on 127.0.0.1 and nowhere else."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from uvicorn.protocols.http.h11_impl import H11Protocol

from flows.channels.pace import PAIR_BURST, PAIR_INTERVAL, PER_SECOND
from flows.clock import Clock, SystemClock
from flows.errors import FirebreakError
from flows.practice.controls import Controls
from flows.practice.graph_api import GraphApi
from flows.practice.network import MARKETING_PER_DAY, STATUSES, Arrival, Network, Turned
from flows.practice.orders import PracticeOrders
from flows.practice.postman import Postman
from flows.practice.saying import Saying
from flows.practice.shapes import Business
from flows.practice.team_board import TeamBoard, TeamNotice
from flows.practice.templates import PracticeTemplate
from flows.practice.trouble import Kind, Trouble

HOST = "127.0.0.1"
TOKEN = "practice-token"  # noqa: S105 - known to everyone, and of use nowhere but here
APP_SECRET = "practice-app-secret"  # noqa: S105
VERSION = "v23.0"
BUSINESS = Business("100000000000001", "15550001111", "200000000000002", "Firebreak practice")


class PracticeServerError(FirebreakError):
    """The practice WhatsApp could not be started."""


class PracticeServer:
    """The practice WhatsApp, ready to be started and stopped; also a context manager.

    `webhook_url` is where the business listens; None: no webhooks are sent. The figures are the network's limits,
    and `strangers_may_be_written_to` is explained at `Network`. `copies` and `batch` belong to the webhooks: how
    often each is posted, and how many waiting changes go into one body.
    """

    def __init__(
        self,
        port: int = 0,
        webhook_url: str | None = None,
        *,
        clock: Clock | None = None,
        token: str = TOKEN,
        app_secret: str = APP_SECRET,
        business: Business = BUSINESS,
        templates: Iterable[PracticeTemplate] = (),
        per_second: int = PER_SECOND,
        pair_interval: timedelta = PAIR_INTERVAL,
        pair_burst: int = PAIR_BURST,
        marketing_per_day: int = MARKETING_PER_DAY,
        statuses: tuple[str, ...] = STATUSES,
        strangers_may_be_written_to: bool = True,
        groups: bool = True,
        copies: int = 1,
        batch: int = 1,
    ) -> None:
        clock = clock or SystemClock()
        self.business = business
        self.token = token
        self.app_secret = app_secret
        self.webhooks = Postman(business.account_id, app_secret, webhook_url, copies, batch)
        self.board = TeamBoard(clock)
        self.orders = PracticeOrders()
        self.network = Network(
            clock,
            business,
            self.webhooks,
            templates=templates,
            per_second=per_second,
            pair_interval=pair_interval,
            pair_burst=pair_burst,
            marketing_per_day=marketing_per_day,
            statuses=statuses,
            strangers_may_be_written_to=strangers_may_be_written_to,
            groups=groups,
        )
        self._port = port
        self._connections: dict[tuple[str, int], asyncio.Transport] = {}
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base address of the API, without a slash at the end; known once it is started."""
        return f"http://{HOST}:{self._port}"

    def team_address(self, role: str) -> str:
        """The Apprise address that puts a notice to this role on the practice board."""
        return f"json://{HOST}:{self._port}/practice/team/{role}"

    def start(self) -> Self:
        """Listen, and return when the first request can be answered. Raises `PracticeServerError`."""
        listener = _listen(self._port)
        self._port = listener.getsockname()[1]
        self._server = _Server(
            uvicorn.Config(
                self._app(),
                http=_breakable(self._connections),
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="practice-server", daemon=True
        )
        self._thread.start()
        if not self._server.ready.wait(timeout=10):
            self.stop()
            raise PracticeServerError(f"the practice WhatsApp did not come up on {self.url}")
        self.webhooks.start()
        return self

    def stop(self, seconds: float = 5.0) -> int:
        """Stop answering, then post the webhooks that are left. Returns how many of those were lost."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
        self._server = self._thread = None
        return self.webhooks.stop(seconds)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def say(self, wa_id: str, text: str | None = None, **more: Any) -> str:
        """A customer writes; `more` are the fields of `Saying`. Returns the message's id."""
        return self.network.say(wa_id, Saying.model_validate({"text": text, **more}))

    def tap(self, wa_id: str, button: str) -> str | None:
        """A customer taps what has this id or title; None where there is nothing such to tap."""
        return self.network.tap(wa_id, button)

    def trouble(self, kind: Kind, *, times: int | None = 1, customer: str | None = None, **more: Any) -> None:
        """Script a failure; `more` are the fields of `Trouble`."""
        self.network.troubles.script(Trouble(kind, **more), times, customer)

    def arrived(self) -> list[Arrival]:
        """What arrived at the customers, in order."""
        return self.network.transcript()[0]

    def refused(self) -> list[Turned]:
        """What the network refused, in order."""
        return self.network.transcript()[1]

    def team(self) -> list[TeamNotice]:
        """What was told to the team, in order."""
        return self.board.notices()

    def _app(self) -> Starlette:
        graph = GraphApi(self.network, self.token, self._connections)
        return Starlette(
            routes=[*Controls(self.network, self.board).routes(), *self.orders.routes(), *graph.routes()],
            # A name that somebody else's DNS points at this machine is not let in.
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])],
        )


class _Server(uvicorn.Server):
    """Says when it is ready, instead of being asked again and again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def _listen(port: int) -> socket.socket:
    # With the protocol left out, asyncio does not switch Nagle's algorithm off: every answer takes 40 ms longer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        words = f"port {port} cannot be used for the practice WhatsApp ({error.strerror}); free it or name another"
        raise PracticeServerError(words) from None
    return listener


def _breakable(connections: dict[tuple[str, int], asyncio.Transport]) -> type[asyncio.Protocol]:
    """uvicorn's HTTP, with every open connection listed by the client's host and port."""

    class Breakable(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            connections[tuple(transport.get_extra_info("peername")[:2])] = transport
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.pop(tuple(self.transport.get_extra_info("peername")[:2]), None)
            super().connection_lost(exc)

    return Breakable
