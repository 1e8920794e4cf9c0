"""What `firebreak doctor` looks at: how this installation is set up, and what of it can be reached.

Every check gives findings and never raises for what can be wrong with an installation.
"""

from __future__ import annotations

import http.client
import json
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli.findings import Finding

if TYPE_CHECKING:
    from flows.settings import Settings
    from flows.shelf import Shelf
    from flows.store.database import Store
    from flows.store.schema import Which

PATIENCE = 3.0  # seconds for anything on this machine
_LITTLE_SPACE = 500 * 1024 * 1024


def settings_findings(settings: Settings) -> Iterator[Finding]:
    """The settings themselves, without anything secret."""
    yield Finding(
        "settings", "ok", f"channel {settings.channel}, port {settings.port}, time zone {settings.timezone.key}"
    )
    for line in settings.missing():
        yield Finding("settings", "missing", line, "put it into the environment or the file .env")
    if settings.channel == "practice" and settings.host not in ("127.0.0.1", "localhost", "::1"):
        yield Finding(
            "settings",
            "warn",
            f"practice mode listens on {settings.host}, and its secrets are known to everyone",
            "use FIREBREAK_HOST=127.0.0.1 for practice",
        )


def home_findings(settings: Settings) -> Iterator[Finding]:
    """The folder of the data."""
    home = settings.home
    if not home.is_dir():
        yield Finding("home", "ok", f"{home} is made at the first start")
        return
    free = shutil.disk_usage(home).free
    if home.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding("home", "warn", f"others on this machine can look into {home}", f"chmod 700 {home}")
    elif free < _LITTLE_SPACE:
        yield Finding("home", "warn", f"{free // 1024**2} MB are left on the disk of {home}", "make room")
    else:
        yield Finding("home", "ok", f"{home}, {free // 1024**3} GB free")


def key_findings(settings: Settings) -> Iterator[Finding]:
    """Where the master key comes from; whether it fits is seen when the store is opened."""
    if settings.master_key is not None:
        yield Finding("master key", "ok", "set in the environment")
    elif settings.channel == "practice":
        made = settings.home / "master.key"
        where = f"for practice, in {made}" if made.exists() else "for practice, made at the first start"
        yield Finding("master key", "ok", where)


def store_findings(settings: Settings) -> tuple[list[Finding], bool]:
    """The two databases; the second is whether they can be opened as they are, without changing anything."""
    pairs: tuple[tuple[Which, str], ...] = (
        ("data", settings.database_url.get_secret_value()),
        ("keys", settings.keys_url.get_secret_value()),
    )
    found = [_database(which, url) for which, url in pairs]
    return found, all(each.state == "ok" and not each.says.endswith("first start") for each in found)


def _database(which: Which, url: str) -> Finding:
    from sqlalchemy import inspect, text
    from sqlalchemy.exc import SQLAlchemyError

    from flows.errors import FirebreakError
    from flows.store.engines import connect, reading
    from flows.store.schema import versions

    what = "store" if which == "data" else "keys"
    where = _place(url)
    if isinstance(where, Path) and not where.exists():
        return Finding(what, "ok", f"{where} is made at the first start")
    known = versions(which)
    try:
        engine = connect(url)
        try:
            with reading(engine) as connection:
                there = inspect(connection).has_table("alembic_version")
                version = connection.scalar(text("SELECT version_num FROM alembic_version")) if there else None
        finally:
            engine.dispose()
    except FirebreakError as error:
        return Finding(what, "broken", str(error), "check the address in the settings")
    except (SQLAlchemyError, ImportError, ValueError) as error:
        # The database's own words may hold the whole address.
        kind = type(getattr(error, "orig", None) or error).__name__
        return Finding(what, "broken", f"{where} cannot be used ({kind})", "is it running, and is its address right?")
    if version is None:
        return Finding(what, "warn", f"{where} has no tables yet", "they are made at the next start")
    if version == known[-1]:
        return Finding(what, "ok", f"{where}, schema {version}")
    if version in known:
        return Finding(
            what, "warn", f"{where} has schema {version}, the newest is {known[-1]}", "the next start brings it up"
        )
    return Finding(what, "broken", f"{where} has schema {version} of a newer Firebreak", "install that one again")


