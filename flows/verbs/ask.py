"""`ask` puts a question to a colleague; the answers become facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.runs.outcome import Done, Outcome, Waiting
from flows.runs.work import Work
from flows.store.tables import Task
from flows.verbs.action import Action
from rules.language import Form, RoleName, Words, says


@dataclass(frozen=True)
class Ask(Action):
    """Ask a colleague. Each answer is a fact that later conditions can use; it stays unknown until it is given."""

    verb: ClassVar[str] = "ask"
    waits: ClassVar[bool] = True
    proves: ClassVar[frozenset[str]] = frozenset({"asked_colleague"})
    example: ClassVar[str] = """\
ask:
  who: on_call
  question: Has this phone backed up the chat?
  form: {backup_status: {one_of: [none, possible, confirmed]}}
timeout: 4 hours
on_timeout: {assume: {backup_status: possible}}"""

    who: RoleName = says("The role to ask")
    question: Words = says("The question, as you would say it")
    form: Form = says("The facts to fill in, each with the answers offered (`any` offers all of them)")

    def act(self, work: Work) -> Outcome:
        task = work.ask("ask", self.who, self.question, form=self.form)
        work.tell(self.who, self.question, task=task)
        return Waiting({"task": task.id})

    def answered(self, work: Work, task: Task) -> Outcome:
        learned = {str(fact): task.answer[fact] for fact in self.form if task.answer and fact in task.answer}
        return Done(learned=work.typed(learned), note={"answered_by": task.answered_by or "", **learned})
