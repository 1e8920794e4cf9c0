"""`post_status` has a colleague tell all our contacts, through WhatsApp's Status, what we know and do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from flows import local_time
from flows.crisis import statements
from flows.crisis.team_words import TEAM_WORDS
from flows.runs import asides
from flows.runs.outcome import Done, Failed, Outcome, Waiting
from flows.runs.work import Work
from flows.store.tables import Message, Statement, Task
from flows.verbs.action import Action
from rules.language import ON_CALL, Duration, ReplyName, RoleName, Words, says
from rules.replies import DEFAULT_LOCALE, Reply

LONGEST_STATUS = 700
"""Characters that WhatsApp takes in the text of a Status."""
SHOWN_FOR = timedelta(hours=24)
BEFORE_IT_ENDS = timedelta(hours=1)
"""How long before a Status disappears somebody is asked to post it again."""
AWAITED = ("statement", "stood_down", "incident_closed")
PICTURE = Words(
    "The team at work on it, as it is at this moment: only faces of those who agree, no customer, no label with an "
    "address, no screen with data"
)


@dataclass(frozen=True)
class PostStatus(Action):
    """Have somebody post a Status about the crisis, which all our contacts see for 24 hours: what it is, what we do,
    and when there is news, in the words of the statement in force.

    WhatsApp has no way to post one by software, so a colleague gets the text and an idea for a picture, and answers
    when it is posted. Without a statement nothing is posted; a new one is posted in place of the old one, and an hour
    before a Status disappears it is posted again, as long as the crisis goes on. When it is over somebody is asked to
    take it down, and the step is done.
    """

    verb: ClassVar[str] = "post_status"
    short: ClassVar[str | None] = "text"
    waits: ClassVar[bool] = True
    in_private: ClassVar[bool] = False
    example: ClassVar[str] = "post_status: {who: on_call, text: crisis/status}"

    text: ReplyName = says("The reply whose words frame the statement")
    who: RoleName = says("The role whose phone has the Status", default=RoleName(ON_CALL))
    picture: Words = says("What the picture beside it could show", default=PICTURE)
    again_every: Duration = says("Tell them again this often until it is posted", default=timedelta(minutes=15))

    def act(self, work: Work) -> Outcome:
        if work.incident is None:
            return Failed("there is no incident to post a Status about")
        return self._look(work)

    def woken(self, work: Work) -> Outcome:
        """The Status is about to disappear."""
        return self._look(work)

    def happened(self, work: Work, event: str, message: Message | None = None) -> Outcome:
        """The statement is another one, or the crisis is over."""
        return self._look(work)

    def answered(self, work: Work, task: Task) -> Outcome:
        posted = (task.answered_at or work.now).isoformat()
        if _is_over(work):
            work.record.outcome = {**work.record.outcome, "posted_at": posted}
            return self._look(work)
        statement = _statement(work)
        asked = work.record.outcome.get("version")
        if statement is not None and statement.version != asked:  # replaced while it was being posted
            work.record.outcome = {**work.record.outcome, "posted_at": posted}
            return self._ask(work, statement, "Please replace our Status now: there is a new statement.")
        due = (task.answered_at or work.now) + SHOWN_FOR - BEFORE_IT_ENDS
        work.wake_at(due)
        note = {"posted_at": posted, "posted_by": task.answered_by or "", "version": asked}
        return Waiting({"event": list(AWAITED), "until": due.isoformat()}, note)

    def reminded(self, work: Work) -> bool:
        if "task" not in (work.record.waiting_for or {}):
            return False
        self._tell(work, work.task())
        return True

    def _look(self, work: Work) -> Outcome:
        """What is to be done now, by the incident, its statement, and what was posted last."""
        told = work.record.outcome
        posted_at = datetime.fromisoformat(str(told["posted_at"])) if "posted_at" in told else None
        statement = _statement(work)
        if _is_over(work):
            return self._take_down(work, posted_at)
        if statement is None:
            return Waiting({"event": list(AWAITED)})
        if statement.version != told.get("version"):
            first = posted_at is None
            return self._ask(work, statement, "post it" if first else "replace it")
        waiting = dict(work.record.waiting_for or {})
        if "task" not in waiting and posted_at is not None and work.now >= posted_at + SHOWN_FOR - BEFORE_IT_ENDS:
            return self._ask(work, statement, "post it again")
        return Waiting(waiting)

    def _ask(self, work: Work, statement: Statement, why: str) -> Outcome:
        if "task" in (work.record.waiting_for or {}):  # what was asked before is out of date
            before = work.task()
            if before.status == "open":
                before.status, before.settled_at = "withdrawn", work.now
        texts = _texts(work, work.bundle.replies[self.text], statement)
        refused = sorted(locale for locale, text in texts.items() if _objections(work, text))
        details = {locale: text for locale, text in texts.items() if locale not in refused}
        words = TEAM_WORDS[work.desk.language]
        said = [words[why], words["where"]]
        if refused:
            said.append(words["guards refuse"].format(locales=", ".join(refused)))
        task = work.ask("do", self.who, " ".join(said), details={**details, "picture": work.in_our_words(self.picture)})
        self._tell(work, task)
        note = {"version": statement.version, **({"refused": refused} if refused else {})}
        return Waiting({"task": task.id, "event": list(AWAITED)}, note)

    def _tell(self, work: Work, task: Task) -> None:
        work.tell(self.who, TEAM_WORDS[work.desk.language]["to be posted"], task=task)
        work.remind_in(self.again_every)

    def _take_down(self, work: Work, posted_at: datetime | None) -> Outcome:
        """The last task belongs to no step: that nobody has taken a Status down yet must not keep a crisis open."""
        if posted_at is None or work.now >= posted_at + SHOWN_FOR:
            return Done(note={"status": "nothing is shown any more"})
        task = asides.ask(
            work.session,
            work.run.subject_id,
            TEAM_WORDS[work.desk.language]["take it down"],
            work.now,
            role=self.who,
            incident_id=work.run.incident_id,
        )
        work.tell(self.who, TEAM_WORDS[work.desk.language]["to be taken down"], task=task)
        return Done(note={"status": "to be taken down", "task": task.id})


def _statement(work: Work) -> Statement | None:
    return statements.in_force(work.session, work.incident.id) if work.incident is not None else None


def _is_over(work: Work) -> bool:
    incident = work.incident
    return incident is None or incident.closed_at is not None or incident.stood_down_at is not None


def _objections(work: Work, text: str) -> list[str]:
    facts = {**work.facts(work.bundle.guards.facts()), **work.typed({"audience": "everybody"})}
    return list(work.bundle.guards.objections(text, facts))


def _texts(work: Work, reply: Reply, statement: Statement) -> dict[str, str]:
    """The text in every language in which there is a statement; the default language where there is none else."""
    words = work.desk.store.vault.open_or_nothing(statement.sealed_texts)
    return {locale: _filled(work, reply, statement, locale, str(said)) for locale, said in sorted(words.items())} or {
        DEFAULT_LOCALE: _filled(work, reply, statement, DEFAULT_LOCALE, "")
    }


def _filled(work: Work, reply: Reply, statement: Statement, locale: str, said: str) -> str:
    """The reply around as many whole sentences of the statement as a Status has room for."""
    values = {"business": work.desk.business, "statement_version": str(statement.version)}
    if statement.news_at is not None and statement.news_at > work.now:
        values["news_at"] = local_time.hour(statement.news_at, work.desk.timezone, locale)
    own = reply.locale_for(locale)
    sentences = _sentences(said)
    while True:
        text = reply.fill(own, {**values, "statement": "".join(sentences).strip() or "…"})
        if len(text) <= LONGEST_STATUS or len(sentences) <= 1:
            return text if len(text) <= LONGEST_STATUS else text[: LONGEST_STATUS - 1].rstrip() + "…"
        sentences.pop()


def _sentences(text: str) -> list[str]:
    """The sentences of a text with what ends them, so that they make the text again."""
    found: list[str] = [""]
    for number, sign in enumerate(text):
        found[-1] += sign
        blank = text[number + 1 : number + 2].isspace()
        if sign in "。！？؟\n" or (sign in ".!?" and blank):
            found.append("")
    return [each for each in found if each]
