"""`firebreak notice`: the proof of which privacy notice a customer was sent."""

from __future__ import annotations

from sqlalchemy import select, update

from flows.cli.context import open_store
from flows.shelf import Shelf
from flows.store.tables import Case, Outbox
from tests.flows.cli.conftest import Firebreak, read_json


def noticed() -> tuple[str, str]:
    """A customer who was sent the notice, and the case in which."""
    with open_store() as store, store.read() as session:
        row = session.scalars(select(Outbox).where(Outbox.reply == "privacy/notice", Outbox.status == "sent")).first()
        assert row is not None
        return str(row.customer_id), str(row.case_id)


def test_it_tells_version_time_and_words(firebreak: Firebreak, town: dict[str, str], shelf: Shelf) -> None:  # noqa: ARG001
    """Nobody could show what a customer was told when they ask a year later."""
    customer, case = noticed()
    told = read_json(firebreak("notice", case, "--json"))
    assert told == read_json(firebreak("notice", customer, "--json"))
    (notice,) = told["notices"]
    reply = shelf.current.replies["privacy/notice"]
    assert notice["version"] == reply.version
    assert notice["text"] == reply.text[notice["locale"]].strip()
    assert notice["sent_at"]


def test_it_does_not_need_the_letter_itself(firebreak: Firebreak, town: dict[str, str]) -> None:  # noqa: ARG001
    """The proof would be gone with the data of a customer who had it erased."""
    customer, _ = noticed()
    with open_store() as store, store.begin() as session:
        session.execute(update(Outbox).where(Outbox.customer_id == customer).values(sealed_body=b"", run_id=None))
    (notice,) = read_json(firebreak("notice", customer, "--json"))["notices"]
    assert notice["text"]
    assert "privacy notice" in firebreak("notice", customer).output


def test_who_had_none_is_told_as_such(firebreak: Firebreak, town: dict[str, str]) -> None:  # noqa: ARG001
    """A script could not tell somebody without a notice from somebody unknown."""
    with open_store() as store, store.read() as session:
        had = select(Outbox.customer_id).where(Outbox.reply == "privacy/notice")
        other = session.scalars(select(Case.customer_id).where(Case.customer_id.not_in(had))).first()
    assert other is not None
    assert read_json(firebreak("notice", other, "--json"))["notices"] == []
    assert "has had no privacy notice" in firebreak("notice", other).output
    unknown = firebreak("notice", "P-NOBODY")
    assert unknown.exit_code == 1
    assert 'no customer and no case "P-NOBODY"' in unknown.output
