"""`firebreak doctor`."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from flows import shelf as shelf_module
from flows.cli.backlog import backlog_findings, journal_findings
from flows.errors import FirebreakError
from flows.practice.server import PracticeServer
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage
from flows.store.database import Store
from flows.store.tables import FollowUp, Outbox, Run, Subject, Task
from flows.web.health import Probe
from rules.lock import LOCK
from tests.flows.cli.conftest import Firebreak
from tests.flows.conftest import free_port
from tests.flows.released import PLAYBOOK
from tests.flows.web.test_served import served

SECRETS = {
    "FIREBREAK_WHATSAPP_TOKEN": "EAAG-token-secret",
    "FIREBREAK_WHATSAPP_APP_SECRET": "app-secret-secret",
    "FIREBREAK_WHATSAPP_VERIFY_TOKEN": "verify-secret",
    "TELEGRAM_BOT": "123456789:bot-secret-aaaaaaaaaaaaaaaaaaaaaaaaa",
}
TEAM = """
people:
  first_phone: tgram://${TELEGRAM_BOT}/12315544/
roles:
  on_call: [first_phone]
  shift_lead: [first_phone]
  senior_owner: [first_phone]
  privacy_lead: [first_phone]
  crisis_team: [first_phone]
  legal_adviser: [first_phone]
  order_desk: [first_phone]
"""


def findings(result: Result) -> dict[str, list[dict[str, str]]]:
    """What was found, by what was looked at."""
    found: dict[str, list[dict[str, str]]] = {}
    told = json.loads(result.stdout)
    for each in told["findings"]:
        found.setdefault(each["what"], []).append(each)
    assert told["well"] == (result.exit_code == 0)
    return found


def states(result: Result, what: str) -> list[str]:
    return [each["state"] for each in findings(result)[what]]


def set_all(monkeypatch: pytest.MonkeyPatch, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_fresh_machine_is_well(firebreak: Firebreak, home: Path) -> None:
    """The first look at a new installation would be a page of errors."""
    result = firebreak("doctor")
    assert result.exit_code == 0, result.stdout
    assert "made at the first start" in result.stdout
    assert not home.exists()  # looking changes nothing


@pytest.mark.usefixtures("town")
def test_each_finding_says_what_to_do(firebreak: Firebreak) -> None:
    """Somebody would know that something is wrong, and not what to do about it."""
    found = [each for several in findings(firebreak("doctor", "--json")).values() for each in several]
    assert {each["state"] for each in found} <= {"ok", "warn"}
    assert all(each["do"] for each in found if each["state"] != "ok")
    shown = firebreak("doctor").stdout
    assert all(f"{each['state']:8}{each['what']}" in shown for each in found)


def test_practice_whatsapp_that_runs_is_found(firebreak: Firebreak, monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel that works would be reported as one that does not, or the other way round."""
    port = free_port()
    monkeypatch.setenv("FIREBREAK_PORT", str(port))
    assert states(firebreak("doctor", "--json"), "channel") == ["warn"]
    with PracticeServer(port + 1):
        assert states(firebreak("doctor", "--json"), "channel") == ["ok"]


