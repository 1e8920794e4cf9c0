"""Deletion certificates: what they state is proven, nothing personal is in them, and a change of them shows."""

from __future__ import annotations

import re
import secrets
from html.parser import HTMLParser

import pytest
from sqlalchemy import delete, update

from flows.erasing import erasure
from flows.erasing.certificate import Certificate, Looked, issue, look_at
from flows.erasing.certificate_words import WORDS
from flows.erasing.masking import Mask
from flows.erasing.statement import NotFinished, NothingToCertify
from flows.store import journal
from flows.store.database import Store
from flows.store.keys import Erasure
from flows.store.tables import Case, Customer, JournalLine, Outbox
from tests.flows.erasing.house import NAME, NUMBER, House
from tests.flows.erasing.house import WORDS as SAID

PARTS = ("erased", "masked", "kept", "waiting")


@pytest.fixture
def any_store(store: Store) -> Store:
    """The quickest is enough: a page is the same whatever holds the records."""
    return store


def begun(house: House) -> str:
    """Hold the first message, mask the second, erase the rest: as far as the ledger's line."""
    house.hold(house.messages[0])
    with house.store.begin() as session:
        customer = session.get_one(Customer, house.customer_id)
        decisions: dict[str, erasure.Decision] = {house.messages[1]: Mask()}
        return erasure.begin(house.desk, session, customer, case_id=house.case_id, decisions=decisions)


def finished(house: House) -> House:
    line = begun(house)
    with house.store.begin() as session:
        erasure.finish(house.desk, session, line)
    return house


def issued(house: House, *languages: str) -> Certificate:
    with house.store.begin() as session:
        return issue(house.store, session, session.get_one(Case, house.case_id), languages or ("en",), "anna")


def looked(house: House, text: str) -> Looked:
    with house.store.read() as session:
        return look_at(house.store, session, text)


class _Page(HTMLParser):
    """The words of a page, and its tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.tags.append(tag)


def test_what_colleagues_are_still_to_hear_is_no_message(house: House) -> None:
    """A customer would be told that messages of theirs were left out, when it is the team that could not be reached."""
    with house.store.begin() as session:
        session.execute(update(Outbox).where(Outbox.id == house.unsent).values(to="team"))
    assert issued(finished(house)).statement["waiting"] == 1  # the message that nobody has read


def test_certificate_states_what_was_done(house: House) -> None:
    """A customer would read numbers that nothing stands behind."""
    made = issued(finished(house), "en", "zh-CN")
    assert {name: made.statement[name] for name in PARTS} == {"erased": 2, "masked": 1, "kept": 2, "waiting": 2}
    assert made.statement["kept_because"] == {"decided": 1, "evidence": 1}
    assert made.statement["exports_removed"] == 1
    words = " ".join(_Page(made.html).words)
    for sentence in (
        "2 messages were erased",
        "2 messages are kept:",
        "In 1 message that we keep, personal details were made unreadable.",
        "1 as proof of a price, terms or an agreement",
        "Not recorded as done.",
        "We do not claim that it is gone.",
        "已清除 2 条消息",
        "删除证明",
        made.statement["ledger"]["hash"],
        made.signature,
    ):
        assert sentence in words


def test_nothing_personal_is_in_it(house: House) -> None:
    """What was erased would go on living on a page that is passed on."""
    text = issued(finished(house), *WORDS).html
    for personal in (NAME, *NAME.split(), NUMBER, house.customer_id, *SAID, "Lindenweg", "88213"):
        assert personal not in text


def test_page_stands_alone(house: House) -> None:
    """A page that fetches or runs something tells others who looks at it, and is not what was signed."""
    text = issued(finished(house), *WORDS).html
    assert not {"script", "link", "img", "iframe", "object"} & set(_Page(text).tags)
    assert not re.search(r"(?:src|href)=|url\(|@import|https?:", text)


def test_genuine_one_agrees_with_the_store(house: House) -> None:
    """A customer could not show years later what they were given."""
    made = issued(finished(house), *WORDS)
    found = looked(house, made.html)
    assert found.good
    assert found.statement == made.statement
    assert looked(house, "\ufeff" + made.html.replace("\n", "\r\n")).good, "as an editor on Windows saves it"


def test_any_change_shows(house: House) -> None:
    """Somebody would make 2 erased messages 20, or take out the sentence about what is out of reach."""
    text = issued(finished(house)).html
    picked = [secrets.randbelow(len(text)) for _ in range(60)]
    for at in {*picked, text.index("2 messages"), text.index("<li>"), text.index("0" * 4) if "0" * 4 in text else 0}:
        other = "#" if text[at] != "#" else "+"
        found = looked(house, text[:at] + other + text[at + 1 :])
        assert found.verdict != "genuine", f"{text[at : at + 30]!r} can be changed"
        assert not found.good


@pytest.mark.parametrize("text", ["", "no page", "<html></html>", "\0" * 1000, "<meta" * 5000])
def test_what_is_no_certificate_is_unknown(house: House, text: str) -> None:
    """A stray file would end in a riddle instead of an answer."""
    assert looked(house, text).verdict == "unknown"


def test_another_installation_does_not_know_it(house: House) -> None:
    """A certificate could be made anywhere and would count here."""
    made = issued(finished(house))
    other = Store.in_memory(house.store.clock)
    with other.read() as session:
        assert look_at(other, session, made.html).verdict == "unknown"
    other.close()


def test_without_an_erasure_there_is_nothing_to_certify(house: House) -> None:
    """A page would say that everything was done, where nothing was."""
    with pytest.raises(NothingToCertify, match="nothing to certify"):
        issued(house)


def test_unfinished_erasure_is_not_certified(house: House) -> None:
    """The key is still there, and the customer holds a page that says it is destroyed."""
    line = begun(house)
    with pytest.raises(NotFinished, match=f"{line} is not finished"):
        issued(house)


def test_lost_or_changed_proof_is_told(house: House) -> None:
    """A genuine page would count although the records that it stands on are others now."""
    made = issued(finished(house))
    with house.store.vault.transaction() as connection:
        connection.execute(update(Erasure).values(data={"case": None, "scope": {}}))
    assert looked(house, made.html).ledger == "differs"
    with house.store.vault.transaction() as connection:
        connection.execute(delete(Erasure))
    assert looked(house, made.html).ledger != "agrees"
    assert looked(house, made.html).verdict == "genuine"
    with house.store.begin() as session:
        session.execute(delete(JournalLine).where(JournalLine.subject_id == house.customer_id))
    assert looked(house, made.html).journal == "not here"
    assert not looked(house, made.html).good


def test_issuing_is_told_in_the_history(house: House) -> None:
    """Nobody could say later which pages were handed out; and the history must still be whole."""
    made = issued(finished(house))
    with house.store.read() as session:
        chain = journal.verify(session, house.customer_id)
    assert chain.lines == made.statement["journal"]["line"] + 1


def test_languages_say_the_same() -> None:
    """A customer who reads Chinese would be told less, or would get an empty line."""
    first, *others = WORDS.values()
    for words in others:
        assert words.keys() == first.keys()
        for key, sentence in words.items():
            assert sentence.strip()
            assert ("{n}" in sentence) == ("{n}" in first[key]), key
    assert {"reach.device", "erased.0", "erased.n"} <= first.keys()
