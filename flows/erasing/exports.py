"""Files with a customer's data: those that we wrote at somebody's wish go with the rest, and those that a chat was
imported from are deleted by whoever has them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.erasing.fate import placed_since
from flows.erasing.ledger import Line
from flows.errors import VaultError
from flows.runs import asides
from flows.store.database import Store
from flows.store.tables import Export
from flows.store.vault import GONE, Vault

OURS, IMPORTED = "their_data", "chat_export"
QUESTION = (
    "A file with this customer's data was written at a colleague's wish, and is not where it was, or was changed. "
    "Please delete every copy of it, then mark this done."
)


def remove(store: Store, session: Session, line: Line, *, again: bool) -> None:
    """Remove the files that we wrote before this erasure. One that is not found, or is another by now, stays listed,
    and a person is asked to look for it: once. With `again` one that is not found was removed the first time."""
    wanted = select(Export).where(
        Export.customer_id.in_(line.scope.owners), Export.removed_at.is_(None), Export.made_at <= line.at
    )
    if line.scope.everything or placed_since(session, line, line.scope.owners).everything:
        return
    for export in session.scalars(wanted).all():
        path = path_of(store.vault, export.sealed_path)
        if export.kind == OURS and path is not None and removed(Path(path), export.sha256, again):
            export.removed_at, export.sealed_path = store.clock.now(), GONE
        elif export.kind == OURS and path is not None:
            _ask(store, session, line, export, path)


def file_removed(vault: Vault, export: Export) -> bool:
    """Remove the file of an export if it lies where we wrote it and is still the same; whether it was."""
    path = path_of(vault, export.sealed_path)
    return path is not None and removed(Path(path), export.sha256, again=False)


def left(session: Session, customer_id: str) -> list[Export]:
    """The files that a customer's chats were imported from and that nobody has said to be deleted, oldest first."""
    known = select(Export).where(
        Export.customer_id == customer_id, Export.kind == IMPORTED, Export.removed_at.is_(None)
    )
    return list(session.scalars(known.order_by(Export.made_at, Export.id)))


def deleted_by_hand(session: Session, about: Collection[str], now: datetime) -> None:
    """A colleague says that these files (`D-…`) are gone; ids of anything else are passed over."""
    for export in session.scalars(select(Export).where(Export.id.in_(about), Export.removed_at.is_(None))).all():
        export.removed_at, export.sealed_path = now, GONE


def path_by_id(session: Session, vault: Vault, export_id: str) -> str:
    """Where a file (`D-…`) was when it was noted; empty when that is erased, or there is no such file."""
    export = session.get(Export, export_id)
    return (path_of(vault, export.sealed_path) or "") if export is not None else ""


def path_of(vault: Vault, sealed: bytes | None) -> str | None:
    """Where a file was written or read; None when that is erased or was never known."""
    try:
        opened = vault.open(sealed) if sealed is not None else None
    except VaultError:
        return None
    return str(opened.get("path")) if isinstance(opened, dict) else opened


def removed(path: Path, sha256: str, again: bool = False) -> bool:
    """Remove a file if it is still the one with this hash, and return whether it is gone; when that is done `again`,
    one that is not there is."""
    if again and not path.exists():
        return True
    try:
        if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            return False
        path.unlink()
    except OSError:
        return False
    return True


def _ask(store: Store, session: Session, line: Line, export: Export, path: str) -> None:
    if asides.is_asked(session, QUESTION, subject_id=export.customer_id):
        return
    sealed = store.vault.seal(export.customer_id, {"file": path})
    asides.ask(session, export.customer_id, QUESTION, store.clock.now(), case_id=line.case_id, sealed_details=sealed)
