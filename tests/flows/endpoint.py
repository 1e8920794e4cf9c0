"""A chat endpoint on this machine that answers what a test wants, over real HTTP, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Endpoint:
    """It says `says` (as the model's words; what is no text is said as JSON, a function is asked with the customer's
    text), or `body` as it stands, with `status`; or nothing at all, if it `hangs`. If it `drips` it goes on for ever, a
    byte every now and then."""

    def __init__(self) -> None:
        self.says: object = {}
        self.body: bytes | None = None
        self.status = 200
        self.hangs = False
        self.drips = False
        self.asked: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self._ended = threading.Event()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                asked = {"path": self.path, **json.loads(body)}
                endpoint.asked.append(asked)
                endpoint.headers.append(dict(self.headers))
                endpoint.answer(self, json.loads(asked["messages"][1]["content"])["message"])

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def answer(self, handler: BaseHTTPRequestHandler, text: str) -> None:
        """Answer one request, which was about this text."""
        if self.hangs:
            self._ended.wait(30)
            return
        says = self.says(text) if callable(self.says) else self.says
        words = says if isinstance(says, str) else json.dumps(says)
        told = {"choices": [{"message": {"role": "assistant", "content": words}}]}
        body = json.dumps(told).encode() if self.body is None else self.body
        handler.send_response(self.status)
        handler.send_header("Content-Length", str(10**6 if self.drips else len(body)))
        handler.end_headers()
        try:
            while self.drips and not self._ended.wait(0.05):
                handler.wfile.write(b" ")
                handler.wfile.flush()
            handler.wfile.write(body)
        except OSError:
            handler.close_connection = True  # whoever asked did not wait, or did not read on

    @property
    def told(self) -> str:
        """All that it was sent, as text."""
        return json.dumps([self.asked, self.headers], ensure_ascii=False)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
