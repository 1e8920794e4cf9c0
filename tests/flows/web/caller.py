"""Calling an app without a server, with the client that the product itself uses."""

from __future__ import annotations

from typing import Any

import anyio
import httpx
from starlette.types import ASGIApp


class Caller:
    """Every request goes through the whole app; an exception that escapes the app is raised here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def get(self, path: str, **request: Any) -> httpx.Response:
        return self.request("GET", path, **request)

    def post(self, path: str, **request: Any) -> httpx.Response:
        return self.request("POST", path, **request)

    def request(self, method: str, path: str, **request: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://firebreak") as client:
                return await client.request(method, path, **request)

        return anyio.run(call)
