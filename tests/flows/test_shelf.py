"""Where the content is: the setting that names a folder of one's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows.shelf import CONTENT, ROOT

COMMAND = [sys.executable, "-c", "from flows.cli.main import main; main()", "check"]


def check(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """`firebreak check`, typed in this folder on a machine with these settings."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("FIREBREAK_")}
    env = {**others, "PYTHONPATH": str(ROOT), **settings}
    return subprocess.run(COMMAND, cwd=folder, env=env, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Content of somebody's own, in which one title has changed."""
    for name in ("playbooks", "rules"):
        shutil.copytree(ROOT / name, tmp_path / "own" / name, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    playbook = tmp_path / "own/playbooks/incident.yaml"
    playbook.write_text(
        playbook.read_text(encoding="utf-8").replace("title: ", "title: Our way. ", 1), encoding="utf-8"
    )
    return tmp_path / "own"


def test_a_business_has_content_of_its_own(own: Path, tmp_path: Path) -> None:
    """Who installs Firebreak could only use the procedures that it comes with."""
    assert "playbooks/incident.yaml" in check(tmp_path, **{CONTENT: str(own)}).stdout
    (tmp_path / ".env").write_text(f"{CONTENT}={own}\n", encoding="utf-8")
    assert "playbooks/incident.yaml" in check(tmp_path).stdout
    assert "playbooks/incident.yaml" not in check(tmp_path, **{CONTENT: ""}).stdout


def test_a_folder_without_content_is_named(tmp_path: Path) -> None:
    """Somebody who misspells the folder would look for files that are missing somewhere."""
    told = check(tmp_path, **{CONTENT: str(tmp_path / "nowhere")})
    assert told.returncode == 1
    assert f"{CONTENT} is {tmp_path / 'nowhere'}, and there is no folder playbooks/ in it" in told.stderr
