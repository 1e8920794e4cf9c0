"""`GET /healthz`: what is up, as JSON, for a monitor and for a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from flows.errors import FirebreakError

PATIENCE = 3.0  # seconds; a part that does not answer in this time counts as down


@dataclass(frozen=True)
class Probe:
    """A way to find out whether one part is up.

    `check` returns when it is and raises when it is not. It may block, on a thread of its own, but must come to an
    end by itself. Customers are answered even without a part that is not `needed` (Prefect's server, say), so such a
    part does not turn the answer to 503.
    """

    name: str
    check: Callable[[], object]
    needed: bool = True


class Health:
    """Asks every probe at once: 200 when all that is needed is up, else 503."""

    def __init__(self, probes: Sequence[Probe]) -> None:
        self._probes = probes

    def routes(self) -> list[Route]:
        return [Route("/healthz", self.report, methods=["GET"])]

    async def report(self, _request: Request) -> JSONResponse:
        answers: dict[str, str | None] = {}

        async def ask(probe: Probe) -> None:
            answers[probe.name] = await _trouble(probe)

        async with anyio.create_task_group() as group:
            for probe in self._probes:
                group.start_soon(ask, probe)
        parts = {
            probe.name: {"up": answers[probe.name] is None, "needed": probe.needed, "trouble": answers[probe.name]}
            for probe in self._probes
        }
        well = all(part["up"] for part in parts.values() if part["needed"])
        return JSONResponse({"up": well, "parts": parts}, status_code=200 if well else 503)


async def _trouble(probe: Probe) -> str | None:
    """Why the part is down, or None. Only our own errors are quoted: others may hold an address or a password."""
    try:
        with anyio.fail_after(PATIENCE):
            await anyio.to_thread.run_sync(probe.check, abandon_on_cancel=True)
    except TimeoutError:
        return f"no answer within {PATIENCE:g} seconds"
    except FirebreakError as error:
        return str(error)
    except Exception as error:
        return type(error).__name__
    return None
