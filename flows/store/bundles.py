"""The frozen content that runs were started with, kept by its digest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.errors import NotFound, StoreError
from flows.store.inserts import insert_new
from flows.store.tables import Bundle


def put(session: Session, digest: str, files: Mapping[str, str], at: datetime) -> None:
    """Keep the files (path → text) of a bundle; does nothing when they are kept already."""
    new = insert_new(session, Bundle, digest=digest, files=dict(files), stored_at=at)
    if not new and get(session, digest) != files:
        raise StoreError(f"The store holds other content than this under the digest {digest}.")


def get(session: Session, digest: str) -> dict[str, str]:
    """The files (path → text) of a bundle. Raises ``NotFound`` when it was never stored here."""
    kept = session.get(Bundle, digest)
    if kept is None:
        raise NotFound(f"There is no bundle {digest} in the store.")
    return dict(kept.files)


def newest(session: Session, limit: int = 10) -> list[str]:
    """The digests of the bundles that were stored last, the newest first."""
    return list(session.scalars(select(Bundle.digest).order_by(Bundle.stored_at.desc(), Bundle.digest).limit(limit)))
