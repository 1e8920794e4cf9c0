"""What commands share: the settings, the store and the desk of this installation, opened when they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.paper import tell

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

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
            raise FirebreakError("A name has 1 to 60 characters that can be printed, for example --by mara.")
        return name
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise FirebreakError("Nobody is logged in here by name; say who you are with --by NAME.") from None


def row_named(session: Session, table: type[Any], wanted: str, what: str, listed_by: str) -> Any:
    """The row with this id, or the only one whose id begins like it; `NotFound` otherwise."""
    from sqlalchemy import select

    from flows.errors import NotFound

    prefix = wanted.strip().upper()
    found = session.scalars(select(table).where(table.id.startswith(prefix, autoescape=True)).limit(2)).all() if prefix else []
    if not found:
        raise NotFound(f'there is no {what} "{wanted}"; `{listed_by}` lists them')
    if len(found) > 1:
        raise NotFound(f'"{wanted}" is the beginning of several ids; write more of it')
    return found[0]
