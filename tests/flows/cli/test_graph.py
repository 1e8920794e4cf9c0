"""`firebreak graph`, as a designer types it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from flows.shelf import Shelf
from tests.flows.cli.conftest import Firebreak, read_json


def test_mermaid_goes_to_the_standard_output(firebreak: Firebreak) -> None:
    """Nobody could put the picture into a page with one line."""
    result = firebreak("graph", "deletion-request")
    assert result.exit_code == 0
    assert result.stdout.startswith("flowchart TD\n")
    assert "deletion/received" in result.stdout


def test_the_ending_says_what_is_written(firebreak: Firebreak, tmp_path: Path) -> None:
    """A file would hold something else than its name says."""
    for name, begins in (("a.svg", "<svg "), ("a.html", "<!doctype html>"), ("a.mmd", "flowchart TD")):
        assert firebreak("graph", "incident", "-o", str(tmp_path / name)).exit_code == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)
    wrong = firebreak("graph", "incident", "-o", str(tmp_path / "a.png"))
    assert wrong.exit_code == 1
    assert "should end in .svg, .html or .mmd" in wrong.stderr


def test_every_playbook_at_once(firebreak: Firebreak, shelf: Shelf, tmp_path: Path) -> None:
    """The pictures of a whole business could not be put on a page together."""
    folder = tmp_path / "deep" / "pictures"
    assert firebreak("graph", "--all", "-o", str(folder)).exit_code == 0
    index = (folder / "index.html").read_text(encoding="utf-8")
    for name in shelf.current.playbooks:
        ElementTree.parse(folder / f"{name}.svg")
        assert f'href="{name}.svg"' in index
    assert 'href="deletion-check-in.svg"' in (folder / "deletion-request.svg").read_text(encoding="utf-8")


def test_json_gives_nodes_and_edges(firebreak: Firebreak) -> None:
    """A machine could not draw it in its own way."""
    found = read_json(firebreak("graph", "incident", "--json"))
    assert found["playbook"] == "incident"
    assert {"id", "kind", "word", "title", "details", "path"} <= set(found["nodes"][0])
    assert {"tail", "head", "label", "way"} <= set(found["edges"][0])
    assert len(read_json(firebreak("graph", "--all", "--json"))["playbooks"]) > 5


def test_what_cannot_be_drawn_is_said_clearly(firebreak: Firebreak, tmp_path: Path) -> None:
    """Somebody who mistypes would see a traceback, or nothing."""
    assert 'did you mean "incident"' in firebreak("graph", "incidnt").stderr
    assert "Give the name of one playbook, or --all" in firebreak("graph").stderr
    assert "Give the folder" in firebreak("graph", "--all").stderr
    (tmp_path / "file").write_text("")
    taken = firebreak("graph", "incident", "-o", str(tmp_path / "file" / "a.svg"))
    assert taken.exit_code == 1
    assert "cannot be written" in taken.stderr
