"""What can go wrong while acting. The docstring of an error is its message when none is given."""

from __future__ import annotations

import inspect


class FirebreakError(Exception):
    """Firebreak could not do what it was asked to do."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or " ".join(inspect.cleandoc(type(self).__doc__ or "").split()))


class NotFound(FirebreakError):
    """There is no such thing in the store."""


class ClaimLost(FirebreakError):
    """Somebody else holds this subject now, so nothing may be changed on its behalf."""


class StoreError(FirebreakError):
    """The database cannot be used as it is."""


class JournalBroken(StoreError):
    """The journal was changed after it was written."""


class VaultError(FirebreakError):
    """A sealed value cannot be opened: it is damaged, or its key is not in this keys database."""


class WrongMasterKey(VaultError):
    """The master key does not belong to this keys database. Set FIREBREAK_MASTER_KEY to the key
    that the database was made with; without it nothing personal in the store can be read."""


class LedgerBroken(StoreError):
    """The ledger of erasures was changed after it was written."""


class LedgerAhead(StoreError):
    """The ledger file names erasures that the keys database knows nothing of: an older backup was put in place.
    `firebreak restore --replay` carries them out again."""


class Erased(VaultError):
    """This was erased: the key that could open it has been destroyed."""
