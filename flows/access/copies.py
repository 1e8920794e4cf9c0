"""The file itself: written once, known ever after, and removed when the customer has it.

It is one more copy of somebody's data. So it is noted before it is written, with the hash of what is to be in it: a
crash in between leaves a note about a file that never was, and not a file that nobody knows of.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.access.page import page
from flows.access.their_data import Asked, their_data
from flows.desk import Desk
from flows.erasing.exports import OURS, path_of, removed
from flows.errors import FirebreakError, NotFound
from flows.ids import new_id
from flows.runs import history
from flows.store.customers import current
from flows.store.tables import Export, Step, Task

PAGE, DATA = "index.html", "data.json"
WRITTEN, REMOVED = "data exported", "copy removed"
"""The journal's words, with the id of the copy."""


def write(desk: Desk, asked: Asked, to: Path, by: str) -> Export:
    """Write what we hold about a customer into a new file at `to`, which only its owner may read, and return its note.

    Raises `FirebreakError` when there is a file already, or when none can be written there.
    """
    to = to.resolve()
    if os.path.lexists(to):
        raise FirebreakError(f"{to} is there already; nothing was written. Name another file with --to")
    if not _is_folder(to.parent):
        raise FirebreakError(f"there is no folder {to.parent}; nothing was written")
    with desk.store.begin() as session:
        current(session, asked.customer_id)  # from here on nothing of them changes until the note is committed
        packed = _packed(desk, session, asked)
        export = _noted(desk, session, asked, to, packed, by)
    try:
        _put(to, packed)
    except OSError as error:
        with desk.store.begin() as session:
            session.get_one(Export, export.id).removed_at = desk.now()
        raise FirebreakError(f"{to} cannot be written: {error.strerror}") from None
    return export


def remove(desk: Desk, session: Session, export_id: str, by: str, *, by_hand: bool = False) -> Export:
    """Remove a file that we wrote, and note it; `by_hand` only notes that a person has removed it. Doing it twice is
    harmless. Raises `NotFound` for an unknown id, `FirebreakError` for a file that is not ours, is not where it was, or
    is another by now: a person has to look for that one."""
    export = session.get(Export, export_id)
    if export is None:
        raise NotFound(f'there is no copy "{export_id}"; `firebreak exports` lists them')
    current(session, export.customer_id)
    session.refresh(export)
    if export.removed_at is not None:
        return export
    path = path_of(desk.store.vault, export.sealed_path)
    ours = export.kind == OURS and path is not None
    if not by_hand and not (ours and removed(Path(str(path)), export.sha256)):
        what = "is not where it was written, or was changed" if ours else "was not written by Firebreak"
        where = f" ({path})" if path else ""
        raise FirebreakError(
            f"the file of {export.id}{where} {what}; delete every copy of it yourself, then say so: "
            f"firebreak exports --remove {export.id} --by-hand"
        )
    export.removed_at = desk.now()
    said = {"export": export.id, "by": by, "by_hand": by_hand}
    history.tell_of(session, export.customer_id, desk.now(), REMOVED, said, case_id=export.case_id)
    return export


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that no disk can hold
        return False


def _packed(desk: Desk, session: Session, asked: Asked) -> bytes:
    """The file: a page for people, and the same for programs."""
    data = their_data(desk.store, session, desk.shelf.current, asked)
    parts = {
        PAGE: page(data, asked.language, desk.timezone),
        DATA: json.dumps(data, ensure_ascii=False, indent=2) + "\n",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, _stamp(asked.at))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(info, text.encode("utf-8", "replace"))
    return packed.getvalue()


def _stamp(at: datetime) -> tuple[int, int, int, int, int, int]:
    return at.year, at.month, at.day, at.hour, at.minute, at.second


def _noted(desk: Desk, session: Session, asked: Asked, to: Path, packed: bytes, by: str) -> Export:
    customer_id, case_id = asked.customer_id, asked.case_id
    export = Export(
        id=new_id("D"),
        customer_id=customer_id,
        case_id=case_id,
        kind=OURS,
        made_at=asked.at,
        made_by=by,
        sha256=hashlib.sha256(packed).hexdigest(),
        sealed_path=desk.store.vault.seal(customer_id, {"path": str(to)}),
    )
    session.add(export)
    session.flush()
    said = {"export": export.id, "sha256": export.sha256, "by": by}
    history.tell_of(session, customer_id, asked.at, WRITTEN, said, case_id=case_id)
    if case_id is not None:
        _tell_task(desk, session, case_id, to)
    return export


def _tell_task(desk: Desk, session: Session, case_id: str, to: Path) -> None:
    """Whoever is to hand it over finds in their task where it lies."""
    waiting = select(Task).join(Step, (Step.run_id == Task.run_id) & (Step.path == Task.path))
    waiting = waiting.where(Task.case_id == case_id, Task.status == "open", Step.verb == "hand_over_data")
    for task in session.scalars(waiting):
        details = desk.store.vault.open_or_nothing(task.sealed_details)
        task.sealed_details = desk.store.vault.seal(task.subject_id, {**details, "file": str(to)})


def _put(to: Path, packed: bytes) -> None:
    """Write a new file that only its owner may read; half a file is taken away again."""
    handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(packed)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        to.unlink(missing_ok=True)
        raise
