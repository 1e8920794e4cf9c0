"""What a customer writes while an offer of ours is open, and which chooses nothing: a question, a wish, a doubt. No
step takes it up, so a colleague is asked to."""

from __future__ import annotations

from flows.crisis.team_words import TEAM_WORDS
from flows.runs import asides
from flows.runs.work import Work
from flows.sending import notices
from flows.store.tables import Message
from rules.language import ON_CALL
from rules.text.stop import ASKS_TO_STOP

_WITHOUT_WORDS = "other"
"""The value of the fact `message_kind` that holds nothing to be answered: a reaction, a sticker."""
_PLACE = "wrote"
"""Where these notices come from, so that in a crowd one speaks for all of them, and not for other notices."""


def hand_over(work: Work, message: Message) -> None:
    """Ask a colleague to read and answer it: one for as long as nobody has done so, however much the customer writes.
    It stays with them when the customer chooses after all, and when the crisis is over."""
    if work.case is None or not _needs_a_person(message):
        return
    question = TEAM_WORDS[work.desk.language]["wrote"]
    if asides.is_asked(work.session, question, case_id=work.case.id):
        return
    task = asides.ask(work.session, work.case.customer_id, question, work.now, case_id=work.case.id)
    notices.notice(work.desk, work.session, work.run, _PLACE, ON_CALL, question, task)
    work.journal("wrote beside an offer", task=task.id, message=message.id)


def _needs_a_person(message: Message) -> bool:
    facts = message.facts or {}
    return facts.get("message_kind") != _WITHOUT_WORDS and facts.get(ASKS_TO_STOP) is not True
