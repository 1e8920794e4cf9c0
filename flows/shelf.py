"""The shelf of bundles: the content in force now, and every older one that a run was started with."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import datetime
from pathlib import Path

from dotenv import dotenv_values
from sqlalchemy.orm import Session

from flows.errors import FirebreakError, StoreError
from flows.store import bundles
from rules.bundle import Bundle, content_files
from rules.reading import Verbs

CONTENT = "FIREBREAK_CONTENT"


def _root() -> Path:
    """The folder that the setting names; without it the one that is shipped. `Settings` knows it too; it is read here
    because commands that only look at content ask for no other setting."""
    named = os.environ[CONTENT] if CONTENT in os.environ else dotenv_values(".env").get(CONTENT)
    if not named:
        return Path(__file__).parent.parent
    root = Path(named).expanduser().resolve()
    if not (root / "playbooks").is_dir():
        raise FirebreakError(f"{CONTENT} is {root}, and there is no folder playbooks/ in it.")
    return root


ROOT = _root()
"""The folder that holds `playbooks/` and `rules/`."""


MOST_AT_HAND = 12
"""How many bundles are kept read: each takes some megabytes, and one that reads texts forty."""


class Shelf:
    """Bundles by digest. A run always gets the one it was started with, also after a newer one was released."""

    def __init__(self, current: Bundle, verbs: Verbs) -> None:
        self.current = current
        self.verbs = verbs
        self._known = {current.digest: current}

    @classmethod
    def of_folder(cls, verbs: Verbs, root: Path = ROOT) -> Shelf:
        """The content below `root`; raises `rules.problems.ContentError` with every problem in it."""
        return cls(Bundle.parse(content_files(root), verbs), verbs)

    def put(self, bundle: Bundle) -> None:
        """Let this content be in force from now on, for whatever begins."""
        self.current = bundle
        self._know(bundle.digest, bundle)

    def keep(self, session: Session, bundle: Bundle, now: datetime) -> None:
        """Store a bundle, so that the runs started with it can go on a year later."""
        bundles.put(session, bundle.digest, dict(bundle.files), now)

    def bundle(self, session: Session, digest: str) -> Bundle:
        """The bundle of this digest, from the shelf or from the store; `NotFound` if neither has it, `StoreError` if
        what the store has is not what the digest says."""
        if digest not in self._known:
            found = Bundle.parse(bundles.get(session, digest), self.verbs, reads_texts=False)
            if digest not in (found.digest, _older(found)):
                raise StoreError(f"The store holds other content than it should under the digest {digest}.")
            self._know(digest, found)
        return self._known[digest]

    def _know(self, digest: str, bundle: Bundle) -> None:
        """Keep it at hand, and forget the one that has been there longest: the store has them all."""
        self._known[digest] = bundle
        for oldest in [each for each in self._known if each != self.current.digest][: len(self._known) - MOST_AT_HAND]:
            del self._known[oldest]


def _older(bundle: Bundle) -> str:
    """The digest that earlier versions of Firebreak gave the same content; runs of theirs still go by it."""
    whole = json.dumps(dict(bundle.files), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]
