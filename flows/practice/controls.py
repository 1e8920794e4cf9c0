"""The addresses under `/practice`: being a customer, looking on, and making things go wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from flows.practice.network import Network
from flows.practice.saying import Saying
from flows.practice.team_board import TeamBoard
from flows.practice.templates import Category, PracticeTemplate, Status
from flows.practice.trouble import Kind, Trouble

# The page shows what customers wrote: nothing in it may be taken for a script or reach another server.
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _CustomerForm(_Form):
    undeliverable: bool | None = None
    opted_out: bool | None = None


class _AppForm(_Form):
    text: str | None = None
    delete: str | None = None  # the id of the message

    @model_validator(mode="after")
    def _one_of_them(self) -> _AppForm:
        if bool(self.text) == bool(self.delete):
            raise ValueError("give either a text to write, or delete with the id of a message of ours")
        return self


class _TapForm(_Form):
    button: str  # its id, or what stands on it


class _TroubleForm(_Form):
    kind: Kind | Literal["none"]
    code: int = 131000
    taken: bool = True
    status: int = 500
    body: str = ""
    seconds: float = 0.0
    times: int | None = 1
    customer: str | None = None


class _WebhooksForm(_Form):
    paused: bool | None = None
    backwards: bool = False
    together: bool = False
    copies: int | None = None


class _TemplateForm(_Form):
    name: str
    language: str
    category: Category = "UTILITY"
    body: str = ""
    status: Status = "APPROVED"


class _TeamForm(BaseModel):
    """What Apprise posts for a `json://` address; it may grow fields, so others are let through."""

    title: str = ""
    message: str = ""
    type: str = "info"


_F = TypeVar("_F", bound=BaseModel)


class Controls:
    """The practice side of the server: for people, demonstrations and tests."""

    def __init__(self, network: Network, board: TeamBoard) -> None:
        self._network = network
        self._board = board

    def routes(self) -> list[Route]:
        return [
            Route("/", self.to_chat),
            Route("/practice", self.to_chat),
            Route("/practice/chat", self.chat),
            Route("/practice/conversations", self.conversations),
            Route("/practice/transcript", self.transcript),
            Route("/practice/team", self.team),
            Route("/practice/team/{role}", _with(_TeamForm, self.tell), methods=["POST"]),
            Route("/practice/customers/{wa_id}", _with(_CustomerForm, self.customer), methods=["POST"]),
            Route("/practice/customers/{wa_id}/say", _with(Saying, self.say), methods=["POST"]),
            Route("/practice/customers/{wa_id}/tap", _with(_TapForm, self.tap), methods=["POST"]),
            Route("/practice/customers/{wa_id}/app", _with(_AppForm, self.app), methods=["POST"]),
            Route("/practice/templates", _with(_TemplateForm, self.template), methods=["POST"]),
            Route("/practice/trouble", _with(_TroubleForm, self.trouble), methods=["POST"]),
            Route("/practice/webhooks", _with(_WebhooksForm, self.webhooks), methods=["POST"]),
        ]

    async def to_chat(self, request: Request) -> Response:  # noqa: ARG002
        return RedirectResponse("/practice/chat")

    async def chat(self, request: Request) -> Response:  # noqa: ARG002
        """The page on which a person reads the conversations and writes as a customer."""
        return HTMLResponse(_page(), headers=_PAGE_HEADERS)

    async def conversations(self, request: Request) -> Response:  # noqa: ARG002
        notices = [{**asdict(notice), "at": notice.at.isoformat()} for notice in self._board.notices()]
        shown, more = self._network.conversations()
        return JSONResponse({"conversations": shown, "not_shown": more, "team": notices[-200:]})

    async def transcript(self, request: Request) -> Response:  # noqa: ARG002
        """Everything that arrived at the customers (`messages`) and everything that was `refused`, in order."""
        arrived, turned = self._network.transcript()
        return JSONResponse(
            {
                "messages": [{**asdict(each), "at": each.at.isoformat()} for each in arrived],
                "refused": [{**asdict(each), "at": each.at.isoformat()} for each in turned],
            }
        )

    async def team(self, request: Request) -> Response:  # noqa: ARG002
        notices = [{**asdict(notice), "at": notice.at.isoformat()} for notice in self._board.notices()]
        return JSONResponse({"notices": notices})

    async def tell(self, request: Request, form: _TeamForm) -> Response:
        self._board.post(request.path_params["role"], form.title, form.message, form.type)
        return JSONResponse({"ok": True})

    async def say(self, request: Request, saying: Saying) -> Response:
        """A customer writes; the answer names the message."""
        return JSONResponse({"wamid": self._network.say(request.path_params["wa_id"], saying)})

    async def tap(self, request: Request, form: _TapForm) -> Response:
        """A customer taps a button, or a row of a list, by its id or its title; the answer names the message."""
        wa_id = request.path_params["wa_id"]
        wamid = self._network.tap(wa_id, form.button)
        if wamid is None:
            return JSONResponse({"problems": [f"button: {wa_id} has nothing to tap with this id or title"]}, 404)
        return JSONResponse({"wamid": wamid})

    async def app(self, request: Request, form: _AppForm) -> Response:
        """Staff write to a customer in the WhatsApp Business app, or delete a message of theirs there for everyone."""
        wa_id = request.path_params["wa_id"]
        if form.text is not None:
            return JSONResponse({"wamid": self._network.write_in_app(wa_id, form.text)})
        if not self._network.delete_in_app(wa_id, form.delete or ""):
            return JSONResponse({"problems": [f"delete: {wa_id} has no message of ours with this id"]}, 404)
        return JSONResponse({"ok": True})

    async def customer(self, request: Request, form: _CustomerForm) -> Response:
        """Let a customer's phone be off for good, or opt out of marketing and in again."""
        self._network.set_customer(request.path_params["wa_id"], **form.model_dump())
        return JSONResponse({"ok": True})

    async def template(self, request: Request, form: _TemplateForm) -> Response:  # noqa: ARG002
        self._network.add_template(PracticeTemplate(**form.model_dump()))
        return JSONResponse({"ok": True})

    async def trouble(self, request: Request, form: _TroubleForm) -> Response:  # noqa: ARG002
        """Script a failure (see `Trouble`); the kind `none` takes back what has not happened yet."""
        if form.kind == "none":
            self._network.troubles.clear()
        else:
            trouble = Trouble(form.kind, form.code, form.taken, form.status, form.body, form.seconds)
            self._network.troubles.script(trouble, form.times, form.customer)
        return JSONResponse({"ok": True})

    async def webhooks(self, request: Request, form: _WebhooksForm) -> Response:  # noqa: ARG002
        """Hold the webhooks back, and let them go again: twice, last first, or all in one body."""
        if form.paused:
            self._network.postman.pause()
        else:
            self._network.postman.resume(backwards=form.backwards, together=form.together, copies=form.copies)
        return JSONResponse({"ok": True})


def _with(
    form: type[_F], endpoint: Callable[[Request, _F], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that is handed the body as a form, and answers 422 with what is wrong with it."""

    async def with_form(request: Request) -> Response:
        # A page from elsewhere can post text here without asking the browser, but not JSON.
        if not request.headers.get("content-type", "").startswith("application/json"):
            return JSONResponse({"problems": ["send JSON: Content-Type: application/json"]}, 415)
        try:
            filled_in = form.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"problems": [_in_words(each) for each in error.errors()]}, 422)
        return await endpoint(request, filled_in)

    return with_form


def _in_words(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    words = str(problem["msg"]).removeprefix("Value error, ")
    return f"{where}: {words}" if where else words


@cache
def _page() -> str:
    return files("flows.practice").joinpath("chat.html").read_text(encoding="utf-8")