@pytest.mark.usefixtures("town")
def test_whatsapp_that_cannot_be_reached_is_broken(
    firebreak: Firebreak, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing could be sent, and nobody would know."""
    key = (home / "master.key").read_text()
    real(monkeypatch, tmp_path, key)
    result = firebreak("doctor", "--json")
    assert result.exit_code == 1
    assert states(result, "channel") == ["broken"]
    assert states(result, "team") == ["ok"]
    assert states(result, "master key") == ["ok"]


def real(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str) -> None:
    """The settings of a real installation, whose WhatsApp cannot be reached."""
    (tmp_path / "team.yaml").write_text(TEAM)
    set_all(monkeypatch, SECRETS)
    monkeypatch.setenv("FIREBREAK_MASTER_KEY", key)
    monkeypatch.setenv("FIREBREAK_CHANNEL", "cloud_api")
    monkeypatch.setenv("FIREBREAK_WHATSAPP_API_BASE", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("FIREBREAK_WHATSAPP_PHONE_NUMBER_ID", "100000000000001")
    monkeypatch.setenv("FIREBREAK_TEAM", str(tmp_path / "team.yaml"))


@pytest.mark.parametrize("store", ["as it is", "away", "of another key"])
@pytest.mark.usefixtures("town")
def test_no_secret_is_ever_shown(
    firebreak: Firebreak, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    """What a person copies into a ticket would hold the keys to the customers' data."""
    key = (home / "master.key").read_text().strip()
    if store == "of another key":
        key = base64.b64encode(b"k" * 32).decode()
    real(monkeypatch, tmp_path, key)
    if store == "away":
        address = "postgresql://firebreak:database-secret@127.0.0.1:1/firebreak?password=database-secret"
        set_all(monkeypatch, {"FIREBREAK_DATABASE_URL": address, "FIREBREAK_KEYS_URL": f"{address}_keys"})
    shown = "".join(
        f"{result.stdout}{result.stderr}" for result in (firebreak("doctor"), firebreak("doctor", "--json"))
    )
    assert "store" in shown
    for secret in (key, "database-secret", "bot-secret", *SECRETS.values()):
        assert secret not in shown


def test_missing_settings_are_named(firebreak: Firebreak, monkeypatch: pytest.MonkeyPatch) -> None:
    """Firebreak would not start, and nobody would know for want of what."""
    monkeypatch.setenv("FIREBREAK_CHANNEL", "cloud_api")
    result = firebreak("doctor", "--json")
    assert result.exit_code == 1
    said = " ".join(each["says"] for each in findings(result)["settings"])
    for name in ("MASTER_KEY", *(name.removeprefix("FIREBREAK_") for name in SECRETS if name.startswith("FIRE"))):
        assert f"FIREBREAK_{name} is needed" in said
    assert states(result, "team") == ["missing"]


def test_wrong_settings_are_named_and_the_content_is_looked_at(
    firebreak: Firebreak, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One wrong setting would hide everything else that is wrong."""
    monkeypatch.setenv("FIREBREAK_PROT", "1")
    monkeypatch.setenv("FIREBREAK_PREFECT_PORT", "x")
    result = firebreak("doctor", "--json")
    assert states(result, "settings") == ["broken", "broken"]
    assert states(result, "content") == ["ok"]


def test_what_is_not_in_force_is_named(firebreak: Firebreak, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A designer would wait for a change to work that was never released."""
    monkeypatch.setattr(shelf_module, "ROOT", root)
    assert states(firebreak("doctor", "--json"), "release") == ["ok"]
    with (root / PLAYBOOK).open("a") as file:
        file.write("# a remark\n")
    (found,) = findings(firebreak("doctor", "--json"))["release"]
    assert (found["state"], found["do"]) == ("warn", "firebreak release")
    assert PLAYBOOK in found["says"]
    (root / LOCK).write_text("{")
    assert "lock.json:1:2" in findings(firebreak("doctor", "--json"))["release"][0]["says"]
    (root / LOCK).unlink()
    assert "nothing was ever released" in findings(firebreak("doctor", "--json"))["release"][0]["says"]


def test_a_release_that_the_service_refused_is_shown(
    firebreak: Firebreak, file_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A designer would believe that the release is in force, while the service goes on with the one before."""

    def refuse() -> None:
        raise FirebreakError("What was released cannot be used: playbooks/x.yaml:3:1")

    with served(file_store, Probe("content", refuse, needed=False)) as (_, port):
        monkeypatch.setenv("FIREBREAK_PORT", str(port))
        (found,) = findings(firebreak("doctor", "--json"))["content in force"]
    assert found["state"] == "warn"
    assert "playbooks/x.yaml:3:1" in found["says"]


@pytest.mark.usefixtures("town")
def test_wrong_master_key_is_broken(firebreak: Firebreak, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing personal could be read, and nobody would know before a customer waits."""
    monkeypatch.setenv("FIREBREAK_MASTER_KEY", base64.b64encode(b"k" * 32).decode())
    result = firebreak("doctor", "--json")
    assert result.exit_code == 1
    assert states(result, "master key")[-1] == "broken"


@pytest.mark.usefixtures("town")
def test_home_open_to_others_is_a_warning(firebreak: Firebreak, home: Path) -> None:
    """Everybody on the machine could copy the keys."""
    home.chmod(0o755)
    (found,) = findings(firebreak("doctor", "--json"))["home"]
    assert (found["state"], found["do"]) == ("warn", f"chmod 700 {home}")


@pytest.mark.parametrize(("version", "state", "code"), [("9999", "broken", 1), ("0000", "broken", 1)])
@pytest.mark.usefixtures("town")
def test_store_of_another_release_is_seen_and_not_touched(
    firebreak: Firebreak, home: Path, version: str, state: str, code: int
) -> None:
    """Looking at a store would change it, or a store that is too new would be opened."""
    with sqlite3.connect(home / "firebreak.db") as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (version,))
    result = firebreak("doctor", "--json")
    assert result.exit_code == code
    assert states(result, "store") == [state]
    with sqlite3.connect(home / "firebreak.db") as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == (version,)


def test_history_that_was_changed_is_found(firebreak: Firebreak, town: dict[str, str], home: Path) -> None:
    """Somebody could rewrite what happened, and no one would ever know."""
    with sqlite3.connect(home / "firebreak.db") as database:
        database.execute("DROP TRIGGER journal_is_never_changed")
        database.execute("UPDATE journal SET data = '{}' WHERE case_id = ? AND number = 2", (town["urgent"],))
    result = firebreak("doctor", "--json")
    assert result.exit_code == 1
    (found,) = findings(result)["journal"]
    assert found["state"] == "broken"
    assert "line 2" in found["says"]


@pytest.mark.parametrize(
    ("team", "state", "says"),
    [
        (
            "people:\n  first_phone: json://127.0.0.1/s3cret\nroles:\n  on_call: [first_phone]\n",
            "missing",
            '"crisis_team"',
        ),
        (TEAM.replace("${TELEGRAM_BOT}", "${NOWHERE}"), "broken", "NOWHERE"),
        (
            TEAM.replace("tgram://", "nosuchservice://"),
            "broken",
            "first_phone: Apprise does not understand address 1 of 1",
        ),
        (TEAM.replace("[first_phone]", "[first_phne]", 1), "broken", '"first_phone"'),
    ],
)
def test_team_that_reaches_nobody_is_seen(
    firebreak: Firebreak, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, team: str, state: str, says: str
) -> None:
    """In the night of the fire nobody would be called."""
    set_all(monkeypatch, SECRETS)
    for name in SECRETS:
        if name.startswith("FIREBREAK_"):
            monkeypatch.delenv(name)
    (tmp_path / "team.yaml").write_text(team)
    monkeypatch.setenv("FIREBREAK_TEAM", str(tmp_path / "team.yaml"))
    result = firebreak("doctor", "--json")
    assert result.exit_code == 1
    found = findings(result)["team"]
    assert state in {each["state"] for each in found}
    assert says in " ".join(each["says"] for each in found)
    assert "s3cret" not in result.stdout


# -- work that lies about ----------------------------------------------------------------------------------------------


@pytest.fixture
def neglected(town: dict[str, str], home: Path) -> dict[str, str]:
    """The town after a bad week."""
    key = base64.b64decode((home / "master.key").read_text())

    class Now:
        def now(self) -> datetime:
            return datetime.now(UTC)

    with Store.open(f"sqlite:///{home}/firebreak.db", f"sqlite:///{home}/keys.db", key, Now()) as store:
        long_ago = datetime.now(UTC) - timedelta(hours=2)
        with store.begin() as session:
            run = session.query(Run).where(Run.case_id == town["urgent"]).one()
            run.status = "stuck"
            session.query(Run).where(Run.case_id == town["deletion"], ~Run.alongside).one().status = "finished"
            session.get_one(Subject, town["customer"]).due_at = long_ago
            session.query(Task).where(Task.case_id == town["urgent"], Task.status == "open").one().due_at = long_ago
            mine: dict[str, Any] = {"subject_id": run.subject_id, "run_id": run.id, "case_id": run.case_id}
            text = {**mine, "to": "customer", "form": "text", "created_at": long_ago, "sealed_body": b""}
            notice = {**text, "to": "team", "form": "notice", "role": "on_call"}
            planned = {**mine, "path": "x", "playbook": "complaint-check-in", "due_at": long_ago}
            session.add_all(
                [
                    Outbox(id="O-1", key="1", status="ready", **text),
                    Outbox(id="O-2", key="2", status="failed", **text),
                    Outbox(id="O-3", key="3", status="failed", **notice),
                    FollowUp(id="F-1", status="waiting", **planned),
                ]
            )
    return town


def test_work_that_nobody_does_is_named(firebreak: Firebreak, neglected: dict[str, str]) -> None:
    """A customer would wait for days, and everything would look well."""
    found = findings(firebreak("doctor", "--json"))
    says = {what: each[0]["says"] for what, each in found.items() if each[0]["state"] == "warn"}
    assert "due since 2 hours" in says["overdue"]
    assert neglected["urgent"] in says["stuck"]
    assert neglected["deletion"] in says["idle"]
    assert says["unsent"].startswith("1 text")
    assert neglected["urgent"] in says["not delivered"]
    assert "on_call 1" in says["not told"]
    assert "1 task past due: T-" in says["late tasks"]
    assert says["follow-ups"].startswith("1 follow-up overdue since 2 hours")
    assert says["rejected"].startswith("1 element")


def test_quiet_store_has_no_warning_of_its_own(stage: Stage) -> None:
    """Warnings about nothing would teach people to look away."""
    stage.happen(Event(customer_says=Says("The charger caught fire and burned my hand")))
    found = [*backlog_findings(stage.store), *journal_findings(stage.store, lambda *_: None)]
    assert {each.state for each in found} == {"ok"}
    assert [each.what for each in found] == ["work", "journal"]
    assert "1 open case" in found[0].says
