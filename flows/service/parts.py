"""What `firebreak up` starts besides Prefect, made from the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp

from flows import shelf
from flows.assembly import open_desk, open_store
from flows.clock import SystemClock
from flows.crisis import freeze
from flows.erasing import backup, restore
from flows.errors import FirebreakError
from flows.in_force import Watch
from flows.practice.approved import templates_of
from flows.practice.server import PracticeServer
from flows.service.aside import Work
from flows.service.demonstration import demonstrate
from flows.service.home import Say
from flows.service.prefect_server import PrefectServer
from flows.service.responder import Bell, respond_for_ever, warm_up
from flows.settings import Settings, SettingsError
from flows.store import subjects
from flows.store.database import Store
from flows.web.app import create_app
from flows.web.health import Probe
from flows.web.may_send import MaySend
from rules.glance import severity_at_a_glance

SILENT_TOO_LONG = 120.0  # seconds; a wave with slow calls to WhatsApp takes less


@dataclass(frozen=True)
class Parts:
    """The parts, none of them started.

    `responder` answers customers until it is cancelled, in a thread and an event loop of its own; it is given a
    function that says whether Prefect can be used at this moment. `demonstration` is a coroutine of the main loop,
    begun when everything is up. `practice` is entered before the first and left after the last answer.
    """

    web: ASGIApp
    responder: Callable[[Callable[[], bool]], Work]
    demonstration: Callable[[], Work]
    practice: AbstractContextManager[object] = field(default_factory=nullcontext)


@contextmanager
def open_parts(settings: Settings, server: PrefectServer, say: Say) -> Iterator[Parts]:
    """The parts of this installation, on its store; the store is closed afterwards.

    Raises what `open_store` and `open_desk` raise.
    """
    with open_store(settings, SystemClock(), say) as store:
        backup.clear(settings.home)
        _carry_on_erasing(store, say)
        _take_over(store, say)
        desk = open_desk(settings, store, say)
        warm_up(desk.shelf.current)
        bell = Bell()
        watch = Watch(store, desk.shelf, shelf.ROOT, say)
        web = create_app(
            store,
            app_secret=_revealed(settings.whatsapp_app_secret),
            verify_token=_revealed(settings.whatsapp_verify_token),
            on_arrival=bell.ring,
            glance=lambda words: severity_at_a_glance(desk.shelf.current, words),
            probes=[
                Probe("responder", partial(_require_life, bell)),
                Probe("content", watch.require_well, needed=False),
                Probe("prefect", partial(_require_answer, server), needed=False),
            ],
            routes=MaySend(partial(freeze.asked, desk), _revealed(settings.api_token)).routes(),
        )
        responder = partial(respond_for_ever, desk, bell, watch=watch)
        if not _revealed(settings.whatsapp_app_secret):
            say("FIREBREAK_WHATSAPP_APP_SECRET is not set: no message can come in, because none can be proven genuine")
        if settings.channel != "practice":
            yield Parts(web, responder, _no_demonstration)
            return
        here = f"http://{_reachable(settings.host)}:{settings.port}"
        practice = PracticeServer(
            settings.port + 1,
            f"{here}/webhooks/whatsapp",
            token=_revealed(settings.whatsapp_token),
            app_secret=_revealed(settings.whatsapp_app_secret),
            templates=templates_of(desk.shelf.current.replies.values()),
        )
        addresses = {
            "The practice WhatsApp": f"{practice.url}/practice",
            "Prefect's page": server.page,
            "What is up": f"{here}/healthz",
        }
        yield Parts(web, responder, partial(demonstrate, desk, practice, addresses, say), practice)


def _carry_on_erasing(store: Store, say: Say) -> None:
    """Before anybody is answered: whoever was erased and came back with an old backup is erased again, and what was
    broken off is carried to its end. When that is not possible customers are answered all the same."""
    try:
        done = restore.replay(store)
    except (FirebreakError, OSError, SQLAlchemyError) as error:
        why = str(error) if isinstance(error, FirebreakError) else type(error).__name__
        say(f"Erasures could not be carried on: {why} `firebreak doctor` looks closer.")
        return
    if done.adopted:
        say(f"An old backup was put in place: {done.adopted} erasure(s) made since then are carried out again")
    if done.erasures:
        say(f"{len(done.erasures)} erasure(s) were carried to their end: {', '.join(done.erasures)}")


def _take_over(store: Store, say: Say) -> None:
    """On SQLite everybody at work on a store shares its home, and we have that to ourselves: whatever is claimed was
    in the hands of a Firebreak that was killed, and its customers need not wait for its leases to run out."""
    with store.begin() as session:
        if session.get_bind().dialect.name == "sqlite" and (freed := subjects.free(session)):
            say(f"An earlier Firebreak was killed at work; {freed} customer(s) and incident(s) are taken over from it")


async def _no_demonstration() -> None:
    raise SettingsError("The demonstration is for the practice WhatsApp only: leave FIREBREAK_CHANNEL away to see it.")


def _require_answer(server: PrefectServer) -> None:
    if not server.healthy():
        raise FirebreakError("Prefect's server does not answer; customers are answered without it")


def _require_life(bell: Bell) -> None:
    if bell.silent_for() > SILENT_TOO_LONG:
        raise FirebreakError("nobody is answering; what came in is safe in the store, and a restart goes on with it")


def _revealed(secret: SecretStr | None) -> str:
    """A secret that is not set is an empty one, with which the webhook takes nothing."""
    return secret.get_secret_value() if secret else ""


def _reachable(host: str) -> str:
    """The address by which this machine reaches itself when it listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
