"""Releasing a changed playbook in a copy of the content."""

from __future__ import annotations

from pathlib import Path

from rules.lock import write_lock

PLAYBOOK = "playbooks/complaint_general.yaml"


def release(root: Path, version: str = "2.1.0", title: str = "Another title") -> None:
    """Release the playbook under a new version."""
    text = (root / PLAYBOOK).read_text().splitlines()
    text[2], text[3] = f"version: {version}", f"title: {title}"
    (root / PLAYBOOK).write_text("\n".join(text) + "\n")
    write_lock(root)
