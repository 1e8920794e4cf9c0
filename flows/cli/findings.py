"""One finding of `firebreak doctor`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

State = Literal["ok", "warn", "missing", "broken"]


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it stands, what was found, and what to do about it. Never a secret.

    `warn`: it works, but somebody should know. `missing`: something that is needed is not there. `broken`: it is
    there and does not work.
    """

    what: str
    state: State
    says: str
    do: str = ""

    @property
    def bad(self) -> bool:
        return self.state in ("missing", "broken")

    def to_json(self) -> dict[str, str]:
        return asdict(self)
