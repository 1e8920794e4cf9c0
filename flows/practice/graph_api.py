"""The two addresses of the Graph API that a business needs here: its number, and sending a message."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
import secrets
from asyncio import Transport
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from flows.channels.error_codes import meaning_of
from flows.practice.network import Network, Taken
from flows.practice.sending import SendRefused
from flows.practice.shapes import Json

# By Meta's list of error codes; what is not here is answered with 400.
_HTTP_STATUS: Mapping[int, int] = {
    0: 401,
    1: 500,
    2: 503,
    3: 500,
    4: 429,
    10: 403,
    190: 401,
    368: 403,
    80007: 429,
    130429: 429,
    131000: 500,
    131005: 403,
    131016: 503,
    131031: 403,
    131057: 503,
    132001: 404,
    133004: 503,
}

# Connections by the client's host and port, kept by the server so that one can be broken on purpose.
Connections = Mapping[tuple[str, int], Transport]


class GraphApi:
    """Answers as Meta's servers do."""

    def __init__(self, network: Network, token: str, connections: Connections) -> None:
        self._network = network
        self._token = token
        self._connections = connections

    def routes(self) -> list[Route]:
        return [
            Route("/{version}/{number_id}/messages", self.messages, methods=["POST"]),
            Route("/{version}/{number_id}", self.number, methods=["GET"]),
        ]

    async def number(self, request: Request) -> Response:
        """`GET /{version}/{phone_number_id}`: what the number is called and how it is rated."""
        if (refused := self._turned_away(request)) is not None:
            return refused
        business = self._network.business
        return JSONResponse(
            {
                "id": business.phone_number_id,
                "display_phone_number": business.display_phone_number,
                "verified_name": business.name,
                "quality_rating": "GREEN",
            }
        )

    async def messages(self, request: Request) -> Response:
        """`POST /{version}/{phone_number_id}/messages`: send a message, or mark one as read."""
        if (refused := self._turned_away(request)) is not None:
            return refused
        body = _json_object(await request.body())
        if body is None:
            return _error(100, "The request body is not a JSON object")
        if body.get("status") == "read":
            known = self._network.mark_read(str(body.get("message_id")))
            return JSONResponse({"success": True}) if known else _error(100, "Unknown message_id")
        try:
            taken = self._network.send(body)
        except SendRefused as refusal:
            return _error(refusal.code, refusal.details)
        return await self._answer(request, body, taken)

    async def _answer(self, request: Request, body: Json, taken: Taken) -> Response:
        trouble = taken.trouble
        if trouble is not None and trouble.kind == "break":
            return await self._break(request)
        if trouble is not None and trouble.kind == "answer":
            return Response(trouble.body, trouble.status)
        if trouble is not None and trouble.kind == "slow":
            await asyncio.sleep(trouble.seconds)
        contact = {"input": body.get("to") or body.get("recipient")}
        if taken.number is not None:
            contact["wa_id"] = taken.number
        if taken.user_id is not None:
            contact["user_id"] = taken.user_id
        message = {"id": taken.wamid}
        if body.get("type") == "template":
            message["message_status"] = "accepted"
        return JSONResponse({"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]})

    async def _break(self, request: Request) -> Response:
        """Cut the connection, so that the client never learns what became of its message."""
        if request.client is not None and (request.client.host, request.client.port) in self._connections:
            self._connections[request.client.host, request.client.port].abort()
            await asyncio.sleep(0)  # lets the server notice, so that it does not try to answer
        return Response(status_code=500)

    def _turned_away(self, request: Request) -> Response | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        known = hmac.compare_digest(token.strip().encode(), self._token.encode())
        if scheme.lower() != "bearer" or not known:
            return _error(190, "Invalid OAuth access token")
        if re.fullmatch(r"v\d+\.\d+", request.path_params["version"]) is None:
            return _error(100, "Invalid version format. Use a format like v23.0")
        number_id = request.path_params["number_id"]
        if number_id != self._network.business.phone_number_id:
            return _error(100, f"Object with ID '{number_id}' does not exist", subcode=33)
        return None


def _json_object(raw: bytes) -> Json | None:
    """The body as a JSON object whose texts can be shown again; None for anything else."""
    try:
        body = json.loads(raw)
        json.dumps(body, ensure_ascii=False).encode()  # fails on half an emoji
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _error(code: int, details: str, subcode: int | None = None) -> Response:
    """An error as the Graph API writes it; like Meta's own, its details can name the customer."""
    error: Json = {
        "message": f"(#{code}) {meaning_of(code).words}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": details},
        "fbtrace_id": "A" + secrets.token_urlsafe(16),
    }
    if subcode is not None:
        error["error_subcode"] = subcode
    return JSONResponse({"error": error}, _HTTP_STATUS.get(code, 400))
