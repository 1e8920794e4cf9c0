"""`one_voice` has what we say about an incident drafted and approved, again and again while it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Literal

from sqlalchemy import select

from flows.crisis import readers, retrospective, statements, wording
from flows.crisis.team_words import TEAM_WORDS
from flows.errors import VaultError
from flows.runs import redating
from flows.runs.outcome import Done, Failed, Outcome, Waiting
from flows.runs.work import Work
from flows.store.tables import Statement, Task
from flows.verbs.action import Action
from flows.verbs.approve import YES
from rules.language import Duration, FactName, RoleName, says

Kind = Literal["statement", "retrospective"]
KINDS = {
    "statement": "what everybody is told while it lasts, version after version, until somebody stands down",
    "retrospective": "what is told when it is over; done once it is approved",
}
_ALLOWS = {"refund_allowed": "refund", "replacement_allowed": "replacement", "voucher_allowed": "voucher"}
_FORM = {
    **{FactName(fact): (True, False) for fact in _ALLOWS},
    FactName("news_in"): (),
}
ASKED = "asked"
"""Where the step keeps whose approval is asked for: the id of the draft."""
ANNOUNCED = "announced"
"""Where it keeps the version that was announced last."""


@dataclass(frozen=True)
class OneVoice(Action):
    """Have the official statement drafted, have it approved by every role that must, and tell all who answer that it is
    in force. Whoever drafted it is never alone in approving it. Every later version comes through here too, until
    somebody stands down.

    It is drafted by `firebreak statement draft`, or by answering the task with the words as the remark; it is approved
    by `firebreak statement approve`, or by a yes to the task.
    """

    verb: ClassVar[str] = "one_voice"
    waits: ClassVar[bool] = True
    example: ClassVar[str] = """\
