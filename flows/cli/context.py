"""What commands share: the settings, the store and the desk of this installation, opened when they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.paper import tell

if TYPE_CHECKING:
    from flows.desk import Desk
    from flows.settings import Settings
    from flows.store.database import Store

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a machine.")]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does this; your login name if not given.")]


def load_settings() -> Settings:
    """The settings; `SettingsError` names every wrong one."""
    from flows.settings import Settings

    return Settings.load()


@contextmanager
def open_store(settings: Settings | None = None) -> Iterator[Store]:
    """The store of this installation, closed afterwards."""
    from flows.assembly import open_store as opened
    from flows.clock import SystemClock

    with opened(settings or load_settings(), SystemClock(), tell) as store:
        yield store


@contextmanager
def open_desk(settings: Settings | None = None) -> Iterator[Desk]:
    """A desk over the store of this installation, closed afterwards."""
    from flows.assembly import open_desk as opened

    settings = settings or load_settings()
    with open_store(settings) as store:
        yield opened(settings, store, tell)


def who(by: str | None) -> str:
    """The name under which something is done: the one given, or that of the person logged in here."""
    from flows.errors import FirebreakError

    if by is not None:
        name = by.strip()
        if not name or len(name) > 60 or not name.isprintable():
            raise FirebreakError("A name has 1 to 60 characters that can be printed, for example --by first_phone.")
        return name
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise FirebreakError("Nobody is logged in here by name; say who you are with --by NAME.") from None
