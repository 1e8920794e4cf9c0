"""A business that takes webhooks: a real HTTP server that reads them with the product's own receiving code."""

from __future__ import annotations

import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from flows.receiving.events import Event, MessageEvent, StatusEvent
from flows.receiving.payload import parse
from flows.receiving.signature import is_signed


class Receiver:
    """Keeps every body that was rightly signed. `answers` are the HTTP statuses to give first; after that 200."""

    def __init__(self, app_secret: str, answers: tuple[int, ...] = ()) -> None:
        self.bodies: list[bytes] = []
        self.attempts = 0
        self.unsigned = 0
        receiver, to_give, lock = self, deque(answers), threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with lock:
                    receiver.attempts += 1
                    answer = to_give.popleft() if to_give else 200
                    if not is_signed(app_secret, body, self.headers["X-Hub-Signature-256"]):
                        receiver.unsigned += 1
                    elif answer == 200:
                        receiver.bodies.append(body)
                self.send_response(answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/webhooks/whatsapp"

    def events(self) -> list[Event]:
        """Everything in the bodies, in the order in which they were taken; nothing in them may be unreadable."""
        parsed = [parse(body) for body in self.bodies]
        assert [bad for each in parsed for bad in each.bad] == []
        return [event for each in parsed for event in each.events]

    def messages(self) -> list[MessageEvent]:
        return [event for event in self.events() if isinstance(event, MessageEvent)]

    def statuses(self) -> list[StatusEvent]:
        return [event for event in self.events() if isinstance(event, StatusEvent)]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
