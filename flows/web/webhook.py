"""`/webhooks/whatsapp`: Meta proves the address with GET and delivers with POST.

| answer | when                                                                                            |
|--------|-------------------------------------------------------------------------------------------------|
| 200    | everything in the body is committed, or was before                                              |
| 400    | the body is not JSON, or broke off                                                                |
| 401    | the signature is missing or does not fit the body                                               |
| 403    | a verification with the wrong token                                                             |
| 405    | another method than GET and POST                                                                |
| 413    | the body is larger than any that Meta sends                                                     |
| 503    | the store could not commit; Meta delivers again, for up to seven days                           |
"""

from __future__ import annotations

import hmac
import logging
import traceback
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from flows.receiving.receive import Glance, receive
from flows.receiving.shapes import NotJson
from flows.receiving.signature import is_signed
from flows.store.database import Store

PATH = "/webhooks/whatsapp"
MOST_BYTES = 3 * 1024 * 1024  # Meta: payloads can be up to 3 MB

_log = logging.getLogger(__name__)


class Webhook:
    """The two ends of the webhook.

    `on_arrival` is called after a commit that brought work for somebody, from a worker thread. A secret or a token
    that is empty lets nobody in. `glance` says who is to be read first, see `receive`.
    """

    def __init__(
        self,
        store: Store,
        app_secret: str,
        verify_token: str,
        on_arrival: Callable[[], None],
        glance: Glance | None = None,
    ) -> None:
        self._store = store
        self._glance = glance
        self._app_secret = app_secret
        self._verify_token = verify_token
        self._on_arrival = on_arrival

    def routes(self) -> list[Route]:
        return [Route(PATH, self.answer, methods=["GET", "POST"])]

    async def answer(self, request: Request) -> Response:
        return await self.deliver(request) if request.method == "POST" else self.verify(request)

    def verify(self, request: Request) -> Response:
        """Answer Meta's question whether this address is ours, by repeating its challenge."""
        asked = request.query_params
        token = asked.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
        right = bool(self._verify_token) and hmac.compare_digest(token, self._verify_token.encode())
        if asked.get("hub.mode") != "subscribe" or not right:
            return _answer(403, "This is not the verify token that was agreed on.")
        # Plain text, and never guessed to be anything else: the challenge is a stranger's words.
        return _answer(200, asked.get("hub.challenge", ""))

    async def deliver(self, request: Request) -> Response:
        """Take in a body of messages, statuses and notices."""
        try:
            body = await _read(request)
        except ClientDisconnect:
            return _answer(400, "The body broke off.")
        if body is None:
            return _answer(413, f"The body is larger than {MOST_BYTES} bytes.")
        if not is_signed(self._app_secret, body, request.headers.get("x-hub-signature-256")):
            return _answer(401, "The signature does not fit the body.")
        return await run_in_threadpool(self._store_body, body)

    def _store_body(self, body: bytes) -> Response:
        try:
            received = receive(self._store, body, self._how_severe)
        except NotJson as problem:
            return _answer(400, str(problem))
        except Exception as error:  # whatever it is, Meta must keep the body and come again
            # Where it happened, but not what it said: that might quote the body.
            frames = "".join(traceback.format_tb(error.__traceback__))
            _log.error("A webhook body could not be stored: %s at\n%s", type(error).__name__, frames)
            return _answer(503, "The store cannot take this now. Please deliver it again.")
        _log.info("Received %s", received)
        if received.rung:
            self._announce()
        return _answer(200, "ok")

    def _how_severe(self, text: str) -> int:
        """What cannot be looked at waits like everything else; that it is stored matters more."""
        try:
            return self._glance(text) if self._glance is not None else 0
        except Exception as error:
            _log.error("A message could not be looked at before it was stored: %s", type(error).__name__)
            return 0

    def _announce(self) -> None:
        try:
            self._on_arrival()
        except Exception as error:  # the body is safe already: whoever looks next will find it
            _log.error("Nobody could be woken for what arrived: %s", type(error).__name__)


async def _read(request: Request) -> bytes | None:
    """The whole body, or None as soon as it turns out to be too large."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > MOST_BYTES:
        return None
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _answer(status: int, words: str) -> Response:
    return PlainTextResponse(words, status_code=status, headers={"X-Content-Type-Options": "nosniff"})
