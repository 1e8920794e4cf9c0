"""Confirming by e-mail what was agreed in a chat: a person reads it first, and it goes where they say."""

from __future__ import annotations

import email
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message as Mail
from email.policy import default

import pytest
from sqlalchemy import select

from flows import answering
from flows.channels.team import Team
from flows.rehearsal.stage import Stage
from flows.sending import confirmations
from flows.shelf import Shelf
from flows.store.tables import JournalLine, Outbox, Task
from rules.language import FactName, FactValues

DEAL = "OK deal: 200 pieces at 4.50 dollars, order PO-20318, my card is 4111 1111 1111 1111"
AGREED: FactValues = {
    FactName("speaks_of_terms"): True,
    FactName("agrees"): True,
    FactName("privacy_notice"): "current",
}


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        to: list[str] = []
        self.wfile.write(b"220 post\r\n")
        for line in self.rfile:
            word = line.decode().strip()
            if word.upper().startswith("RCPT"):
                to.append(word.partition("<")[2].partition(">")[0])
            if word.upper() == "DATA":
                self.wfile.write(b"354 go on\r\n")
                body = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.post.append((to, email.message_from_bytes(body, policy=default)))  # type: ignore[attr-defined]
                to = []
            self.wfile.write(b"221 bye\r\n" if word.upper() == "QUIT" else b"250 fine\r\n")
            if word.upper() == "QUIT":
                return


@pytest.fixture
def post() -> Iterator[tuple[str, list[tuple[list[str], Mail]]]]:
    """A mail server: the mailbox to send from, and what was posted: to whom, and what."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk) as server:
        found: list[tuple[list[str], Mail]] = []
        server.post = found  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host = f"127.0.0.1:{server.server_address[1]}"
        yield f"mailto://{host}?from=desk@shop.test&to=desk@shop.test&mode=insecure", found
        server.shutdown()


@pytest.fixture
def dealt(shelf: Shelf, post: tuple[str, list[tuple[list[str], Mail]]]) -> Iterator[Stage]:
    """A customer has agreed, and the draft lies with whoever is on call."""
    stage = Stage(shelf, AGREED)
    stage.desk = replace(stage.desk, team=Team.of({role: [post[0]] for role in ("order_desk",)}))
    stage.take_message({"id": "w1", "type": "text", "text": {"body": DEAL}}, "Marisol Quintero")
    stage.settle()
    yield stage
    stage.close()


def approve(stage: Stage, said: str, remark: str = "") -> None:
    with stage.store.begin() as session:
        task = session.scalars(select(Task).where(Task.path == "confirmation")).one()
        given = {"approved": said}
        answering.answer(session, stage.desk.shelf.current.vocabulary, task.id, given, "on_shift", stage.clock.now())
        if remark:
            task.sealed_remark = stage.store.vault.seal(task.subject_id, {"text": remark})
    stage.settle()


def test_the_draft_names_the_order_and_leaves_the_card_out(dealt: Stage) -> None:
    """A number that should not stand in the chat would be sent on by e-mail, or what was agreed would not."""
    with dealt.store.read() as session:
        task = session.scalars(select(Task).where(Task.path == "confirmation")).one()
        draft = dealt.store.vault.open(task.sealed_details or b"")
        assert "PO-20318" in draft["text"]
        assert "Marisol Quintero" in draft["text"]
        assert "200 pieces at 4.50 dollars" in draft["text"]
        assert "4111" not in draft["text"]
        assert confirmations.BLANK in draft["text"]
        assert task.case_id is not None
        assert task.case_id in draft["subject"]


def test_a_yes_brings_it_to_the_order_desk(dealt: Stage, post: tuple[str, list[tuple[list[str], Mail]]]) -> None:
    """What was agreed would stand in the chat only."""
    assert post[1] == []
    approve(dealt, "yes")
    ((to, mail),) = post[1]
    assert to == ["desk@shop.test"]
    assert "PO-20318" in str(mail)


def test_an_address_in_the_remark_brings_it_to_the_customer(
    dealt: Stage, post: tuple[str, list[tuple[list[str], Mail]]]
) -> None:
    """The customer would get blanks to fill in, or nothing; the desk would have nothing for its files."""
    approve(dealt, "yes", "please also to marisol@buyer.test, thanks")
    sent = {to[0]: str(mail) for to, mail in post[1]}
    assert set(sent) == {"desk@shop.test", "marisol@buyer.test"}
    assert confirmations.BLANK not in sent["marisol@buyer.test"]


def test_a_no_sends_nothing(dealt: Stage, post: tuple[str, list[tuple[list[str], Mail]]]) -> None:
    """An e-mail that a person refused would bind the business."""
    approve(dealt, "no")
    assert not any("PO-20318" in str(mail) for _, mail in post[1])


def test_words_and_names_are_nowhere_but_sealed(dealt: Stage) -> None:
    """The journal, the outcome of the step or the list of letters would hold what was agreed, and with whom."""
    approve(dealt, "yes", "to marisol@buyer.test")
    with dealt.store.read() as session:
        lines = str([line.data for line in session.scalars(select(JournalLine))])
        rows = session.scalars(select(Outbox)).all()
        plain = str([{key: value for key, value in vars(row).items() if key != "sealed_body"} for row in rows])
    for secret in ("Marisol", "marisol@buyer.test", "PO-20318", "4.50"):
        assert secret not in lines
        assert secret not in plain
