"""`erase` erases our own records of the customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from flows.erasing import erasure
from flows.erasing.erasure import NotCommitted
from flows.errors import LedgerAhead, StoreError
from flows.runs.outcome import Done, Failed, Outcome, Waiting
from flows.runs.work import Work
from flows.verbs.action import Action

TRY_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Erase(Action):
    """Erase our own records of the case's customer: messages, texts of ours, notes, files, whoever wrote them.

    What is held stays, message by message, and so does the address, because we still have to answer; it goes two weeks
    later. What nobody has read or sent yet stays until somebody has. Unreadable from then on in old backups, too.
    """

    verb: ClassVar[str] = "erase"
    example: ClassVar[str] = "erase: {}"
    proves: ClassVar[frozenset[str]] = frozenset({"erased"})

    def act(self, work: Work) -> Outcome:
        if work.customer is None:
            return Failed("only a case has a customer whose records can be erased", final=True)
        try:
            begun = erasure.begin(
                work.desk,
                work.session,
                work.customer,
                case_id=work.run.case_id,
                step=f"{work.run.id}/{work.record.path}",
            )
        except LedgerAhead:
            return Failed("the ledger of erasures names more than the keys database knows")
        except (OSError, StoreError) as error:
            return _again(work, error)
        # What stays is sealed anew by now, and must be committed before anything is destroyed.
        return Waiting({"until": work.wake_at(work.now).isoformat()}, {"erasure": begun})

    def woken(self, work: Work) -> Outcome:
        begun = work.record.outcome.get("erasure")
        if begun is None:
            return self.act(work)
        try:
            result = erasure.finish(work.desk, work.session, begun)
        except NotCommitted:
            return Waiting({"until": work.wake_at(work.now).isoformat()}, {"erasure": begun})
        except (OSError, StoreError) as error:
            return _again(work, error)
        counted = {"erased": result.erased, "kept": result.kept, "masked": result.masked}
        return Done(counted=counted, note={"erasure": begun, **counted})


def _again(work: Work, error: Exception) -> Waiting:
    """A full disk or a busy file is trouble that passes, and never means that there is nothing to erase."""
    until = work.wake_at(work.now + TRY_AGAIN)
    return Waiting({"until": until.isoformat()}, {"trouble": type(error).__name__})
