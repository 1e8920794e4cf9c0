"""Deletion certificates: issued for a case whose erasing is finished, signed, and looked at again years later.

A certificate is one HTML page. Its signature is a keyed hash (HMAC-SHA-256, under a key that follows from the master
key) of every character of the page, so that a changed number, a changed sentence and a changed hash all show. Only the
installation that issued a page can tell: the page holds nothing by which it could be guessed whom it is about.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.erasing import ledger
from flows.erasing.certificate_page import UNSIGNED, page
from flows.erasing.statement import Statement, issuer, statement_of
from flows.errors import JournalBroken, LedgerAhead, LedgerBroken
from flows.runs import history
from flows.store import journal
from flows.store.database import Store
from flows.store.tables import Case, JournalLine
from flows.store.vault import Vault

Verdict = Literal["genuine", "changed", "unknown"]
Agrees = Literal["agrees", "differs", "not here"]
LARGEST = 1_000_000  # characters; a certificate in two languages has some 15,000

_SIGNATURE = re.compile(r'<meta name="firebreak-certificate" content="([0-9a-f]{64})">')
_STATEMENT = re.compile(r'<meta name="firebreak-statement" content="([^"<>]{1,20000})">')


@dataclass(frozen=True)
class Certificate:
    """A certificate that was issued."""

    statement: Statement
    signature: str
    html: str


@dataclass(frozen=True)
class Looked:
    """What came of looking at a certificate.

    `verdict`: genuine, changed after it was issued, or unknown (no certificate, or not from here). The other two say
    whether a genuine one agrees with the ledger and the history of this store.
    """

    verdict: Verdict
    why: str
    statement: Statement | None = None
    ledger: Agrees = "not here"
    journal: Agrees = "not here"

    @property
    def good(self) -> bool:
        """Whether it is genuine and its proofs are found here as it states them."""
        return self.verdict == "genuine" and self.ledger == "agrees" and self.journal == "agrees"

    def to_json(self) -> dict[str, Any]:
        """For a machine."""
        return {
            "verdict": self.verdict,
            "why": self.why,
            "ledger": self.ledger,
            "journal": self.journal,
            "statement": dict(self.statement) if self.statement is not None else None,
        }


def issue(store: Store, session: Session, case: Case, languages: Sequence[str], by: str) -> Certificate:
    """Issue the certificate of a case, and write into its history that this was done. What it raises, `statement_of`
    says."""
    statement = statement_of(store, session, case)
    unsigned = page(statement, languages)
    signature = _signed(store.vault, unsigned)
    html = page(statement, languages, signature)
    said = {"ledger_line": statement["ledger"]["line"], "sha256": hashlib.sha256(html.encode()).hexdigest(), "by": by}
    now = store.clock.now()
    history.tell_of(session, case.customer_id, now, "certificate issued", said, case_id=case.id)
    return Certificate(statement, signature, html)


def look_at(store: Store, session: Session, text: str) -> Looked:
    """Whether a page is a certificate from here as it was issued, and whether this store agrees with it."""
    plain = text[:LARGEST].removeprefix("\ufeff").replace("\r\n", "\n")
    signature, statement = _SIGNATURE.search(plain), _statement(plain)
    if signature is None or statement is None:
        return Looked("unknown", "this is no certificate of Firebreak's, or a part of it is missing")
    expected = _signed(store.vault, plain.replace(signature[1], UNSIGNED))
    if hmac.compare_digest(expected, signature[1]):
        return Looked(
            "genuine",
            "it was issued here and not changed since",
            statement,
            _ledger_agrees(store, statement),
            _journal_agrees(session, statement),
        )
    if statement.get("issuer") != issuer(store.vault):
        return Looked("unknown", "it was issued under another master key, or never", statement)
    return Looked("changed", "something in it is not as it was issued", statement)


def _signed(vault: Vault, unsigned: str) -> str:
    """The signature of a page in which UNSIGNED stands for it."""
    return vault.blind("certificate", unsigned)


def _statement(text: str) -> Statement | None:
    found = _STATEMENT.search(text)
    try:
        statement = json.loads(unescape(found[1])) if found else None
    except (ValueError, RecursionError):
        return None
    return statement if isinstance(statement, dict) else None


def _ledger_agrees(store: Store, statement: Statement) -> Agrees:
    claimed: Mapping[str, Any] = statement["ledger"]
    try:
        ledger.verify(store)
        line = ledger.line(store, claimed["id"])
    except (LedgerBroken, LedgerAhead):
        return "differs"
    except KeyError:
        return "not here"
    same = line.number == claimed["line"] and line.hash == claimed["hash"] and line.finished_at is not None
    return "agrees" if same else "differs"


def _journal_agrees(session: Session, statement: Statement) -> Agrees:
    case = session.get(Case, statement["case"])
    if case is None:
        return "not here"
    claimed: Mapping[str, Any] = statement["journal"]
    wanted = select(JournalLine.hash).where(JournalLine.number == claimed["line"])
    found = session.scalar(wanted.where(JournalLine.subject_id == case.customer_id))
    if found is None:
        return "not here"
    try:
        journal.verify(session, case.customer_id)
    except JournalBroken:
        return "differs"
    return "agrees" if found == claimed["hash"] else "differs"
