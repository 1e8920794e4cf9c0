"""What a certificate states: numbers and closed words, each proven by the ledger, by finished steps or by holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.erasing import holds, ledger
from flows.erasing.erasure import ERASED
from flows.erasing.ledger import Line
from flows.errors import FirebreakError
from flows.store import customers, journal
from flows.store.database import Store
from flows.store.tables import Case, Export, JournalLine, Message, Outbox, Run, Step, Task, TaskItem
from flows.store.vault import Vault

Statement = Mapping[str, Any]
NO_REASON = "decided"
"""Why something is kept that no hold keeps: somebody decided so about the record itself."""


class NothingToCertify(FirebreakError):
    """Nothing was erased or masked for this case, so there is nothing to certify."""


class NotFinished(FirebreakError):
    """An erasure of this case is not finished yet, so nothing can be certified."""


def statement_of(store: Store, session: Session, case: Case) -> Statement:
    """What can be stated of a case now. Ids, numbers, closed words and hashes only.

    Raises `NothingToCertify`, `NotFinished`, and `LedgerBroken` or `JournalBroken` where the proof does not hold.
    """
    lines = _finished_lines(store, session, case)
    ledger.verify(store)
    chain = journal.verify(session, case.customer_id)
    last = lines[-1]
    stays = set(last.scope.keep) | set(last.scope.mask)
    masked = {item for line in lines for item in line.scope.mask} & stays
    results = _results(session, case, lines)
    counted = _counted(session, case)
    exports = _exports(session, case.customer_id)
    return {
        "version": 1,
        "issuer": issuer(store.vault),
        "case": case.id,
        "asked": str(case.facts.get("demand", "unknown")),
        "asked_at": case.opened_at.isoformat(),
        "finished_at": max(line.finished_at for line in lines if line.finished_at).isoformat(),
        "issued_at": store.clock.now().replace(microsecond=0).isoformat(),
        "open": case.closed_at is None,
        "erased": sum(result["erased"] for result in results),
        "masked": len(masked),
        "kept": results[-1]["kept"] + results[-1]["masked"],
        "kept_because": _reasons(session, case.customer_id, sorted(stays)),
        "waiting": _messages(session, last.scope.waiting),
        "address_stays": last.scope.address,
        "recalled": counted["recalled"],
        "not_recalled": counted["not_recalled"],
        "confirmed": _confirmed(session, case),
        "phone_cleared": counted["phone_cleared"] > 0,
        "backup": backup if (backup := case.facts.get("backup_status")) in ("none", "confirmed") else "possible",
        "exports_removed": exports[True],
        "exports_left": exports[False],
        "ledger": {"id": last.id, "line": last.number, "hash": last.hash},
        "journal": {"line": chain.lines, "hash": chain.hash},
    }


def issuer(vault: Vault) -> str:
    """Sixteen hex digits that name the installation, by its master key, and tell nothing about it."""
    return vault.blind("certificate issuer", "")[:16]


def lines_of(store: Store, session: Session, case: Case) -> list[Line]:
    """The ledger's lines about a case, oldest first."""
    everyone = set(customers.owners(session, case.customer_id))
    return [line for line in ledger.lines(store) if line.case_id == case.id and line.customer_id in everyone]


def _finished_lines(store: Store, session: Session, case: Case) -> Sequence[Line]:
    lines = lines_of(store, session, case)
    if not lines:
        raise NothingToCertify(
            f"nothing was erased or masked for {case.id}, so there is nothing to certify: a certificate states only "
            "what the ledger of erasures proves"
        )
    if unfinished := [line.id for line in lines if line.finished_at is None]:
        raise NotFinished(
            f"{', '.join(unfinished)} is not finished yet, so {case.id} cannot be certified; "
            "`firebreak up` carries it to its end"
        )
    return lines


def _results(session: Session, case: Case, lines: Sequence[Line]) -> list[Mapping[str, int]]:
    """What came of each line, as the history tells it."""
    told = select(JournalLine.data).where(JournalLine.event == ERASED, JournalLine.subject_id == case.customer_id)
    by_id = {data["erasure"]: data for data in session.scalars(told)}
    if missing := [line.id for line in lines if line.id not in by_id]:
        raise NotFinished(f"the history does not tell what came of {', '.join(missing)}; is this an old backup?")
    return [by_id[line.id] for line in lines]


def _counted(session: Session, case: Case) -> Counter[str]:
    """What finished steps of the case have counted."""
    steps = select(Step.verb, Step.outcome).join(Run, Run.id == Step.run_id)
    found: Counter[str] = Counter()
    for verb, outcome in session.execute(steps.where(Run.case_id == case.id, Step.status == "done")):
        counted = outcome.get("counted", {})
        found.update({name: counted[name] for name in ("recalled", "not_recalled") if name in counted})
        if verb == "clear_phone":
            found["phone_cleared"] += counted.get("phone_cleared", 1)
    return found


def _messages(session: Session, ids: Sequence[str]) -> int:
    """How many of these are messages or letters to the customer, and not tasks or words to colleagues."""
    letters = select(func.count()).select_from(Outbox).where(Outbox.id.in_(ids), Outbox.to == "customer")
    written = select(func.count()).select_from(Message).where(Message.id.in_(ids))
    return (session.scalar(letters) or 0) + (session.scalar(written) or 0)


def _confirmed(session: Session, case: Case) -> int:
    """How many messages WhatsApp itself reported as deleted for everyone."""
    told = select(func.count()).select_from(TaskItem).join(Task, Task.id == TaskItem.task_id)
    told = told.where(Task.case_id == case.id, TaskItem.status == "done", TaskItem.settled_by == "whatsapp")
    return session.scalar(told) or 0


def _exports(session: Session, customer_id: str) -> Counter[bool]:
    """How many files were removed (True), and how many not (False)."""
    removed: Sequence[datetime | None] = session.scalars(
        select(Export.removed_at).where(Export.customer_id == customer_id)
    ).all()
    return Counter(each is not None for each in removed)


def _reasons(session: Session, customer_id: str, items: Sequence[str]) -> dict[str, int]:
    """Why items stay: for each the first hold that keeps it."""
    in_force = holds.active(session, customer_id)
    found = Counter(next((hold.reason for hold in in_force.of(item)), NO_REASON) for item in items)
    return dict(sorted(found.items()))
