"""Taking a past case out of the store, so that it can be played again. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from flows.channels.channel import HandOver, Next, Refused, Result, Sent, Unsure
from flows.channels.error_codes import meaning_of
from flows.errors import NotFound
from flows.rehearsal import past_crises
from flows.rehearsal.deeds import Answered, ClosedByHand, Deed, OpenedByHand, Past, Reported, Said, Wrote
from flows.runs.providers import PRIVACY_NOTICE, SENSITIVE_ADVICE
from flows.sending.results import FROM_THE_APP
from flows.store import customers
from flows.store.database import Store
from flows.store.tables import Case, Customer, Delivery, JournalLine, Message, Outbox, Run, Task
from flows.store.vault import Vault
from flows.telling.finding import by_id

BEFORE = timedelta(days=7)
"""How far back the messages of a customer are counted as a fact (`contact_count_this_week`)."""
_LATE = timedelta(days=1)  # a message may be read that long after it came in, when nothing was running
_MEDIA = ("image", "video", "audio", "voice", "document", "sticker")


def past_of(store: Store, wanted: str) -> Past:
    """The case with this id, or the only one whose id begins like it; `NotFound` if there is none."""
    with store.read() as session:
        case = by_id(session, Case, wanted)
        if case is None:
            raise NotFound(f'there is no case "{wanted}"; `firebreak cases --all` lists them')
        return _Reader(session, store.vault, case).past()


def latest(store: Store, playbook: str, most: int) -> list[str]:
    """The ids of the newest cases of a playbook, the newest first."""
    with store.read() as session:
        newest = select(Case.id).where(Case.playbook == playbook).order_by(Case.opened_at.desc(), Case.id)
        return list(session.scalars(newest.limit(most)))


@dataclass
class _Reader:
    """One case, and what else happened for its customer meanwhile."""

    session: Session
    vault: Vault
    case: Case

    def past(self) -> Past:
        owners = customers.owners(self.session, self.case.customer_id)
        mine = JournalLine.subject_id.in_(owners)
        of_case = select(JournalLine.at).where(mine, JournalLine.case_id == self.case.id)
        until = self.session.scalars(of_case.order_by(JournalLine.at.desc()).limit(1)).one()
        begins = self._begins()
        within = select(JournalLine).where(mine, JournalLine.at >= begins, JournalLine.at <= until)
        lines = self.session.scalars(within.order_by(JournalLine.at, JournalLine.number)).all()
        run = self.session.scalars(
            select(Run).where(Run.case_id == self.case.id).order_by(Run.started_at, Run.alongside, Run.id).limit(1)
        ).one()
        messages = self._messages(begins, until)
        remarks = [*past_crises.remarks(self.session, self.case)]
        deeds = [
            *self._wrote(messages, lines, remarks),
            *self._answers(lines),
            *_by_hand(lines),
            *self._reports(owners, lines, begins, until),
            *past_crises.met(self.session, self.vault, list(owners), begins, until),
            *past_crises.by_hand(lines),
        ]
        before = self.session.scalars(
            select(Message)
            .where(
                Message.customer_id == self.case.customer_id,
                Message.author == "customer",
                Message.received_at < begins,
            )
            .order_by(Message.received_at.desc(), Message.sent_at.desc())
        ).all()
        locales = (str((message.facts or {}).get("locale", "unknown")) for message in before)
        return Past(
            self.case.id,
            run.playbook,
            run.version,
            run.bundle,
            tuple(deed for _, deed in sorted(deeds, key=lambda each: (each[1].at, each[0]))),
            self._results(lines),
            until,
            next((locale for locale in locales if locale != "unknown"), None),
            before[0].sent_at if before else None,
            self.session.get_one(Customer, self.case.customer_id).first_seen_at,
            self._said_before(begins),
            tuple(remarks),
        )

    def _said_before(self, begins: datetime) -> tuple[Said, ...]:
        """What facts of the history ask for by its name: the newest of each."""
        rows = self.session.execute(
            select(Outbox.reply, Outbox.reply_version, Outbox.created_at)
            .where(
                Outbox.customer_id == self.case.customer_id,
                Outbox.reply.in_((PRIVACY_NOTICE, SENSITIVE_ADVICE)),
                Outbox.status == "sent",
                Outbox.created_at < begins,
            )
            .order_by(Outbox.created_at)
        )
        newest = {str(row.reply): Said(str(row.reply), str(row.reply_version), row.created_at) for row in rows}
        return tuple(newest.values())

    def _begins(self) -> datetime:
        """A week before the case, or where an older case begins that was still open then."""
        others = self.session.scalars(
            select(Case).where(Case.customer_id == self.case.customer_id).order_by(Case.opened_at.desc())
        )
        begins = self.case.opened_at - BEFORE
        for other in others:
            still_open = other.closed_at is None or other.closed_at >= begins
            if other.opened_at <= self.case.opened_at and still_open:
                begins = min(begins, other.opened_at - _LATE)
        return begins

    # -- what was done ----------------------------------------------------------------------------------------

    def _messages(self, begins: datetime, until: datetime) -> Sequence[Message]:
        mine = select(Message).where(
            Message.customer_id == self.case.customer_id,
            Message.author == "customer",
            Message.received_at.between(begins, until),
            # What was handled when it came in is no message: WhatsApp speaking, or a notice.
            or_(Message.handled_at.is_(None), Message.facts.is_not(None)),
        )
        return self.session.scalars(mine.order_by(Message.received_at, Message.sent_at, Message.id)).all()

    def _wrote(
        self, messages: Sequence[Message], lines: Sequence[JournalLine], remarks: list[str]
    ) -> Iterator[tuple[int, Deed]]:
        read_at = {line.data["message"]: number for number, line in enumerate(lines) if "message" in (line.data or {})}
        opened = {
            line.data["message"]: line.case_id
            for line in lines
            if line.event == "case opened" and "message" in line.data
        }
        customer = self.session.get_one(Customer, self.case.customer_id)
        name = str(self.vault.open_or_nothing(customer.sealed_profile).get("name") or "")
        erased = 0
        for message in messages:
            content = self.vault.open_or_nothing(message.sealed_content)
            raw = content.get("raw")
            erased += not isinstance(raw, dict)
            element = dict(raw) if isinstance(raw, dict) else _without_words(message)
            for address in ("from", "from_user_id"):
                element.pop(address, None)
            deed = Wrote(message.received_at, element, name, opened.get(message.id))
            yield read_at.get(message.id, len(lines)), deed
        if erased:
            them = "1 message is erased and is" if erased == 1 else f"{erased} messages are erased and are"
            remarks.append(f"{them} played without words")

    def _answers(self, lines: Sequence[JournalLine]) -> Iterator[tuple[int, Deed]]:
        number_of = {line.data["task"]: number for number, line in enumerate(lines) if line.event == "task answered"}
        tasks = self.session.scalars(select(Task).where(Task.id.in_(number_of), Task.answered_at.is_not(None)))
        for task in tasks:
            run = self.session.get(Run, task.run_id) if task.run_id else None
            assert task.answered_at is not None, "only answered tasks are asked for"
            yield (
                number_of[task.id],
                Answered(
                    task.answered_at,
                    run.playbook if run is not None else None,
                    task.path,
                    task.kind,
                    task.role,
                    task.question,
                    task.answer or {},
                    task.answered_by or "",
                ),
            )

    def _reports(
        self, owners: Iterable[str], lines: Sequence[JournalLine], begins: datetime, until: datetime
    ) -> Iterator[tuple[int, Deed]]:
        # What was not delivered was not said: whatever came at the same moment must come on the same side of it.
        failed_at = {
            line.data["outbox"]: number for number, line in enumerate(lines) if line.event == "text was not delivered"
        }
        rows = self.session.scalars(
            select(Outbox)
            .where(
                Outbox.subject_id.in_(list(owners)),
                Outbox.to == "customer",
                Outbox.provider_blind.is_not(None),
                Outbox.form != "by_hand",
            )
            .order_by(Outbox.sent_at, Outbox.created_at, Outbox.id)
        ).all()
        nth: dict[str, int] = {}
        for row in rows:
            if row.sent_at is None or row.sent_at < begins:
                continue
            reply = row.reply or ""
            number = nth[reply] = nth.get(reply, -1) + 1
            about = select(Delivery).where(
                Delivery.outbox_id == row.id, Delivery.received_at <= until, Delivery.status != "sent"
            )
            for each in self.session.scalars(about.order_by(Delivery.received_at, Delivery.id)):
                when = failed_at.get(row.id, _LAST) if each.status == "failed" else _LAST
                yield when, Reported(each.received_at, reply, number, each.status, each.code)

    # -- what the channel answered ------------------------------------------------------------------------------

    def _results(self, lines: Sequence[JournalLine]) -> dict[str, tuple[Result, ...]]:
        """Reply -> what the channel answered for it, call after call."""
        ids = {line.data["outbox"] for line in lines if "outbox" in (line.data or {})}
        rows = {row.id: row for row in self.session.scalars(select(Outbox).where(Outbox.id.in_(ids)))}
        failed = select(Delivery.outbox_id, Delivery.handled_at).where(
            Delivery.outbox_id.in_(ids), Delivery.status == "failed"
        )
        reported = set(self.session.execute(failed).tuples())
        found: dict[str, list[Result]] = {}
        for line in lines:
            row = rows.get((line.data or {}).get("outbox", ""))
            result = _result(line.event, line.data) if row is not None and row.to == "customer" else None
            # What WhatsApp refused afterwards is told by a report, which is played as such.
            afterwards = isinstance(result, Refused) and row is not None and (row.id, line.at) in reported
            if result is not None and row is not None and not afterwards:
                found.setdefault(row.reply or "", []).append(result)
        return {reply: tuple(results) for reply, results in found.items()}


_LAST = 10**9  # after everything else of the same moment


def _result(event: str, data: Mapping[str, Any]) -> Result | None:
    """What the channel must have answered for this line to be written; None if it tells of something else."""
    if event == "text sent":
        return Sent("")
    if event == "not known whether the text left":
        return Unsure(str(data.get("detail", "")))
    if event == "text handed to a colleague" and data.get("why") == FROM_THE_APP:
        return HandOver("")
    if event in ("text refused", "text refused for now", "text refused; its template goes instead"):
        return Refused(data.get("code"), Next(data["next"]), meaning_of(data.get("code")).wait, str(data["detail"]))
    return None


def _by_hand(lines: Sequence[JournalLine]) -> Iterator[tuple[int, Deed]]:
    for number, line in enumerate(lines):
        data: Mapping[str, Any] = line.data or {}
        if line.case_id is None:
            continue
        if line.event == "case opened" and "opened_by" in data:
            severity = str(data.get("severity", "important"))
            by, incident = str(data["opened_by"]), past_crises.opened_in(lines, line)
            yield number, OpenedByHand(line.at, line.case_id, str(data["playbook"]), severity, by, incident)
        elif line.event == "closed by hand":
            yield number, ClosedByHand(line.at, line.case_id, str(data["closed_as"]), str(data["by"]))


def _without_words(message: Message) -> dict[str, Any]:
    """What is left of a message whose words are erased: that there was one, of this kind, at this time."""
    about = {"id": f"erased.{message.id}", "timestamp": str(int(message.sent_at.timestamp()))}
    if message.place == "group":
        about["group_id"] = "erased"
    if message.kind in _MEDIA:
        return {**about, "type": message.kind, message.kind: {"id": "erased"}}
    if message.kind == "text":
        return {**about, "type": "text", "text": {"body": ""}}
    return {**about, "type": "unsupported"}
