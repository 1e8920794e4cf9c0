"""`/may-send`: other tools ask whether a message may go to a customer now.

| request                                   | who may ask                 | is answered                                |
|-------------------------------------------|-----------------------------|--------------------------------------------|
| GET, with `?purpose=` if there is one     | anybody, or with the token  | about a message to nobody in particular    |
| POST `{"to": …, "purpose": …}`            | with the token              | about a message to this customer           |

As long as FIREBREAK_API_TOKEN is not set anybody may GET, for that tells nothing about any customer, and nobody may
POST. Once it is set both want the header `Authorization: Bearer TOKEN`. Whom a message is for never stands in the
address, which others write into their logs.

| answer | when                                                                                              |
|--------|---------------------------------------------------------------------------------------------------|
| 200    | it was decided; `may_send` is `yes`, `ask` or `no`                                                |
| 400    | the body is no JSON object, or whom it is for stands in the address                                 |
| 401    | the token is missing or wrong                                                                     |
| 403    | nobody has set a token, so nobody may ask about a customer                                        |
| 404    | it cannot be told who is meant                                                                    |
| 503    | it could not be decided                                                                           |

Every answer has `may_send`, and whatever is not a decision says `no`.
"""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from flows.errors import FirebreakError, NotFound

PATH = "/may-send"
MOST_BYTES = 10_000

_log = logging.getLogger(__name__)

Asked = Callable[[str | None, str | None], Mapping[str, object]]
"""Decides about a purpose and an address, as `flows.crisis.freeze.asked` does."""


class MaySend:
    """The two ways to ask. An empty `token` is none."""

    def __init__(self, asked: Asked, token: str) -> None:
        self._asked = asked
        self._token = token.encode()

    def routes(self) -> list[Route]:
        return [Route(PATH, self.answer, methods=["GET", "POST"])]

    async def answer(self, request: Request) -> Response:
        if self._token and not self._is_known(request.headers.get("authorization", "")):
            return _no(401, "send the header Authorization: Bearer and the token that stands in FIREBREAK_API_TOKEN")
        if set(request.query_params) - {"purpose"}:
            return _no(400, 'only ?purpose= may stand in the address; whom it is for goes into the body: {"to": "…"}')
        if request.method != "POST":
            return await self._decided(request.query_params.get("purpose"), None)
        if not self._token:
            return _no(403, "set FIREBREAK_API_TOKEN first; until then nobody is told anything about a customer")
        said = await _body(request)
        to, purpose = (said or {}).get("to"), (said or {}).get("purpose")
        if said is None or not isinstance(to, str | None) or not isinstance(purpose, str | None):
            return _no(400, 'the body is a JSON object: {"to": "+49…", "purpose": "marketing"}')
        return await self._decided(purpose, to)

    async def _decided(self, purpose: str | None, to: str | None) -> Response:
        try:
            return _answer(200, await run_in_threadpool(self._asked, purpose, to))
        except NotFound as problem:
            return _no(404, str(problem))
        except FirebreakError as problem:
            return _no(503, str(problem))
        except Exception as error:  # what cannot be decided is never a yes; its text may hold an address
            _log.error("Whether a message may be sent could not be decided: %s", type(error).__name__)
            return _no(503, "it could not be decided; do not send")

    def _is_known(self, authorization: str) -> bool:
        scheme, _, given = authorization.partition(" ")
        right = hmac.compare_digest(given.strip().encode("utf-8", "surrogatepass"), self._token)
        return right and scheme.lower() == "bearer"


async def _body(request: Request) -> dict[str, Any] | None:
    """The JSON object in the body; None if it is none, or far too large to be one."""
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                return None
        said = json.loads(bytes(body))
    except (ClientDisconnect, ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _no(status: int, why: str) -> Response:
    return _answer(status, {"may_send": "no", "error": why})


def _answer(status: int, said: Mapping[str, object]) -> Response:
    return JSONResponse(dict(said), status, headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})
