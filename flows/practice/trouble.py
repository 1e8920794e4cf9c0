"""What can be made to go wrong on purpose: for one customer, or for the next sends to anyone."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

Kind = Literal["refuse", "fail_later", "break", "answer", "slow"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One scripted failure.

    - `refuse`: answer with the error `code`; the message does not arrive.
    - `fail_later`: accept the message, then report `failed` with `code` by webhook, as Meta often does.
    - `break`: break the connection without an answer. The message has arrived if `taken`.
    - `answer`: answer HTTP `status` with `body` as it stands (500 with nothing in it by default). The message has
      arrived if `taken`.
    - `slow`: accept the message, answer properly after `seconds`.
    """

    kind: Kind
    code: int = 131000
    taken: bool = True
    status: int = 500
    body: str = ""
    seconds: float = 0.0

    @property
    def arrives(self) -> bool:
        """Whether the customer gets the message all the same."""
        return self.taken if self.kind in ("break", "answer") else self.kind == "slow"


@dataclass(slots=True)
class _Scripted:
    trouble: Trouble
    customer: str | None
    times: int | None


class Troubles:
    """The failures still to come, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._scripted: list[_Scripted] = []
        self._lock = threading.Lock()

    def script(self, trouble: Trouble, times: int | None = 1, customer: str | None = None) -> None:
        """Let the next `times` sends meet this trouble (None: until `clear`), to one customer or to anyone."""
        with self._lock:
            self._scripted.append(_Scripted(trouble, customer, times))

    def meet(self, customer: str) -> Trouble | None:
        """The trouble that a send to this customer meets now; it is used up by that."""
        with self._lock:
            for scripted in self._scripted:
                if scripted.customer in (None, customer):
                    if scripted.times is not None:
                        scripted.times -= 1
                        if scripted.times <= 0:
                            self._scripted.remove(scripted)
                    return scripted.trouble
            return None

    def clear(self) -> None:
        with self._lock:
            self._scripted.clear()
