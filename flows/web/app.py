"""The web app, put together. Serve what `create_app` returns with any ASGI server."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from flows.receiving.receive import Glance
from flows.store.database import Store
from flows.web.health import Health, Probe
from flows.web.webhook import Webhook


def create_app(
    store: Store,
    *,
    app_secret: str,
    verify_token: str,
    on_arrival: Callable[[], None],
    glance: Glance | None = None,
    probes: Sequence[Probe] = (),
    routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """The app with the webhook and the health page on this store.

    `app_secret` and `verify_token` are those of the Meta app. `on_arrival` is called whenever there is new work in the
    store, `glance` before it is there: it says who is to be read first. `probes` are asked besides the store itself;
    `routes` are further pages.
    """

    def read_store() -> None:
        with store.read() as session:
            session.execute(text("SELECT 1"))

    webhook = Webhook(store, app_secret, verify_token, on_arrival, glance)
    health = Health([Probe("store", read_store), *probes])
    app = Starlette(routes=[*webhook.routes(), *health.routes(), *routes])
    app.router.redirect_slashes = False  # a redirect would name whatever host the caller claims to have asked
    return app
