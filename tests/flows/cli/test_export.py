"""`firebreak export` and `firebreak exports`."""

from __future__ import annotations

import json
import zipfile
from html import escape
from pathlib import Path
from typing import Any

import pytest

from flows.shelf import ROOT
from tests.flows.cli.conftest import Firebreak, read_json
from tests.flows.cli.town import CHINESE, FIRE, NAME, NUMBER, PARCEL

Town = dict[str, str]


def data_of(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as packed:
        found: dict[str, Any] = json.loads(packed.read("data.json"))
    return found


def page_of(path: Path) -> str:
    with zipfile.ZipFile(path) as packed:
        return packed.read("index.html").decode()


def test_the_file_has_what_we_hold_and_nothing_of_anybody_else(
    firebreak: Firebreak, town: Town, tmp_path: Path
) -> None:
    """A customer would get too little, or what another one wrote."""
    path = tmp_path / "theirs.zip"
    shown = firebreak("export", town["deletion"], "--to", str(path)).stdout
    assert str(path) in shown
    assert "firebreak exports --remove D-" in shown
    page = page_of(path)
    for words in (
        CHINESE,
        escape(NAME),
        NUMBER,
        town["deletion"],
        '<html lang="zh-CN">',
        "客户要求删除聊天里的个人信息",
    ):
        assert words in page
    everything = page + json.dumps(data_of(path), ensure_ascii=False)
    assert FIRE not in everything
    assert PARCEL not in everything
    assert "first_phone" not in everything


def test_json_and_another_language(firebreak: Firebreak, town: Town, tmp_path: Path) -> None:
    """A program could not go on with the file, or a customer could not read it."""
    path = tmp_path / "theirs.zip"
    said = read_json(firebreak("export", town["customer"], "--to", str(path), "--language", "en", "--json"))
    assert said["path"] == str(path)
    assert said["kind"] == "their_data"
    assert said["customer"] == town["customer"]
    assert said["language"] == "en"
    assert '<html lang="en">' in page_of(path)
    assert data_of(path)["profile"]["id"] == town["customer"]
    case = read_json(firebreak("case", town["deletion"], "--json"))
    assert str(path) not in json.dumps(case)


def test_without_a_name_it_is_called_like_the_case(
    firebreak: Firebreak, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A colleague would have to think of a name, and take the customer's."""
    monkeypatch.chdir(tmp_path)
    firebreak("export", town["deletion"])
    assert (tmp_path / f"{town['deletion']}.zip").is_file()
    (tmp_path / "folder").mkdir()
    firebreak("export", town["deletion"], "--to", "folder")
    assert (tmp_path / "folder" / f"{town['deletion']}.zip").is_file()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--to", "there.zip"], "is there already"),
        (["--to", "nowhere/theirs.zip"], "there is no folder"),
        (["--to", str(ROOT / "playbooks" / "theirs.zip")], "the folder with the playbooks"),
        (["--to", "theirs.zip", "--language", "zh"], 'no page in "zh"'),
        (["--to", "theirs.zip", "--by", ""], "A name has"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    firebreak: Firebreak, town: Town, tmp_path: Path, arguments: list[str], says: str
) -> None:
    """A slip would write a customer's data where nobody looks for it, or end in a traceback."""
    (tmp_path / "there.zip").write_text("mine")
    done = firebreak("export", town["deletion"], *arguments)
    assert done.exit_code == 1
    assert says in done.stderr
    assert read_json(firebreak("exports", "--all", "--json")) == []
    assert not (ROOT / "playbooks" / "theirs.zip").exists()
    assert (tmp_path / "there.zip").read_text() == "mine"


def test_an_unknown_id_is_one_clear_line(firebreak: Firebreak, town: Town) -> None:  # noqa: ARG001 - a filled store
    """A mistyped id would end in a traceback, or in an empty file that is taken for all there is."""
    assert "there is no case" in firebreak("export", "C-NOTHING").stderr
    assert "there is no copy" in firebreak("exports", "--remove", "D-NOTHING").stderr
    assert "--remove" in firebreak("exports", "--by-hand").stderr


def test_copies_are_listed_and_removed(firebreak: Firebreak, town: Town, tmp_path: Path) -> None:
    """A file with all of a customer's data would lie about for ever."""
    assert "There is no file" in firebreak("exports").stdout
    path = tmp_path / "theirs.zip"
    said = read_json(firebreak("export", town["deletion"], "--to", str(path), "--by", "anna", "--json"))
    assert [each["id"] for each in read_json(firebreak("exports", "--json"))] == [said["id"]]
    assert [each["id"] for each in read_json(firebreak("exports", town["customer"], "--json"))] == [said["id"]]
    assert read_json(firebreak("exports", town["parcel"], "--json")) == []
    listed = firebreak("exports").stdout
    assert said["id"] in listed
    assert "by anna" in listed
    assert "is removed" in firebreak("exports", "--remove", said["id"][:6], "--by", "anna").stdout
    assert not path.exists()
    assert read_json(firebreak("exports", "--json")) == []
    assert read_json(firebreak("exports", "--all", "--json"))[0]["removed_at"] is not None
    assert "removed a file" in firebreak("case", town["deletion"]).stdout
