"""Files with a customer's data that we wrote at somebody's wish: they go with the rest."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.erasing.ledger import Line
from flows.erasing.scope import held_of
from flows.errors import VaultError
from flows.ids import new_id
from flows.store.tables import Export, Task
from flows.store.vault import GONE, Vault
from rules.language import ON_CALL

OURS = "their_data"
QUESTION = (
    "A file with this customer's data was written at a colleague's wish, and is not where it was, or was changed. "
    "Please delete every copy of it, then mark this done."
)


def remove(desk: Desk, session: Session, line: Line) -> None:
    """Remove the files that we wrote before this erasure. One that is not found, or is another by now, stays listed,
    and a person is asked to look for it: once."""
    wanted = select(Export).where(
        Export.customer_id.in_(line.scope.owners), Export.removed_at.is_(None), Export.made_at <= line.at
    )
    if line.scope.everything or held_of(session, line.scope.owners).everything:
        return
    for export in session.scalars(wanted).all():
        path = path_of(desk.store.vault, export.sealed_path)
        if export.kind == OURS and path is not None and removed(Path(path), export.sha256):
            export.removed_at, export.sealed_path = desk.now(), GONE
        elif export.kind == OURS and path is not None:
            _ask(desk, session, line, export, path)


def path_of(vault: Vault, sealed: bytes | None) -> str | None:
    """Where a file was written or read; None when that is erased or was never known."""
    try:
        opened = vault.open(sealed) if sealed is not None else None
    except VaultError:
        return None
    return str(opened.get("path")) if isinstance(opened, dict) else opened


def removed(path: Path, sha256: str) -> bool:
    """Remove a file if it is still the one with this hash; returns whether it is gone by that."""
    try:
        if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            return False
        path.unlink()
    except OSError:
        return False
    return True


def _ask(desk: Desk, session: Session, line: Line, export: Export, path: str) -> None:
    asked = select(Task.id).where(
        Task.subject_id == export.customer_id, Task.question == QUESTION, Task.status == "open"
    )
    if session.scalars(asked).first() is not None:
        return
    session.add(
        Task(
            id=new_id("T"),
            subject_id=export.customer_id,
            case_id=line.case_id,
            kind="do",
            role=ON_CALL,
            question=QUESTION,
            created_at=desk.now(),
            sealed_details=desk.store.vault.seal(export.customer_id, {"file": path}),
        )
    )
