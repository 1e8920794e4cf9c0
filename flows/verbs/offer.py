"""`offer` lets the customer choose how it is put right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from flows.channels.manual import Manual
from flows.crisis import beside_an_offer
from flows.crisis.team_words import TEAM_WORDS
from flows.runs import choices, ending
from flows.runs.outcome import Done, Failed, Outcome, Waiting
from flows.runs.work import Work
from flows.sending import letters
from flows.store.tables import Message, Outbox, Task
from flows.verbs.action import Action
from rules.language import FactName, ReplyName, says
from rules.phrases import CHOICE

Remedy = Literal["refund", "replacement", "voucher"]
STATEMENT = "statement"
"""The event that another version of the statement is in force."""
PERSON = "person"
"""The choice that is always offered: to talk with somebody."""
NOTED = "choice_noted"
MOST_TIMES = 3
"""How often a customer is asked in one step: a choice may be gone by the time they make it, and then they are asked
again, but nobody is asked without end."""


@dataclass(frozen=True)
class Offer(Action):
    """Offer the customer what may be offered, one button for each and one to talk with a person, and wait for what
    they choose: by a tap, by its number or in words. The choice is the fact chosen_remedy from then on.

    In a crisis only what the statement in force allows is offered; where it allows nothing, nothing is sent and
    chosen_remedy stays unknown. If a choice is no longer allowed when the customer makes it, they are asked again.
    Whatever else they answer leaves the offer open, and on_call is asked to read and answer it.
    """

    verb: ClassVar[str] = "offer"
    short: ClassVar[str | None] = None
    waits: ClassVar[bool] = True
    proves: ClassVar[frozenset[str]] = frozenset({NOTED})
    learns: ClassVar[frozenset[str]] = frozenset({CHOICE})
    example: ClassVar[str] = """\
offer: {text: crisis/offer, remedies: [refund, replacement, voucher]}
timeout: 3 days
on_timeout: {notify: {who: on_call, message: A customer has not answered our offer for three days}}"""

    text: ReplyName = says("The reply that goes with the choices; {choices} in it are their titles")
    remedies: tuple[Remedy, ...] = says("What may be offered, in this order")

    def act(self, work: Work) -> Outcome:
        return self._ask(work, self._allowed(work))

    def sent(self, work: Work, letter: Outbox) -> Outcome:
        outcome = super().sent(work, letter)
        return self._wait(work) if isinstance(outcome, Done) else outcome

    def answered(self, work: Work, task: Task) -> Outcome:
        if task.kind == "ask":
            chosen = str((task.answer or {}).get(CHOICE, PERSON))
            return Done(learned=work.typed({CHOICE: chosen}), counted={NOTED: 1}, note={"chosen": chosen})
        waiting = self._wait(work)  # a colleague has sent the text by hand
        if not isinstance(work.desk.channel, Manual):
            return waiting
        # What the customer answers to them stays in the app, unless they tell.
        offered, words = tuple(work.record.outcome[choices.OFFERED]), TEAM_WORDS[work.desk.language]
        asked = work.ask("ask", task.role, words["choice"], form={FactName(CHOICE): offered})
        return Waiting({**waiting.on, "task": asked.id}, waiting.note)

    def happened(self, work: Work, event: str, message: Message | None = None) -> Outcome | None:
        if event == STATEMENT:
            return self._offer_anew(work)
        chosen = ((message.facts or {}) if message is not None else {}).get(CHOICE)
        if chosen is None:
            self._something_else(work, message)
            return None
        allowed = self._allowed(work)
        if chosen in (*allowed, PERSON):
            return Done(learned=work.typed({CHOICE: chosen}), counted={NOTED: 1}, note={"chosen": chosen})
        asked = int(work.record.outcome.get("times", 1))
        if allowed and asked >= MOST_TIMES:
            self._something_else(work, message)
            return None
        work.journal("choice is not open any more", chosen=chosen, allowed=list(allowed))
        return self._ask(work, allowed, asked + 1)

    def _something_else(self, work: Work, message: Message | None) -> None:
        """They have read the offer, and their answer is no choice: a person takes that up, where none has it yet."""
        with_somebody = "task" in (work.record.waiting_for or {})  # sent by hand: whoever did that reads the chat
        if message is not None and work.record.outcome.get(choices.ASKED) and not with_somebody:
            beside_an_offer.hand_over(work, message)

    def _offer_anew(self, work: Work) -> Outcome | None:
        """What may be offered is something else now: an offer that has not left, or that a colleague has not sent yet,
        is made anew. One that has left stays; should its choice be gone, they are asked again when they make it."""
        letter = work.session.get(Outbox, str((work.record.waiting_for or {}).get("outbox")))
        if letter is None or letter.status not in ("ready", "handed_over"):
            return None
        ending.withdraw_tasks(work.session, work.run.id, work.record.path, work.now)
        letter.status = "withdrawn"
        work.session.flush()
        work.record.attempt += 1
        return self._ask(work, self._allowed(work), int(work.record.outcome.get("times", 1)))

    def _allowed(self, work: Work) -> tuple[str, ...]:
        """Which remedies may be offered at this moment: by the statement in force, where a crisis has one; all that are
        listed, where the case belongs to no crisis."""
        known = work.bundle.phrases.choices
        listed = [each for each in self.remedies if each in known]
        if work.incident is None:
            return tuple(listed)
        facts = work.facts({f"{each}_allowed" for each in listed})
        return tuple(each for each in listed if facts[f"{each}_allowed"] is True)

    def _ask(self, work: Work, allowed: tuple[str, ...], times: int = 1) -> Outcome:
        if not allowed:
            return Done(counted={NOTED: 0}, note={"offered": [], "why": "nothing may be offered now"})
        offered = [*allowed, *([PERSON] if PERSON in work.bundle.phrases.choices else [])]
        reply = work.bundle.replies[self.text]
        if unproven := sorted(reply.claims - work.proven()):
            return Failed("the text claims what has not happened", {"reply": self.text, "unproven": unproven})
        if objections := letters.objections(work, reply, offered):
            return Failed("the guard refused the text", {"reply": self.text, "objections": objections})
        prepared = letters.prepare(work, reply, offered)
        if not isinstance(prepared, Waiting):
            return prepared
        return _open(prepared.on, {**prepared.note, choices.OFFERED: offered, "times": times})

    def _wait(self, work: Work) -> Waiting:
        work.record.attempt += 1  # that letter is done with; another one of the same step has a key of its own
        return _open({}, {choices.ASKED: True})


def _open(on: Mapping[str, Any], note: Mapping[str, Any]) -> Waiting:
    """Wait for the customer, besides what the letter waits for: a tap may be faster than the news that it has left."""
    return Waiting({**on, "event": ["customer_reply", STATEMENT]}, note)
