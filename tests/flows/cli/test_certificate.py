"""`firebreak certificate`: a page for a case whose erasing is finished, and a look at such a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.assembly import open_store
from flows.channels.pace import Pace
from flows.clock import SystemClock
from flows.desk import Desk
from flows.erasing import erasure
from flows.rehearsal.stage import Nobody, Nowhere
from flows.settings import Settings
from flows.shelf import Shelf
from flows.store.tables import Case, Customer
from tests.flows.cli.conftest import Firebreak, read_json
from tests.flows.cli.town import CHINESE, NAME, NUMBER


@pytest.fixture
def erased(town: dict[str, str], shelf: Shelf) -> str:
    """The deletion request of the town, its customer's records erased."""
    with open_store(Settings.load(), SystemClock(), print) as store:
        desk = Desk(store, shelf, Nowhere(), Nobody(), Pace(store.clock))
        with store.begin() as session:
            case = session.get_one(Case, town["deletion"])
            customer = session.get_one(Customer, case.customer_id)
            line = erasure.begin(desk, session, customer, case_id=case.id)
        with store.begin() as session:
            erasure.finish(desk, session, line)
    return town["deletion"]


def test_certificate_is_written_and_verified(firebreak: Firebreak, erased: str, tmp_path: Path) -> None:
    """A customer could not be given anything, or nobody could tell later whether it is genuine."""
    page = tmp_path / "certificate.html"
    result = firebreak("certificate", erased, "--to", str(page), "--by", "anna")
    assert result.exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert "删除证明" in text, "the customer wrote in Chinese"
    for personal in (NAME, NUMBER, CHINESE):
        assert personal not in text
    shown = firebreak("certificate", "--verify", str(page))
    assert shown.exit_code == 0
    assert "GENUINE" in shown.stdout
    found = read_json(firebreak("certificate", "--verify", str(page), "--json"))
    assert (found["verdict"], found["ledger"], found["journal"]) == ("genuine", "agrees", "agrees")
    assert found["statement"]["case"] == erased
    assert "anna issues a deletion certificate" in firebreak("case", erased).stdout


def test_changed_page_is_told_by_words_and_by_the_exit_code(firebreak: Firebreak, erased: str, tmp_path: Path) -> None:
    """A script that checks certificates would take a forged one for a good one."""
    page = tmp_path / "certificate.html"
    firebreak("certificate", erased, "-o", str(page), "--language", "en")
    page.write_text(page.read_text(encoding="utf-8").replace("Deletion certificate", "Deletion Certificate"))
    result = firebreak("certificate", "--verify", str(page))
    assert result.exit_code == 1
    assert "CHANGED" in result.stdout
    page.write_text("<html>Not one of ours</html>")
    result = firebreak("certificate", "--verify", str(page))
    assert result.exit_code == 1
    assert "UNKNOWN" in result.stdout


def test_both_languages_stand_on_one_page(firebreak: Firebreak, erased: str) -> None:
    """A customer and an authority who read different languages would need two pages."""
    text = firebreak("certificate", erased, "--language", "both").stdout
    assert "Deletion certificate" in text
    assert "删除证明" in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name the case to certify"),
        (["CASE", "--language", "english"], "no language of certificates"),
        (["C-NONE"], "firebreak cases"),
        (["--verify", "no such file.html"], "no such file.html: No such file"),
    ],
)
def test_slip_is_told(firebreak: Firebreak, erased: str, arguments: list[str], says: str) -> None:
    """A person would not know what to type instead."""
    result = firebreak("certificate", *(erased if each == "CASE" else each for each in arguments))
    assert result.exit_code == 1
    assert says in result.stderr


def test_nothing_erased_is_nothing_to_certify(firebreak: Firebreak, town: dict[str, str], tmp_path: Path) -> None:
    """A page would say that everything was done, where nothing was."""
    page = tmp_path / "certificate.html"
    result = firebreak("certificate", town["parcel"], "--to", str(page))
    assert result.exit_code == 1
    assert "nothing to certify" in result.stderr
    assert not page.exists()
