"""`firebreak measure`: the table in the documents is what is measured now, and slips in labelled files are told."""

from __future__ import annotations

from pathlib import Path

from flows.shelf import ROOT
from tests.flows.cli.conftest import Firebreak, read_json


def test_the_measured_figures_are_those_of_today(firebreak: Firebreak, tmp_path: Path) -> None:
    """The documents would praise a reading that a later change has made worse."""
    table = tmp_path / "measured.md"
    firebreak("measure", str(ROOT / "tests" / "texts"), "--write", str(table))
    assert (ROOT / "docs" / "measured.md").read_text(encoding="utf-8") == table.read_text(encoding="utf-8"), (
        "firebreak measure --write docs/measured.md"
    )


def test_own_messages_are_measured_and_their_slips_shown(firebreak: Firebreak, tmp_path: Path) -> None:
    """A team could not find out how well its own customers are understood."""
    file = tmp_path / "en.tsv"
    lines = ["complaint\tcalm\tsafety\t-\tmy charger caught fire", "other\tcalm\t-\t-\tplease delete my data", ""]
    file.write_text("\n".join(lines), encoding="utf-8")
    figures = read_json(firebreak("measure", str(file), "--json"))
    assert figures["en"]["messages"] == 2
    assert figures["all"]["outcomes"]["sign_safety"] == {"precision": 1.0, "recall": 1.0, "true": 1, "unknown": 0}
    shown = firebreak("measure", str(file), "--slips").output
    assert "intent: read deletion_request, labelled other" in shown
    assert "please delete my data" in shown


def test_a_file_that_cannot_be_read_is_told_with_its_line(firebreak: Firebreak, tmp_path: Path) -> None:
    """Whoever labels would look for the slip by hand."""
    file = tmp_path / "en.tsv"
    file.write_text("complaint\tcalm\tsafety\tmy charger caught fire\n", encoding="utf-8")
    ended = firebreak("measure", str(file))
    assert ended.exit_code == 1
    assert "en.tsv:1:1: error: expected 5 columns" in ended.stderr
    (tmp_path / "klingon.tsv").write_text("other\tcalm\t-\t-\tnuqneH\n", encoding="utf-8")
    assert 'locale cannot be "klingon"' in firebreak("measure", str(tmp_path / "klingon.tsv")).stderr
    assert "There is no file or folder" in firebreak("measure", str(tmp_path / "nothing")).stderr
    (tmp_path / "empty").mkdir()
    assert "There are no .tsv files" in firebreak("measure", str(tmp_path / "empty")).stderr
