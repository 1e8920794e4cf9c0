"""`remind_training` reminds the team of what must not stand in a chat, by what really happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from flows.review import sensitive
from flows.runs.work import Work
from flows.store.tables import Customer
from flows.verbs.going_through import Found, GoingThrough, State, count
from rules.language import Duration, says

EXAMPLES = 12
"""How many examples are shown: enough for a talk of a quarter of an hour."""
_NUMBERS = "the number of an identity paper, a bank card or an account"
WHO = {"us": "by us", "customer": "by customers"}


@dataclass(frozen=True)
class RemindTraining(GoingThrough):
    """Remind the team of what must not stand in a chat: with counts, and with real examples of the last quarter, in
    which every personal detail is masked. The task shows them; they are looked up when somebody looks, so that what is
    erased meanwhile is gone from there, too.
    """

    verb: ClassVar[str] = "remind_training"
    proves: ClassVar[frozenset[str]] = frozenset()
    example: ClassVar[str] = "remind_training: {who: shift_lead}"

    of_the_last: Duration = says("How far the examples reach back", default=timedelta(days=90))

    def see(self, work: Work, customer: Customer, state: State) -> Found | None:
        risks = sensitive.risks_of(work.session, work.desk.store.vault, customer)
        for risk in (each for each in risks if each.at > work.now - self.of_the_last):
            count(state, "messages")
            count(state, risk.whose)
            for kind in risk.kinds:
                count(state, kind)
            examples = state.setdefault("examples", [])
            # A few of each kind teach more than many of one.
            if len(examples) < EXAMPLES and sum(kind == sorted(risk.kinds) for _, kind in examples) < EXAMPLES // 3:
                examples.append([risk.id, sorted(risk.kinds)])
        return None

    def looked(self, work: Work, state: State) -> None:
        found = state["counts"].get("messages", 0)
        by = ", ".join(f"{state['counts'][whose]} {who}" for whose, who in WHO.items() if whose in state["counts"])
        what = (
            f"{found} message{'' if found == 1 else 's'} with {_NUMBERS} ({by})"
            if found
            else f"no message with {_NUMBERS}"
        )
        question = (
            f"Training on personal data: in the last quarter there was {what}. Please talk it through with the team: "
            "no such numbers in a chat, but a secure transfer; the order number instead of a name and an address. "
            "`firebreak task` shows examples without anybody's data."
        )
        counts = {name: state["counts"][name] for name in sorted(state["counts"]) if name != "customers"}
        details = {"examples": [example for example, _ in state.pop("examples", [])], "counts": counts}
        task = work.ask("do", self.who, question, details=details)
        work.tell(self.who, "It is time to talk with the team about personal data in chats", task=task)