one_voice:
  drafted_by: shift_lead
  approved_by: [senior_owner]
  announce_to: [crisis_team]
  again_every: 10 minutes"""

    drafted_by: RoleName = says("The role that drafts the words")
    approved_by: tuple[RoleName, ...] = says("The roles of which each must approve them")
    announce_to: tuple[RoleName, ...] = says("Who is told that a version is in force", default=())
    again_every: Duration = says("Ask again this often until somebody does it", default=timedelta(minutes=10))
    kind: Kind = says("What is drafted", default="statement", words=KINDS)

    def act(self, work: Work) -> Outcome:
        return self._look(work)

    def woken(self, work: Work) -> Outcome:
        return self._look(work)

    def reminded(self, work: Work) -> bool:
        still_open = self._tasks(work)
        for task in still_open:
            work.tell(RoleName(task.role), self._notice(work, task), task=task)
        self._remind(work, bool(still_open))
        return bool(still_open)

    def answered(self, work: Work, task: Task) -> Outcome:
        vault = work.desk.store.vault
        remark = str(vault.open_or_nothing(task.sealed_remark).get("text", ""))
        if task.kind == "ask":
            return self._look(work, self._drafted(work, task, remark))
        details = vault.open_or_nothing(task.sealed_details)
        draft = work.session.get(Statement, str(details.get("statement")))
        said_yes = (task.answer or {}).get("approved") == YES
        by, digest = task.answered_by or "", str(details.get("digest"))
        if draft is not None and draft.status == "draft":
            try:
                statements.vote(
                    work.desk,
                    work.session,
                    draft,
                    by,
                    said_yes,
                    digest,
                    role=task.role,
                    reason=remark,
                    flow_run=work.flow_run,
                )
            except statements.WrongStatement as error:
                return self._look(work, str(error))
        return self._look(work)

    # -- what is to be asked of whom ----------------------------------------------------------------------------------

    def _look(self, work: Work, objection: str = "") -> Outcome:
        """Ask for what is missing now, and for nothing else. `objection` is what stood against the last answer."""
        incident = work.incident
        if incident is None:
            return Failed("there is no incident that anything could be said about")
        work.session.flush()
        over = incident.stood_down_at is not None or incident.closed_at is not None
        in_force = statements.in_force(work.session, incident.id, self.kind)
        draft = statements.open_draft(work.session, incident.id, self.kind)
        if in_force is not None:
            self._announce(work, in_force)
        if (over and self.kind == "statement") or (in_force and not draft and self.kind == "retrospective"):
            return Done(note={"version": in_force.version if in_force is not None else 0})
        if draft is not None:
            self._ask_for_approval(work, draft)
        elif in_force is None:
            self._ask_for_draft(work, objection)
        else:
            self._withdraw(work, self._tasks(work))
        tasks = self._tasks(work)
        self._remind(work, bool(tasks))
        on: dict[str, Any] = {"event": ["stood_down", "incident_closed"], statements.AWAITED: self.kind}
        if self.kind == "retrospective":
            on.pop("event")
        if tasks:
            on["task"] = [task.id for task in tasks]
        return Waiting(on, {"version": in_force.version} if in_force is not None else {})

    def _ask_for_draft(self, work: Work, objection: str) -> None:
        if any(task.kind == "ask" for task in self._tasks(work)):
            return
        self._withdraw(work, self._tasks(work))
        words = TEAM_WORDS[work.desk.language]
        refused = words["not taken"].format(objection=objection) if objection else ""
        assert work.incident is not None
        question = words["what do we tell"].format(incident=work.incident.id, refused=refused)
        if self.kind == "retrospective":
            self._ask_to_look_back(work, refused)
            return
        read = readers.counted(readers.languages_read(work.session, work.incident.id))
        details = {"customers read": read} if read else {}
        self._tell(work, work.ask("ask", self.drafted_by, question, form=_FORM, details=details))

    def _ask_to_look_back(self, work: Work, refused: str) -> None:
        assert work.incident is not None
        words = TEAM_WORDS[work.desk.language]
        question = words["what do we tell now"].format(incident=work.incident.id, refused=refused)
        proposed = retrospective.proposed(work.desk, work.session, work.incident)
        details = {f"words ({locale})": text for locale, text in proposed.items()}
        form = {fact: offered for fact, offered in _FORM.items() if fact != "news_in"}
        self._tell(work, work.ask("ask", self.drafted_by, question, form=form, details=details))

    def _ask_for_approval(self, work: Work, draft: Statement) -> None:
        vault = work.desk.store.vault
        tasks = self._tasks(work)
        roles = [role or str(self.approved_by[0]) for role in statements.missing(work.session, draft)]
        stale = [task for task in tasks if work.record.outcome.get(ASKED) != draft.id or task.role not in roles]
        self._withdraw(work, stale)
        work.record.outcome = {**work.record.outcome, ASKED: draft.id}
        asked = {task.role for task in tasks if task not in stale}
        try:
            texts = statements.words(vault, draft)
        except (VaultError, statements.WrongStatement):
            return
        until = {"news until": work.at(draft.news_at)} if draft.news_at is not None else {}
        unread = readers.hint(texts, readers.languages_read(work.session, draft.incident_id))
        details = {
            "statement": draft.id,
            "version": draft.version,
            "drafted by": draft.drafted_by,
            **{f"words ({locale})": text for locale, text in texts.items()},
            "may promise": ", ".join(draft.remedies) or "nothing",
            **until,
            **({"languages": unread} if unread else {}),
            "digest": draft.digest,
        }
        about = {"statement": draft.id, "version": draft.version, "by": draft.drafted_by}
        question = TEAM_WORDS[work.desk.language]["may we tell"].format(**about)
        for role in (role for role in roles if role not in asked):
            self._tell(work, work.ask("approve", role, question, details=details))

    def _drafted(self, work: Work, task: Task, remark: str) -> str:
        """Draft what was answered; returns what stands against it, or nothing."""
        given = work.typed(task.answer or {})
        allowed = [remedy for fact, remedy in _ALLOWS.items() if given.get(fact) is True]
        news_in = given.get("news_in")
        news_at = work.now + news_in if isinstance(news_in, timedelta) else None
        assert work.incident is not None
        try:
            content = work.desk.shelf.current
            texts, remedies = wording.checked(content, wording.by_language(content, remark), allowed, self.kind)
            about = (
                work.desk,
                work.session,
                work.incident,
                texts,
                remedies,
                news_at,
                task.answered_by or "",
                self.kind,
            )
            statements.draft(*about, flow_run=work.flow_run)
        except statements.WrongStatement as error:
            return str(error)
        return ""

    def _announce(self, work: Work, statement: Statement) -> None:
        if int(work.record.outcome.get(ANNOUNCED, 0)) >= statement.version:
            return
        work.record.outcome = {**work.record.outcome, ANNOUNCED: statement.version}
        words = TEAM_WORDS[work.desk.language]
        may = words["or"].join(statement.remedies)
        promise = words["offer only"].format(remedies=may) if may else words["promise nothing"]
        about = {"version": statement.version, "promise": promise, "incident": statement.incident_id}
        said = words[f"{self.kind} now"].format(**about)
        for role in self.announce_to:
            work.tell(role, said)

    # -- small things -------------------------------------------------------------------------------------------------

    def _tasks(self, work: Work) -> list[Task]:
        """What people are still asked by this step, the first first."""
        work.session.flush()
        mine = select(Task).where(Task.run_id == work.run.id, Task.path == work.record.path, Task.status == "open")
        return list(work.session.scalars(mine.order_by(Task.created_at, Task.id)).all())

    def _withdraw(self, work: Work, tasks: list[Task]) -> None:
        for task in tasks:
            task.status, task.settled_at = "withdrawn", work.now

    def _tell(self, work: Work, task: Task) -> None:
        work.tell(RoleName(task.role), self._notice(work, task), task=task)

    def _notice(self, work: Work, task: Task) -> str:
        return task.question.partition(TEAM_WORDS[work.desk.language]["type"])[0]

    def _remind(self, work: Work, wanted: bool) -> None:
        due: redating.Wanted = {("again", work.now + self.again_every): None} if wanted else {}
        redating.set_timers(work.session, work.run, work.record.path, ("again",), "", due, work.now)
