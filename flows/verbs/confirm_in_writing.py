"""`confirm_in_writing` drafts an e-mail that confirms what was agreed in the chat; a person approves it first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs.outcome import Done, Failed, Outcome, Waiting
from flows.runs.work import Work
from flows.sending import confirmations, notices
from flows.store.tables import Outbox, Task
from flows.verbs.action import Action
from flows.verbs.approve import YES
from rules.language import RoleName, Steps, Words, says

_QUESTION = Words(
    "Terms were agreed in the chat. May this confirmation go out by e-mail? It goes to the mailbox of the role, and to "
    "the customer too if you write their e-mail address into the remark"
)


@dataclass(frozen=True)
class ConfirmInWriting(Action):
    """Draft a formal e-mail with the words that were agreed in the chat, the number of the case, and blanks for what
    is not known. Somebody approves it; then it goes to the mailbox of a role, and to the customer if whoever approves
    gives their address in the remark.

    As after `approve`, nothing that comes below it happens without a yes.
    """

    verb: ClassVar[str] = "confirm_in_writing"
    waits: ClassVar[bool] = True
    gate: ClassVar[bool] = True
    example: ClassVar[str] = """\
confirm_in_writing: {who: on_call, mailbox: order_desk}
timeout: 2 days
on_timeout: {notify: {who: shift_lead, message: Nobody has confirmed by e-mail what was agreed}}"""

    who: RoleName = says("The role that reads the draft and decides")
    mailbox: RoleName = says("The role whose addresses in the team file get the e-mail")
    on_refused: Steps | None = says("What happens after a no", default=None, beside=True)

    def act(self, work: Work) -> Outcome:
        draft = confirmations.draft(work)
        details = {"subject": draft.subject, "text": draft.text}
        task = work.ask("approve", self.who, _QUESTION, details=details)
        work.tell(self.who, _QUESTION, task=task)
        return Waiting({"task": task.id}, {"locale": draft.locale, "blanks": draft.blanks})

    def answered(self, work: Work, task: Task) -> Outcome:
        said = {"answered_by": task.answered_by or "", "approved": (task.answer or {}).get("approved") == YES}
        if not said["approved"]:
            return Done(enter="on_refused" if self.on_refused else None, note=said)
        vault = work.desk.store.vault
        approved = vault.open_or_nothing(task.sealed_details)
        if "text" not in approved:
            return Failed("the draft cannot be opened any more", said, final=True)
        address = confirmations.address_in(str(vault.open_or_nothing(task.sealed_remark).get("text", "")))
        subject, text = str(approved["subject"]), str(approved["text"])
        about = (work.desk, work.session, work.run, work.record.path, self.mailbox, subject)
        row = notices.mail(*about, text)
        if address is not None:  # the role has it for its files, and the step waits for the customer's
            row = notices.mail(*about, confirmations.without_blanks(text), address)
        return Waiting({"outbox": row}, {**said, "to_customer": address is not None})

    def sent(self, work: Work, letter: Outbox) -> Outcome:
        outcome = super().sent(work, letter)
        return Done(open=True, note={"mailed": letter.id}) if isinstance(outcome, Done) else outcome
