"""Settings: FIREBREAK_… in the environment, or in a file `.env` beside where the command is run (the environment wins).

A name that does not exist is an error, because a misspelt setting would otherwise be a silent default. Secrets are
`SecretStr`, the database addresses among them since they may carry a password; no message here repeats their value.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from flows.errors import FirebreakError
from rules.problems import did_you_mean

PREFIX = "FIREBREAK_"
ENV_FILE = Path(".env")

_Port = Annotated[int, Field(ge=1, le=65534)]
_NEW_KEY = "python3 -c 'import base64, secrets; print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())'"


class SettingsError(FirebreakError):
    """A setting is wrong or missing."""


def _absolute(path: Path) -> Path:
    return path.expanduser().resolve()


def _web_address(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", text):
        raise ValueError("should be an address such as https://graph.facebook.com")
    return text.rstrip("/")


def _key(key: SecretStr) -> SecretStr:
    text = key.get_secret_value()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("has characters that no key has")
    return key


def _zone(name: object) -> object:
    if isinstance(name, str) and name not in available_timezones():
        raise ValueError(f"is not a time zone such as Europe/Berlin{did_you_mean(name, available_timezones())}")
    return ZoneInfo(name) if isinstance(name, str) else name


# pydantic calls these with the fields above them, and only when all of those are right.


def _in_home(name: str) -> Callable[[dict[str, Any]], SecretStr]:
    return lambda given: SecretStr(f"sqlite:///{given['home'] / name}")


def _in_practice(value: str) -> Callable[[dict[str, Any]], SecretStr | None]:
    return lambda given: SecretStr(value) if given["channel"] == "practice" else None


def _api_base(given: dict[str, Any]) -> str:
    return f"http://127.0.0.1:{given['port'] + 1}" if given["channel"] == "practice" else "https://graph.facebook.com"


class Settings(BaseSettings):
    """What this installation is told. `Settings.load()` is the way to one.

    In practice mode the stand-in for WhatsApp listens on the port after `port`, on this machine only, and both sides
    use the fixed words below, so that anybody can try a signed webhook by hand.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", frozen=True, validate_default=True
    )

    home: Annotated[Path, AfterValidator(_absolute)] = Field(
        default=Path(".firebreak"), description="where the data lives; made when it is not there"
    )
    content: Annotated[Path, AfterValidator(_absolute)] | None = Field(
        default=None, description="the folder that holds playbooks/ and rules/; the one that is shipped if not given"
    )
    channel: Literal["practice", "cloud_api", "manual"] = Field(
        default="practice", description="how customers are reached: practice, cloud_api or manual"
    )
    host: str = Field(default="127.0.0.1", description="the address the web app listens on")
    port: _Port = Field(default=8080, description="the port of the web app; practice mode uses the next one too")
    prefect_port: _Port = Field(default=4200, description="the port of Prefect's server, on this machine only")
    database_url: SecretStr = Field(
        default_factory=_in_home("firebreak.db"),
        description="the store: sqlite:///… or postgresql+psycopg://…; by default a file in FIREBREAK_HOME",
    )
    keys_url: SecretStr = Field(
        default_factory=_in_home("keys.db"),
        description="the customers' keys, kept apart from the store and out of its backups; by default a file likewise",
    )
    ledger: Annotated[Path, AfterValidator(_absolute)] = Field(
        default_factory=lambda given: given["home"] / "erasures.jsonl",
        description="the second copy of the ledger of erasures, which survives when an old backup is put in place",
    )
    master_key: SecretStr | None = Field(
        default=None, description="32 random bytes in base64 that lock the customers' keys; made in practice mode"
    )
    whatsapp_token: SecretStr | None = Field(
        default_factory=_in_practice("practice-token"), description="the access token of the system user"
    )
    whatsapp_phone_number_id: Annotated[str, Field(pattern=r"^\d+$")] | None = Field(
        default_factory=lambda given: "100000000000001" if given["channel"] == "practice" else None,
        description="the id of the business phone number (not the number itself)",
    )
    whatsapp_app_secret: SecretStr | None = Field(
        default_factory=_in_practice("practice-app-secret"), description="the app secret that signs webhooks"
    )
    whatsapp_verify_token: SecretStr | None = Field(
        default_factory=_in_practice("practice-verify-token"),
        description="the word agreed for the webhook's first call",
    )
    whatsapp_api_base: Annotated[str, AfterValidator(_web_address)] = Field(
        default_factory=_api_base, description="the address of the Graph API"
    )
    whatsapp_api_version: Annotated[str, Field(pattern=r"^v\d+\.\d+$")] = Field(
        default="v23.0", description="the version of the Graph API"
    )
    messages_per_second: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=80,
        description="how many messages WhatsApp lets the number send in a second: 80, 20 on Coexistence, 1000 upgraded",
    )
    team: Annotated[Path, AfterValidator(_absolute)] | None = Field(
        default=None, description="the team file: roles, the people behind them, their Apprise addresses"
    )
    llm_url: Annotated[str, AfterValidator(_web_address)] | None = Field(
        default=None,
        description="the address of a language model that reads messages too, up to /v1; personal data is taken out",
    )
    llm_model: str | None = Field(default=None, description="the name of the model at that address")
    llm_key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        default=None, description="the key for that address, if it asks for one"
    )
    orders_file: Annotated[Path, AfterValidator(_absolute)] | None = Field(
        default=None, description="a CSV file with the orders of customers, see docs/orders.md"
    )
    orders_url: Annotated[str, AfterValidator(_web_address)] | None = Field(
        default=None, description="the address that is asked about a customer's orders, see docs/orders.md"
    )
    orders_token: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        default=None, description="the token for that address, if it asks for one"
    )
    api_token: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        default=None,
        description="the token with which other tools may ask whether a message may be sent to a certain customer",
    )
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = Field(
        default=ZoneInfo("UTC"), description="the time zone in which times are shown and schedules are read"
    )
    language: Literal["en", "zh-CN"] = Field(
        default="en", description="the language of the card for the wall and of the war room"
    )

    @classmethod
    def load(cls, env_file: Path = ENV_FILE) -> Settings:
        """Read and check everything. Raises `SettingsError` that names every wrong setting, one line each."""
        given = environment(env_file)
        problems = [
            f"{name} is not a setting of Firebreak{did_you_mean(name.upper(), _names())}"
            for name in sorted(given)
            if name.upper().startswith(PREFIX) and name.upper() not in _names()
        ]
        try:
            settings = cls(_env_file=env_file)
        except ValidationError as error:
            problems += [
                _told(dict(line), given)
                for line in error.errors(include_url=False)
                if line["type"] != "default_factory_not_called"  # only follows from an error of another setting
            ]
            raise SettingsError("\n".join(problems)) from None
        ports = {PREFIX + "PORT": settings.port, PREFIX + "PREFECT_PORT": settings.prefect_port}
        if settings.channel == "practice":
            ports["the practice WhatsApp (FIREBREAK_PORT + 1)"] = settings.port + 1
        if len(set(ports.values())) < len(ports):
            said = ", ".join(f"{name}: {port}" for name, port in ports.items())
            problems.append(f"two services cannot share a port ({said})")
        for given_one, other in (("llm_url", "llm_model"), ("llm_model", "llm_url"), ("llm_key", "llm_url")):
            if getattr(settings, given_one) is not None and getattr(settings, other) is None:
                names = f"{PREFIX}{given_one.upper()} needs {PREFIX}{other.upper()}"
                problems.append(f"{names}, {_described(other)}")
        if settings.orders_token is not None and settings.orders_url is None:
            problems.append(f"{PREFIX}ORDERS_TOKEN needs {PREFIX}ORDERS_URL, {_described('orders_url')}")
        if settings.orders_file is not None and settings.orders_url is not None:
            problems.append(f"orders come from one place: give {PREFIX}ORDERS_FILE or {PREFIX}ORDERS_URL, not both")
        if problems:
            raise SettingsError("\n".join(problems))
        return settings

    def missing(self) -> list[str]:
        """What the chosen channel still needs, one line each; empty when nothing does."""
        lines = []
        if self.channel != "practice" and self.master_key is None:
            lines.append(f"{PREFIX}MASTER_KEY is needed: {_described('master_key')}. Make one with {_NEW_KEY}")
        if self.channel == "cloud_api":
            needed = [f"whatsapp_{name}" for name in ("token", "phone_number_id", "app_secret", "verify_token")]
            lines += [
                f"{PREFIX}{name.upper()} is needed: {_described(name)}"
                for name in needed
                if getattr(self, name) is None
            ]
        return lines

    def require_complete(self) -> None:
        """Raise `SettingsError` with all that is missing for the chosen channel."""
        if lines := self.missing():
            raise SettingsError("\n".join([f"{PREFIX}CHANNEL is {self.channel}; something is missing for it.", *lines]))

    def master_key_bytes(self, warn: Callable[[str], None]) -> bytes:
        """The 32 bytes of the master key. In practice mode one is made when there is none, and `warn` is told.

        Raises `SettingsError` when there is no key to be had, `VaultError` when it is none.
        """
        from flows.store.keys import read_master_key  # with the database behind it: only for who opens the store

        if self.master_key is not None:
            return read_master_key(self.master_key.get_secret_value())
        if self.channel == "practice":
            return read_master_key(self._practice_key(warn))
        raise SettingsError("\n".join(self.missing()))

    def _practice_key(self, warn: Callable[[str], None]) -> str:
        from flows.store.keys import new_master_key

        path = self.home / "master.key"
        make_home(self.home)
        if not path.exists():
            # Written aside, then linked: whoever comes at the same time sees a whole key or none.
            draft = path.with_name(f"master.key.{os.getpid()}")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(new_master_key() + "\n")
            with suppress(FileExistsError):
                path.hardlink_to(draft)
                warn(
                    f"A master key for practice was made in {path}. For real customers set {PREFIX}MASTER_KEY "
                    "and keep it apart from the data: without it nothing personal can be read."
                )
            draft.unlink()
        return path.read_text("ascii", "replace")