def _place(url: str) -> Path | str:
    """Where a database is, without anything secret: its file, or its host and name."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except ArgumentError:
        return "the database"
    if parsed.get_backend_name() == "sqlite":
        return Path(parsed.database) if parsed.database and parsed.database != ":memory:" else "memory"
    return f"{parsed.get_backend_name()} at {parsed.host or 'this machine'}, database {parsed.database or '?'}"


def content_findings() -> tuple[list[Finding], Shelf | None]:
    """The playbooks, replies and rules; and the shelf of them, if they are sound."""
    from flows.assembly import open_shelf
    from rules.problems import ContentError

    try:
        shelf = open_shelf()
    except ContentError as error:
        lines = f"{len(error.problems)} problem(s), the first: {error.problems[0]}"
        return [Finding("content", "broken", lines, "firebreak check lists them all")], None
    bundle = shelf.current
    says = f"{len(bundle.playbooks)} playbooks, {len(bundle.replies)} replies, bundle {bundle.digest}"
    return [Finding("content", "ok", says)], shelf


def release_findings() -> Iterator[Finding]:
    """What stands in the folder and was not released, so that a running service does not use it."""
    from flows import shelf
    from rules.bundle import content_paths, hash_of
    from rules.lock import LOCK, Lock
    from rules.problems import Problems
    from rules.yaml_source import read_text

    if not (shelf.ROOT / LOCK).exists():
        yield Finding("release", "warn", "nothing was ever released, so the content is in force as it stands", _RELEASE)
        return
    problems = Problems()
    lock = Lock.read(shelf.ROOT, problems)
    if lock is None:
        yield Finding("release", "warn", str(problems.errors()[0]), "take the lock from a backup again")
        return
    if not lock.content:
        yield Finding("release", "warn", f"{LOCK} does not list what was released last", _RELEASE)
        return
    texts = {path: read_text(file, Problems(), path) for path, file in content_paths(shelf.ROOT).items()}
    hashes = {path: hash_of(text or "") for path, text in texts.items()}
    waiting = [path for path in sorted({*hashes, *lock.content}) if hashes.get(path) != lock.content.get(path)]
    if waiting:
        more = f" and {len(waiting) - 3} more" if len(waiting) > 3 else ""
        says = f"changed since the last release, and not in force: {', '.join(waiting[:3])}{more}"
        yield Finding("release", "warn", says, _RELEASE)
    else:
        yield Finding("release", "ok", f"everything is released; bundle {lock.bundle}")


_RELEASE = "firebreak release"


def engine_findings(shelf: Shelf) -> Iterator[Finding]:
    """The rule engine, asked one question."""
    from rules.engine import EngineError

    bundle = shelf.current
    try:
        decision = bundle.triage.decide({"sign_safety": True})
    except EngineError as error:
        yield Finding("rule engine", "broken", str(error), "install the locked dependencies again: make setup")
        return
    chosen = decision.rule.id if decision.rule else "nothing"
    yield Finding("rule engine", "ok", f"answers; danger to people is decided by {chosen}")


def team_findings(settings: Settings, shelf: Shelf) -> Iterator[Finding]:
    """Who is behind the roles."""
    from flows.assembly import NO_TEAM, open_team
    from flows.channels.team import Team
    from rules.problems import ContentError

    try:
        team = open_team(settings, shelf, lambda _: None)
    except ContentError as error:
        for problem in error.problems:
            yield Finding("team", "broken", str(problem), "mend the team file")
        return
    if not isinstance(team, Team):
        yield Finding("team", "missing", "what playbooks tell colleagues reaches nobody", NO_TEAM)
        return
    known = team.roles()
    nobody = [role for role in shelf.current.roles if role not in known]
    for role in nobody:
        yield Finding("team", "missing", f'nobody stands behind "{role}"', "add the role to the team file")
    unfit = team.check()
    for line in unfit:
        yield Finding("team", "broken", line, "see the addresses that Apprise knows: github.com/caronc/apprise/wiki")
    if not nobody and not unfit:
        where = f"from {settings.team}" if settings.team else "on the practice board"
        yield Finding("team", "ok", f"{len(known)} roles {where}")


def channel_findings(settings: Settings) -> Iterator[Finding]:
    """The way to the customers."""
    from flows.assembly import open_channel
    from flows.channels.cloud_api import CloudApi

    if settings.missing():
        return  # said already
    try:
        channel = open_channel(settings)
    except ValueError as error:  # ours, about the token's or the address's form; neither is in it
        yield Finding("channel", "broken", str(error), "mend it in the environment or in the file .env")
        return
    check = channel.check()
    if isinstance(channel, CloudApi):
        channel.close()
    if check.ok:
        yield Finding("channel", "ok", f"{channel.name}: {check.says}")
    elif settings.channel == "practice":
        yield Finding("channel", "warn", "the practice WhatsApp is not running", "firebreak up starts it")
    else:
        yield Finding("channel", "broken", f"{channel.name}: {check.says}", "nothing can be sent until this is mended")


def third_voice_findings(settings: Settings, shelf: Shelf) -> Iterator[Finding]:
    """The language model that reads messages too, if there is to be one: whether it reads a sentence."""
    from urllib.parse import urlsplit

    from flows.assembly import open_third_voice

    voice = open_third_voice(settings)
    if voice is None:
        return
    check = voice.check(shelf.current)
    if not check.ok:
        yield Finding("third voice", "warn", check.says, "two voices read on; mend FIREBREAK_LLM_… or take it out")
    elif urlsplit(str(settings.llm_url)).scheme == "http" and not voice.on_this_machine:
        yield Finding("third voice", "warn", f"{check.says}; what it is told travels unencrypted", "use https")
    else:
        yield Finding("third voice", "ok", check.says)


def orders_findings(settings: Settings) -> Iterator[Finding]:
    """Where orders are looked up, if a source was named: whether it answers, and the lines that are no orders."""
    from flows.assembly import open_orders

    source = open_orders(settings) if settings.orders_file or settings.orders_url else None
    if source is None:
        return
    checked = source.check()
    do = "until then texts do without the order; `firebreak orders check` says more"
    yield Finding("orders", "ok" if checked.ok else "warn", checked.says, "" if checked.ok else do)


def service_findings(settings: Settings) -> Iterator[Finding]:
    """Firebreak's own parts, as they run now."""
    web = f"http://{settings.host}:{settings.port}"
    status, answer = _ask(settings.host, settings.port, "/healthz")
    if status == 200:
        yield Finding("web app", "ok", f"answers on {web}")
        yield from _content_in_force(answer)
    elif status is None:
        yield Finding("web app", "warn", f"nothing answers on {web}, so nothing comes in", "firebreak up starts it")
    else:
        yield Finding("web app", "broken", f"{web}/healthz answers with HTTP {status}", f"look at {web}/healthz")
    prefect = f"http://127.0.0.1:{settings.prefect_port}"
    status, _ = _ask("127.0.0.1", settings.prefect_port, "/api/health")
    if status in (200, 401):  # 401: it asks for a login, so it is there
        yield Finding("Prefect", "ok", f"answers on {prefect}")
    else:
        yield Finding(
            "Prefect",
            "warn",
            f"nothing answers on {prefect}; customers are answered without it",
            "firebreak up starts it",
        )


def _content_in_force(health: bytes) -> Iterator[Finding]:
    """What the running service says of a release that it could not take."""
    try:
        trouble = json.loads(health)["parts"]["content"]["trouble"]
    except (ValueError, KeyError, TypeError):
        return  # a service of another version
    if trouble:
        yield Finding("content in force", "warn", str(trouble), "mend it, then firebreak release")


def _ask(host: str, port: int, path: str) -> tuple[int | None, bytes]:
    """The status and the body that an address of this machine answers with; no status if nobody is there."""
    connection = http.client.HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=PATIENCE)  # noqa: S104
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(100_000)
    except (OSError, http.client.HTTPException):
        return None, b""
    finally:
        connection.close()


def open_findings(settings: Settings) -> tuple[list[Finding], Store | None]:
    """Open the store for real: whether the master key fits."""
    from flows.assembly import open_store
    from flows.clock import SystemClock
    from flows.errors import FirebreakError

    try:
        return [], open_store(settings, SystemClock(), lambda _: None)
    except FirebreakError as error:
        return [Finding("master key", "broken", str(error), "set the key this installation was made with")], None
