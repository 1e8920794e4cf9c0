"""The desk that a flow works at: the warm one of the process it runs in, or one of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from flows.assembly import open_desk, open_store
from flows.clock import SystemClock
from flows.desk import Desk
from flows.settings import Settings

_WARM: ContextVar[Desk] = ContextVar("warm desk")


@contextmanager
def kept_warm(desk: Desk) -> Iterator[None]:
    """Let every flow that is called in this context work at `desk`."""
    token = _WARM.set(desk)
    try:
        yield
    finally:
        _WARM.reset(token)


@contextmanager
def desk_at_hand() -> Iterator[Desk]:
    """The warm desk; in a process that has none, as when Prefect starts a deployment, one made from the settings."""
    if (warm := _WARM.get(None)) is not None:
        yield warm
        return
    settings = Settings.load()
    store = open_store(settings, SystemClock())
    try:
        yield open_desk(settings, store)
    finally:
        store.close()
