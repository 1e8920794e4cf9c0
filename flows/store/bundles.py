"""The frozen content that runs were started with, kept by its digest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from flows.errors import NotFound
from flows.store.inserts import insert_new
from flows.store.sessions import once
from flows.store.tables import Bundle

_KEPT = select(Bundle.digest).where(Bundle.digest == bindparam("digest"))


def put(session: Session, digest: str, files: Mapping[str, str], at: datetime) -> None:
    """Keep the files (path → text) of a bundle; does nothing when they are kept already."""
    # Every run begins with this, so the files, which may be megabytes, go to the database only when it lacks them.
    if not once(session, _KEPT, digest=digest):
        insert_new(session, Bundle, digest=digest, files=dict(files), stored_at=at)


def get(session: Session, digest: str) -> dict[str, str]:
    """The files (path → text) of a bundle. Raises ``NotFound`` when it was never stored here."""
    kept = session.get(Bundle, digest)
    if kept is None:
        raise NotFound(f"There is no bundle {digest} in the store.")
    return dict(kept.files)


def newest(session: Session, limit: int = 10) -> list[str]:
    """The digests of the bundles that were stored last, the newest first."""
    return list(session.scalars(select(Bundle.digest).order_by(Bundle.stored_at.desc(), Bundle.digest).limit(limit)))
