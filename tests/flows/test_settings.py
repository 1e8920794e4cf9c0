"""Settings are checked when they are read, and a secret is in none of the messages."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from flows.errors import FirebreakError
from flows.settings import PREFIX, Settings, SettingsError, environment

ROOT = Path(__file__).parents[2]
KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
CLOUD = {
    "CHANNEL": "cloud_api",
    "MASTER_KEY": KEY,
    "WHATSAPP_TOKEN": "t",
    "WHATSAPP_PHONE_NUMBER_ID": "1",
    "WHATSAPP_APP_SECRET": "s",
    "WHATSAPP_VERIFY_TOKEN": "v",
}


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine that runs the tests, and no .env of ours."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return monkeypatch


def _set(monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(PREFIX + name, value)


def test_without_any_setting_it_is_practice_on_this_machine_only(tmp_path: Path) -> None:
    """A stranger's first `make run` would ask for settings, or would listen to the world."""
    settings = Settings.load()
    assert (settings.channel, settings.host, settings.port, settings.prefect_port) == (
        "practice",
        "127.0.0.1",
        8080,
        4200,
    )
    assert settings.home == tmp_path / ".firebreak"
    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path}/.firebreak/firebreak.db"
    assert settings.keys_url.get_secret_value() == f"sqlite:///{tmp_path}/.firebreak/keys.db"
    assert settings.whatsapp_api_base == "http://127.0.0.1:8081"
    assert settings.missing() == []


def test_the_env_file_is_read_and_the_environment_wins(tmp_path: Path, given: pytest.MonkeyPatch) -> None:
    """What an operator wrote into .env would be ignored, or could not be overridden for one run."""
    (tmp_path / ".env").write_text("FIREBREAK_PORT=9000\nFIREBREAK_PREFECT_PORT=9100\nTELEGRAM_BOT=abc\n")
    _set(given, PORT="9001")
    settings = Settings.load()
    assert (settings.port, settings.prefect_port) == (9001, 9100)
    assert Settings().prefect_port == 9100
    assert environment()["TELEGRAM_BOT"] == "abc"


@pytest.mark.parametrize("place", ["environment", "file"])
def test_a_misspelt_name_is_an_error_with_the_right_one(place: str, tmp_path: Path, given: pytest.MonkeyPatch) -> None:
    """A misspelt setting would be a silent default: a token that is not used, a port that is not taken."""
    if place == "environment":
        _set(given, WHATSAP_TOKEN="x")
    else:
        (tmp_path / ".env").write_text("FIREBREAK_WHATSAP_TOKEN=x\n")
    with pytest.raises(SettingsError, match=r'FIREBREAK_WHATSAP_TOKEN .* did you mean "FIREBREAK_WHATSAPP_TOKEN"'):
        Settings.load()


def test_every_wrong_setting_is_named_at_once(given: pytest.MonkeyPatch) -> None:
    """An operator would mend one setting, start again, and meet the next."""
    _set(given, CHANNEL="cloud-api", PORT="many", TIMEZONE="Europe/Berln", WHATSAPP_API_BASE="graph", NONSENSE="1")
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    lines = str(caught.value).splitlines()
    assert len(lines) == 5
    for name, hint in {
        "FIREBREAK_CHANNEL": 'did you mean "cloud_api"',
        "FIREBREAK_PORT": '"many"',
        "FIREBREAK_TIMEZONE": 'did you mean "Europe/Berlin"',
        "FIREBREAK_WHATSAPP_API_BASE": "https://graph.facebook.com",
        "FIREBREAK_NONSENSE": "is not a setting",
    }.items():
        assert any(name in line and hint in line for line in lines), name


def test_two_services_are_not_put_on_one_port(given: pytest.MonkeyPatch) -> None:
    """The second to start would fail with a message about the first."""
    _set(given, PREFECT_PORT="8081")
    with pytest.raises(SettingsError, match="cannot share a port"):
        Settings.load()
    _set(given, **CLOUD)
    assert Settings.load().prefect_port == 8081


def test_no_secret_is_ever_shown(given: pytest.MonkeyPatch) -> None:
    """A token would be in a terminal, a log or a bug report."""
    secret = "hunter2-hunter2"
    _set(given, LLM_URL="https://example.com/v1", LLM_MODEL="m", LLM_KEY=secret)
    database = f"postgresql+psycopg://firebreak:{secret}@localhost/firebreak"
    _set(given, MASTER_KEY=secret, WHATSAPP_TOKEN=secret, WHATSAPP_APP_SECRET=secret, WHATSAPP_VERIFY_TOKEN=secret)
    _set(given, DATABASE_URL=database, KEYS_URL=database)
    settings = Settings.load()
    assert secret not in repr(settings) + str(settings) + settings.model_dump_json()
    with pytest.raises(FirebreakError) as caught:
        settings.master_key_bytes(pytest.fail)
    assert secret not in str(caught.value)
    _set(given, PORT="0", TYPO="1")
    with pytest.raises(SettingsError) as caught_too:
        Settings.load()
    assert secret not in str(caught_too.value)


