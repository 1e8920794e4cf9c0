"""What colleagues write to customers themselves, past every playbook: read for what should not have been sent."""

from __future__ import annotations

from sqlalchemy.orm import Session

from flows.desk import Desk
from flows.runs import asides, history, providers
from flows.runs.words import written
from flows.store.tables import Customer, Message, Task
from rules import outgoing

_WORDS = {
    "identity_number": "the number of an identity paper",
    "passport_number": "a passport number",
    "bank_card": "the number of a bank card",
    "bank_account": "the number of a bank account",
    "phone_number": "a telephone number",
    "postal_address": "a postal address",
}


def after_echo(desk: Desk, session: Session, message: Message, flow_run: str | None = None) -> Task | None:
    """Look at a text that a colleague wrote in the app. If it holds what no text of ours should, somebody is asked to
    delete it for everyone while that is possible; returns that task. `message` is one whose author is "us"."""
    vault = desk.store.vault
    text, region, names, _ = written(vault, session, message)
    if not text.strip():
        return None
    customer = session.get_one(Customer, message.customer_id)
    found = outgoing.review(text, region, [name for name in names if name])
    kinds = sorted({finding.kind for finding in found.findings if finding.kind in outgoing.PAPERS})
    if not kinds:
        return None
    what = " and ".join(_WORDS[kind] for kind in kinds)
    until = message.sent_at + providers.RECALLABLE
    question, sealed = _question(what, desk.now() < until), vault.seal(customer.id, {"message": text})
    task = asides.ask(session, customer.id, question, desk.now(), case_id=message.case_id, sealed_details=sealed)
    said = {"message": message.id, "task": task.id, "kinds": kinds}
    history.tell_of(
        session, customer.id, desk.now(), "own text objected to", said, case_id=message.case_id, flow_run=flow_run
    )
    return task


def _question(what: str, in_time: bool) -> str:
    held = f"A text that we sent from the app holds {what}."
    if in_time:
        return (
            f"{held} Please delete it for everyone within 48 hours of sending: hold it in the app, Delete, Delete for "
            "everyone. Then tell the customer a safer way, and mark this done"
        )
    return (
        f"{held} It is older than 48 hours, so nobody can promise that it can still be deleted for everyone. Please "
        "try, delete it on our phone at least, and mark this done"
    )
