"""What every verb can be asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from flows.channels.channel import Next
from flows.channels.error_codes import meaning_of
from flows.crisis import contact_facts as _of_contacts  # noqa: F401  as are those of how often we write
from flows.crisis import facts as _of_a_crisis  # noqa: F401  its facts are supplied once this is imported
from flows.crisis import moods as _of_a_mood  # noqa: F401
from flows.crisis import waiting_facts as _of_who_waits  # noqa: F401
from flows.erasing import facts  # noqa: F401  as are those about our records
from flows.runs.outcome import Done, Failed, Outcome
from flows.runs.providers import PROVIDERS
from flows.runs.work import Work
from flows.store.tables import Message, Outbox, Task
from rules.language import Verb


@dataclass(frozen=True)
class Action(Verb):
    """A verb that acts. Everything it does is a row in the transaction of `work`, so a crash undoes it whole."""

    supplied: ClassVar[frozenset[str]] = frozenset(PROVIDERS)

    def act(self, work: Work) -> Outcome:
        """Do it, as far as it can be done now."""
        raise NotImplementedError

    def answered(self, work: Work, task: Task) -> Outcome:
        """Go on after a person answered the task that this step waits for."""
        return Done(note={"answered_by": task.answered_by or "", **(task.answer or {})})

    def sent(self, work: Work, letter: Outbox) -> Outcome:
        """Go on after the text that this step waits for has left, or has failed for good."""
        if letter.status == "failed":
            never_again = letter.code is not None and meaning_of(letter.code).what is Next.STOP
            return Failed("not sent", {"code": letter.code or 0}, final=never_again)
        return Done(note={"sent": letter.id})

    def woken(self, work: Work) -> Outcome:
        """Go on at the moment that the step waited for."""
        return Done(note={"waited_until": work.now.isoformat()})

    def happened(self, work: Work, event: str, message: Message | None = None) -> Outcome | None:
        """Go on, or not (None), after something happened that the step waits for; after `customer_reply`, `message` is
        what the customer wrote."""
        return Done(note={"happened": event})

    def reminded(self, work: Work) -> bool:
        """Say it again: the step set itself a reminder and is still waiting. Returns whether anybody was told."""
        return False

    def timed_out(self, work: Work) -> Mapping[str, int]:
        """What was done, counted as in `Done`, until the time limit of the step came; usually nothing."""
        return {}