def make_home(home: Path) -> None:
    """Make the folder of the data, open to its owner only. Raises `SettingsError` when that is not possible."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{PREFIX}HOME {home} cannot be made: {error.strerror}") from None


def environment(env_file: Path = ENV_FILE) -> Mapping[str, str]:
    """The environment, filled up from the `.env` file: what `${NAME}` in a team file is looked up in."""
    filed = {name: value for name, value in dotenv_values(env_file).items() if value is not None}
    return {**filed, **os.environ}


def _names() -> frozenset[str]:
    return frozenset(PREFIX + name.upper() for name in Settings.model_fields)


def _described(field: str) -> str:
    return Settings.model_fields[field].description or ""


def _told(error: Mapping[str, Any], given: Mapping[str, str]) -> str:
    """One line for a person; the value itself is repeated only when it cannot be a secret."""
    field = str(error["loc"][0])
    name = PREFIX + field.upper()
    secret = "Secret" in repr(Settings.model_fields[field].annotation)
    value = next((value for key, value in given.items() if key.upper() == name), None)
    shown = "" if secret or value is None else f' is "{value}", which'
    hint = did_you_mean(value, ("practice", "cloud_api", "manual")) if field == "channel" else ""
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{name}{shown} is wrong: {message}{hint} ({_described(field)})"
