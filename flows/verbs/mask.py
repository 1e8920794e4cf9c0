"""`mask` makes personal details in our records unreadable, once a colleague has seen every change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from flows.erasing import erasure
from flows.erasing.masking import Mask as Masked
from flows.erasing.preview import mask_what_was_shown, preview
from flows.errors import StoreError
from flows.runs.outcome import Done, Failed, Outcome, Waiting
from flows.runs.work import Work
from flows.store.tables import Task
from flows.verbs.action import Action
from flows.verbs.approve import YES
from flows.verbs.erase import TRY_AGAIN
from rules.language import Identifier, RoleName, Steps, Words, says

KINDS: Mapping[str, str] = {
    "phone_number": "telephone numbers",
    "email": "e-mail addresses",
    "postal_address": "postal addresses",
    "own_name": "the customer's name",
    "identity_number": "numbers of identity cards, social security, tax",
    "passport_number": "numbers of passports",
    "bank_card": "numbers of bank cards",
    "bank_account": "numbers of bank accounts",
}
"""What can be masked (`rules.personal_data.KINDS`), each in words."""
QUESTION = Words("May these details be made unreadable in our records? The task shows each message before and after.")


@dataclass(frozen=True)
class Mask(Action):
    """Make personal details unreadable in what we keep of the customer: telephone numbers, addresses, names and the
    like become words such as [phone number]; order numbers, prices and dates stay.

    Somebody sees each message before and after, and says yes or no; nothing that comes after it in the procedure
    happens without a yes. After the yes nobody can read the details any more, in no copy of our database. What is held
    for a dispute, the law or a lawyer is not touched. Where there is nothing to mask nobody is asked.
    """

    verb: ClassVar[str] = "mask"
    waits: ClassVar[bool] = True
    gate: ClassVar[bool] = True
    proves: ClassVar[frozenset[str]] = frozenset({"masked"})
    example: ClassVar[str] = """\
mask: {who: privacy_lead, kinds: [phone_number, email, postal_address]}
on_refused: {escalate: {to: privacy_lead, why: Please agree with the customer which details are masked}}
timeout: 3 days
on_timeout: {escalate: {to: privacy_lead, why: Nobody has decided about masking a customer's details}}"""

    who: RoleName = says("The role that looks at the preview and decides")
    question: Words = says("What they decide, as you would say it", default=QUESTION)
    kinds: tuple[Identifier, ...] | None = says("Which details; every kind, if not said", default=None, words=KINDS)
    on_refused: Steps | None = says("What happens after a no", default=None, beside=True)

    def _kinds(self) -> tuple[str, ...]:
        return tuple(self.kinds or KINDS)

    def act(self, work: Work) -> Outcome:
        if work.customer is None:
            return Failed("there is no customer whose records could be masked", final=True)
        changes = preview(work.session, work.desk.store.vault, work.customer, self._kinds())
        if not changes:
            return Done(open=True, counted={"masked": 0}, note={"masked": 0})
        task = work.ask("approve", self.who, self.question, details={"preview": changes})
        work.tell(self.who, self.question, task=task)
        return Waiting({"task": task.id}, {"to_mask": len(changes)})

    def answered(self, work: Work, task: Task) -> Outcome:
        said = (task.answer or {}).get("approved")
        note = {"answered_by": task.answered_by or "", "approved": said == YES}
        if said != YES:
            return Done(enter="on_refused" if self.on_refused else None, note=note)
        return self._begin(work, task, note)

    def woken(self, work: Work) -> Outcome:
        begun = work.record.outcome.get("erasure")
        if begun is None:
            task = work.session.get_one(Task, work.record.outcome["task"])
            return self._begin(work, task, {"answered_by": task.answered_by or ""})
        try:
            done = erasure.finish(work.desk, work.session, begun)
        except erasure.NotCommitted:
            return Waiting({"until": work.wake_at(work.now).isoformat()}, {"erasure": begun})
        except (OSError, StoreError) as error:
            return _again(work, error, erasure=begun)
        counted = {"masked": done.masked}
        return Done(open=True, counted=counted, note={"erasure": begun, **counted})

    def _begin(self, work: Work, task: Task, note: Mapping[str, Any]) -> Waiting:
        assert work.customer is not None, "a step without a customer has failed before"
        vault = work.desk.store.vault
        # Only what was seen is changed: a message that came in since then is for another preview.
        seen = {entry["id"] for entry in vault.open_or_nothing(task.sealed_details).get("preview", ())}
        decisions = {item: Masked(self._kinds()) for item in seen}
        step = f"{work.run.id}/{work.record.path}"
        mask_what_was_shown(work.session, vault, work.customer, self._kinds())
        try:
            begun = erasure.begin(
                work.desk,
                work.session,
                work.customer,
                case_id=work.run.case_id,
                decisions=decisions,
                step=step,
                rest="keep",
            )
        except (OSError, StoreError) as error:
            return _again(work, error, task=task.id)
        # The old key is destroyed only once what stays has been sealed under the new one, and that is committed.
        return Waiting({"until": work.wake_at(work.now).isoformat()}, {**note, "erasure": begun})


def _again(work: Work, error: Exception, **note: str) -> Waiting:
    """Trouble with the disk or the keys passes; that somebody has said yes stays."""
    until = work.wake_at(work.now + TRY_AGAIN)
    return Waiting({"until": until.isoformat()}, {**note, "trouble": type(error).__name__})