@pytest.mark.parametrize(
    ("given_ones", "says"),
    [
        ({"LLM_URL": "https://example.com/v1"}, "FIREBREAK_LLM_URL needs FIREBREAK_LLM_MODEL"),
        ({"LLM_MODEL": "m"}, "FIREBREAK_LLM_MODEL needs FIREBREAK_LLM_URL"),
        ({"LLM_KEY": "k"}, "FIREBREAK_LLM_KEY needs FIREBREAK_LLM_URL"),
        ({"LLM_URL": "example.com", "LLM_MODEL": "m"}, "FIREBREAK_LLM_URL"),
        ({"LLM_URL": "https://example.com/v1", "LLM_MODEL": "m", "LLM_KEY": "sk-ä"}, "that no key has"),
    ],
)
def test_half_a_language_model_is_an_error(given_ones: dict[str, str], says: str, given: pytest.MonkeyPatch) -> None:
    """An operator would believe that the model reads messages, and it would never be asked."""
    _set(given, **given_ones)
    with pytest.raises(SettingsError, match=says) as caught:
        Settings.load()
    assert "sk-" not in str(caught.value)


def test_what_a_channel_lacks_is_listed_whole(given: pytest.MonkeyPatch) -> None:
    """Firebreak would start for real customers and fail at the first message."""
    _set(given, CHANNEL="cloud_api")
    settings = Settings.load()
    with pytest.raises(SettingsError) as caught:
        settings.require_complete()
    for name in (name for name in CLOUD if name != "CHANNEL"):
        assert PREFIX + name in str(caught.value)
    _set(given, **CLOUD)
    Settings.load().require_complete()


@pytest.mark.parametrize("channel", ["cloud_api", "manual"])
def test_a_master_key_is_never_made_for_real_customers(channel: str, tmp_path: Path, given: pytest.MonkeyPatch) -> None:
    """A key nobody has kept elsewhere would lock real customers' data, and be lost with the machine."""
    _set(given, CHANNEL=channel)
    with pytest.raises(SettingsError, match="FIREBREAK_MASTER_KEY is needed"):
        Settings.load().master_key_bytes(pytest.fail)
    assert not (tmp_path / ".firebreak").exists()
    _set(given, MASTER_KEY=KEY)
    assert Settings.load().master_key_bytes(pytest.fail) == bytes(32)


def test_practice_makes_a_key_once_keeps_it_private_and_warns(tmp_path: Path) -> None:
    """Yesterday's practice data could not be read today, or anybody on the machine could read it."""
    warnings: list[str] = []
    key = Settings.load().master_key_bytes(warnings.append)
    assert len(key) == 32
    assert Settings.load().master_key_bytes(pytest.fail) == key
    file = tmp_path / ".firebreak" / "master.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [each.name for each in file.parent.iterdir()] == ["master.key"]
    assert len(warnings) == 1
    assert str(file) in warnings[0]
    assert file.read_text().strip() not in warnings[0]


def test_a_home_that_cannot_be_made_is_said_in_one_line(tmp_path: Path, given: pytest.MonkeyPatch) -> None:
    """The operator would see a traceback where one line names the folder."""
    (tmp_path / "file").write_text("")
    _set(given, HOME=str(tmp_path / "file" / "home"))
    with pytest.raises(SettingsError, match=r"FIREBREAK_HOME .* cannot be made: Not a directory"):
        Settings.load().master_key_bytes(pytest.fail)


def test_every_setting_is_in_the_example_and_nothing_else() -> None:
    """A setting would exist that nobody can find, or be documented and refused."""
    told = set(re.findall(r"^#?(FIREBREAK_[A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    assert told == {PREFIX + name.upper() for name in Settings.model_fields}


def test_the_secrets_are_typed_as_secrets() -> None:
    """A new secret would be printed with the other settings."""
    secrets = {name for name in Settings.model_fields if isinstance(getattr(Settings(), name), SecretStr)}
    assert {"database_url", "keys_url", "whatsapp_token", "whatsapp_app_secret", "whatsapp_verify_token"} == secrets
    assert "SecretStr" in str(Settings.model_fields["master_key"].annotation)
