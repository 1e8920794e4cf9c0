"""Putting the parts together from the settings: the one place where an installation's store and desk are made.

What is slow to import (httpx, the rule engine, the content) is imported only when it is asked for, so that a command
which merely reads the store starts at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.settings import Settings, environment

if TYPE_CHECKING:
    from flows.channels.cloud_api import CloudApi
    from flows.channels.manual import Manual
    from flows.channels.team import NotTold, Team
    from flows.clock import Clock
    from flows.desk import Desk
    from flows.orders.looking_up import LookingUp
    from flows.shelf import Shelf
    from flows.store.database import Store
    from flows.third_voice import ThirdVoice

PRACTICE_HOST = "127.0.0.1"

Warn = Callable[[str], None]

_to_log = logging.getLogger(__name__).warning


def open_store(settings: Settings, clock: Clock, warn: Warn = _to_log) -> Store:
    """The store and the keys of this installation, their tables up to date. Close it when done.

    Raises `SettingsError` when there is no master key, and what `Store.open` raises. `warn` is told when a master key
    had to be made, which happens in practice mode only.
    """
    from flows.store.database import Store

    key = settings.master_key_bytes(warn)
    urls = settings.database_url.get_secret_value(), settings.keys_url.get_secret_value()
    return Store.open(*urls, key, clock, settings.ledger)


def open_desk(settings: Settings, store: Store, warn: Warn = _to_log) -> Desk:
    """A desk over this store, with the content in force, the channel and the team of this installation.

    Raises `ContentError` with every problem of the content or of the team file, `SettingsError` when the channel
    lacks a setting. `warn` is told when nobody of the team can be reached.
    """
    from flows.channels.pace import Pace
    from flows.desk import Desk

    shelf = open_shelf(store, warn)
    channel = open_channel(settings)
    team = open_team(settings, shelf, warn)
    third = open_third_voice(settings)
    return Desk(
        store,
        shelf,
        channel,
        team,
        Pace(store.clock, settings.messages_per_second),
        timezone=settings.timezone,
        third_voice=third,
        language=settings.language,
        orders=open_orders(settings),
    )


def open_shelf(store: Store | None = None, warn: Warn = _to_log) -> Shelf:
    """With a store, the content in force: what was released last. Without one, the folder as it stands: what a
    designer works on. `ContentError` with every problem in it; `warn` is told when the two differ."""
    from flows import shelf
    from flows.verbs import all_verbs

    if store is None:
        return shelf.Shelf.of_folder(all_verbs(), shelf.ROOT)
    from flows.in_force import open_in_force

    return open_in_force(shelf.ROOT, all_verbs(), store, warn)


def role_names() -> tuple[str, ...]:
    """The roles that playbooks may turn to, without reading any other content; none when the file cannot be read."""
    from flows.shelf import ROOT
    from rules.bundle import ROLES
    from rules.problems import Problems
    from rules.yaml_source import Source

    source = Source.read(ROOT / ROLES, Problems())
    return tuple(source.data) if source is not None and isinstance(source.data, dict) else ()


def open_channel(settings: Settings) -> CloudApi | Manual:
    """The way to customers that the settings choose. Practice is the real client against the practice server."""
    settings.require_complete()
    if settings.channel == "manual":
        from flows.channels.manual import Manual

        return Manual()
    from flows.channels.cloud_api import CloudApi

    assert settings.whatsapp_phone_number_id is not None
    assert settings.whatsapp_token is not None
    return CloudApi(
        settings.whatsapp_api_base,
        settings.whatsapp_api_version,
        settings.whatsapp_phone_number_id,
        settings.whatsapp_token.get_secret_value(),
        name=settings.channel,
    )


def open_third_voice(settings: Settings) -> ThirdVoice | None:
    """The language model that reads what customers write, too; None unless the settings name one."""
    if settings.llm_url is None or settings.llm_model is None:
        return None
    from flows.third_voice import ThirdVoice

    key = settings.llm_key.get_secret_value() if settings.llm_key is not None else None
    return ThirdVoice(settings.llm_url, settings.llm_model, key)


def open_orders(settings: Settings) -> LookingUp | None:
    """Where orders are looked up: a file, an address, or in practice mode what the practice WhatsApp was told; None
    where nothing is connected."""
    from flows.orders.looking_up import LookingUp

    if settings.orders_file is not None:
        from flows.orders.csv_file import CsvFile

        return LookingUp(CsvFile(settings.orders_file))
    url = settings.orders_url
    if url is None and settings.channel == "practice":
        url = f"http://{PRACTICE_HOST}:{settings.port + 1}/practice/orders/find"
    if url is None:
        return None
    from flows.orders.http import HttpOrders

    token = settings.orders_token.get_secret_value() if settings.orders_token is not None else None
    return LookingUp(HttpOrders(url, token))


def open_team(settings: Settings, shelf: Shelf, warn: Warn) -> Team | NoTeam:
    """The people behind the roles: the team file's; without one, the board of the practice server, or nobody."""
    from flows.channels.team import Team

    if settings.team is not None:
        return Team.load(settings.team, environment())
    if settings.channel == "practice":
        board = f"json://{PRACTICE_HOST}:{settings.port + 1}/practice/team"
        return Team.of({role: [f"{board}/{role}"] for role in shelf.current.roles})
    warn(f"{NO_TEAM} What the playbooks tell colleagues reaches nobody and shows as failed.")
    return NoTeam()


NO_TEAM = "There is no team file: set FIREBREAK_TEAM."


@dataclass(frozen=True)
class NoTeam:
    """A team of nobody, so that what was to be told stays visible as not told."""

    def tell(
        self,
        role: str,
        title: str,  # noqa: ARG002
        body: str,  # noqa: ARG002
        *,
        mail_to: str | None = None,  # noqa: ARG002
        urgent: bool = False,  # noqa: ARG002
    ) -> NotTold:
        from flows.channels.team import NotTold

        return NotTold(f'nobody stands behind "{role}". {NO_TEAM}')
