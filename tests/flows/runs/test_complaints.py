"""The crowd that complaints make: kept by the store, counted once for a wave, the same after a crash."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows import tidying
from flows.clock import MovedClock
from flows.ids import new_id
from flows.receiving.receive import receive
from flows.runs import complaints, intake, waves
from flows.runs.providers import About, gather
from flows.shelf import Shelf
from flows.store import customers
from flows.store.database import Store
from flows.store.tables import Case, Complaint, Message
from flows.verbs import all_verbs
from rules.bundle import Bundle
from rules.vocabulary import UNKNOWN, Facts
from tests.flows.receiving import bodies
from tests.flows.runs import trials
from tests.flows.runs.test_questions import counted
from tests.flows.runs.test_waves import desk_over

SLOW = "My parcel has not arrived after two weeks"
BROKEN = "The charger arrived broken"
THANKS = "Thank you very much, that was kind of you"
SHIPPED = Shelf.of_folder(all_verbs()).current
CROWD = ("complainers_in_10_minutes", "complaint_growth", "time_since_last_complaint")
MINUTE = timedelta(minutes=1)
KEEP_COMPLAINTS = SHIPPED.retention.keep.complaints
A_CROWD_OF_FIVE = """\
triggers: [{when: {intent: complaint, complainers_in_10_minutes: {at_least: 5}}, priority: 1}]
steps: [{close: seen}]
"""


@pytest.fixture(scope="module")
def watchful() -> Shelf:
    """The shipped content and a playbook for the fifth customer who complains, and everyone after."""
    files = {**trials.shipped(), "playbooks/crowd.yaml": trials.HEAD.format(name="crowd", scope="case")}
    files["playbooks/crowd.yaml"] += A_CROWD_OF_FIVE
    return Shelf(Bundle.parse(files, all_verbs()), all_verbs())


def sender(number: int) -> str:
    return f"1555010{number:04}"


def write(store: Store, who: Collection[int], words: str = SLOW, sent_at: datetime | None = None) -> None:
    """Each of these customers writes this, in one webhook body."""
    sent = int((sent_at or store.clock.now()).timestamp())
    with store.read() as session:
        first = session.scalar(select(func.count()).select_from(Message)) or 0
    items = [
        bodies.text(first + n, sender=sender(each), words=words, timestamp=str(sent)) for n, each in enumerate(who)
    ]
    receive(store, bodies.raw(bodies.messages(*items, contacts=[bodies.contact(sender(each)) for each in who])))


def facts(store: Store, now: datetime | None = None) -> Facts:
    """What the store knows of the crowd, without anything that was known before."""
    with store.read() as session:
        known = gather(About(session, now or store.clock.now()), SHIPPED, CROWD)
    return {name: known[name] for name in CROWD}


def rows(store: Store) -> list[Complaint]:
    with store.read() as session:
        return list(session.scalars(select(Complaint).order_by(Complaint.at, Complaint.message_id)))


def opened(store: Store, playbook: str) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).where(Case.playbook == playbook)) or 0


def test_crowd_is_in_the_store(any_store: Store, shelf: Shelf, clock: MovedClock) -> None:
    """A thousand customers could complain without anybody noticing that it is more than one."""
    assert facts(any_store) == {CROWD[0]: 0, CROWD[1]: "steady", CROWD[2]: UNKNOWN}
    write(any_store, range(6))
    write(any_store, range(3), words=BROKEN)  # the same people again
    waves.move(desk_over(any_store, shelf), new_id("R"))
    assert facts(any_store) == {CROWD[0]: 6, CROWD[1]: "doubling", CROWD[2]: timedelta(0)}
    clock.move(timedelta(minutes=10) - timedelta(microseconds=1))
    assert facts(any_store)[CROWD[0]] == 6
    clock.move(timedelta(microseconds=1))
    assert facts(any_store) == {CROWD[0]: 0, CROWD[1]: "falling", CROWD[2]: timedelta(minutes=10)}


def test_a_complaint_is_kept_by_what_it_is_about(store: Store, shelf: Shelf) -> None:
    """Nobody could tell whether a crowd is angry about one thing or about twenty; a thank-you would be a complaint."""
    write(store, [1], words=BROKEN)
    write(store, [2], words=THANKS)
    write(store, [3], words="Please delete my personal information from this chat")
    waves.move(desk_over(store, shelf), new_id("R"))
    [kept] = rows(store)
    severities = list(SHIPPED.vocabulary["severity"].values)
    assert (kept.signs, severities[kept.severity]) == (["sign_product_failure"], "important")
    with store.read() as session:
        message = session.get_one(Message, kept.message_id)
        assert message.customer_id == kept.customer_id
        assert message.facts is not None
        assert kept.topic == message.facts["topic"] == "failure"
        thanks = session.scalars(select(Message).where(Message.id != kept.message_id))
        assert all("topic" not in (each.facts or {}) for each in thanks)


def test_a_crash_in_the_middle_of_a_surge_forgets_nothing(any_store: Store, watchful: Shelf, clock: MovedClock) -> None:
    """After a restart the crowd would begin at nought, and the crisis would be noticed ten minutes later."""
    desk = desk_over(any_store, watchful)
    write(any_store, range(3))
    waves.move(desk, new_id("R"))
    write(any_store, range(3, 8))
    dying = waves.Wave(desk, "dying", limit=2)
    dying.claim()
    groups = dying.groups()
    next(groups)()  # it has read two messages and comes no further
    assert facts(any_store)[CROWD[0]] == 5
    clock.move(waves.LEASE + MINUTE)
    again = desk_over(any_store, Shelf(watchful.current, watchful.verbs))
    for _ in range(3):
        waves.move(again, new_id("R"))
    assert facts(any_store)[CROWD[0]] == 8
    assert len(rows(any_store)) == 8
    assert facts(any_store, clock.now() - waves.LEASE - MINUTE)[CROWD[0]] == 8  # and it was so then
    assert opened(any_store, "crowd") == 4  # the fifth and everyone after
    assert list(groups) == []  # whoever was thought dead and wakes up moves nothing


def test_what_fails_leaves_no_complaint_behind(store: Store, shelf: Shelf) -> None:
    """A message that is read twice because the first time failed would be there twice, or would stop the second."""
    write(store, [1])
    desk = desk_over(store, shelf)

    def read(session: Session) -> None:
        intake.read_message(desk, session, session.scalars(select(Message)).one())

    def read_and_fail(session: Session) -> None:
        read(session)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.attempt(read_and_fail)
    assert rows(store) == []
    store.attempt(read)
    assert len(rows(store)) == 1


def test_everyone_in_a_wave_is_counted_and_the_store_is_asked_once(store: Store, watchful: Shelf) -> None:
    """Twenty who write in the same second would each be alone; or ten thousand complaints would be counted again for
    each message, and every answer would come later than the one before."""
    write(store, range(3))
    waves.move(desk_over(store, watchful), new_id("R"))
    write(store, range(3, 12))
    with counted() as met:
        waves.move(desk_over(store, watchful), new_id("R"))
    assert opened(store, "crowd") == 8
    assert len([each for each in met if "FROM complaints" in each]) == 1


def test_every_wave_hears_of_what_other_processes_read(any_store: Store, watchful: Shelf) -> None:
    """With two responders each would see half of the crowd."""
    one, other = desk_over(any_store, watchful), desk_over(any_store, Shelf(watchful.current, watchful.verbs))
    for number in range(6):
        write(any_store, [number])
        waves.move((one, other)[number % 2], new_id("R"))
    assert opened(any_store, "crowd") == 2


def test_two_addresses_of_one_person_are_one_complainer(any_store: Store, shelf: Shelf) -> None:
    """Somebody who writes from two numbers would be two people, also after it has turned out."""
    write(any_store, range(4))
    waves.move(desk_over(any_store, shelf), new_id("R"))
    assert facts(any_store)[CROWD[0]] == 4
    with any_store.begin() as session:
        one, other = session.scalars(select(Complaint.customer_id).order_by(Complaint.message_id).limit(2)).all()
        customers.merge(session, any_store.vault, any_store.clock.now(), one, other)
    assert facts(any_store)[CROWD[0]] == 3


def test_an_erased_customer_still_was_one_of_the_crowd(store: Store, shelf: Shelf) -> None:
    """A crisis would seem smaller for every customer who is erased, or the count would need their data."""
    write(store, range(2))
    waves.move(desk_over(store, shelf), new_id("R"))
    store.vault.destroy(rows(store)[0].customer_id)
    assert facts(store)[CROWD[0]] == 2


def test_it_counts_when_the_customer_wrote_it(store: Store, shelf: Shelf, clock: MovedClock) -> None:
    """After an hour without a network, what came in over that hour would look like a crowd of one minute."""
    now = clock.now()
    for minutes in range(0, 60, 6):
        write(store, [minutes], sent_at=now - minutes * MINUTE)
    waves.move(desk_over(store, shelf), new_id("R"))
    assert facts(store)[CROWD[0]] == 2
    assert facts(store, now - 30 * MINUTE)[CROWD[0]] == 2


def test_a_clock_that_runs_ahead_keeps_nobody_in_the_crowd(store: Store, shelf: Shelf, clock: MovedClock) -> None:
    """One telephone set to next year would count as complaining all year long."""
    write(store, [1], sent_at=clock.now() + timedelta(days=300))
    waves.move(desk_over(store, shelf), new_id("R"))
    assert facts(store) == {CROWD[0]: 1, CROWD[1]: "steady", CROWD[2]: timedelta(0)}
    clock.move(timedelta(minutes=10))
    assert facts(store)[CROWD[0]] == 0


def test_processes_whose_clocks_differ_lose_nobody(store: Store, shelf: Shelf) -> None:
    """Reading a message would fail on the machine whose clock is slower, or it never see the others' customers."""
    write(store, range(3))
    waves.move(desk_over(store, shelf), new_id("R"))
    behind = store.clock.now() - timedelta(seconds=5)
    assert facts(store, behind) == {CROWD[0]: 0, CROWD[1]: "steady", CROWD[2]: timedelta(0)}
    assert facts(store, behind + timedelta(seconds=5))[CROWD[0]] == 3


def test_old_complaints_go_and_the_newest_stays(any_store: Store, shelf: Shelf, clock: MovedClock) -> None:
    """The table would grow for ever; or after a quiet quarter nobody could say how long it has been quiet."""
    desk = desk_over(any_store, shelf)
    for _ in range(3):
        write(any_store, [1])
        waves.move(desk, new_id("R"))
        clock.move(timedelta(days=1))
    clock.move(KEEP_COMPLAINTS - timedelta(days=2))
    tidied = {each.what: each.count for each in tidying.daily(desk)}
    assert (tidied["complaints pruned"], len(rows(any_store))) == (1, 2)
    clock.move(timedelta(days=400))
    tidying.daily(desk)
    assert len(rows(any_store)) == 1
    assert facts(any_store)[CROWD[2]] == timedelta(days=400) + KEEP_COMPLAINTS - timedelta(days=1)


def test_a_designer_can_rehearse_a_crowd() -> None:
    """Nobody could try out what happens when the twentieth customer complains."""
    crowd = """
        triggers: [{when: {intent: complaint, complainers_in_10_minutes: {at_least: 20}}, priority: 1}]
        steps:
          - if: {complaint_growth: doubling}
            escalate: {to: shift_lead, why: A crowd is complaining}
          - close: seen
    """
    content = trials.bundle("steps: [{close: done}]\n", crowd=crowd)

    def twenty(seconds_between: int) -> str:
        says = "  - customer says: {{text: {words}, customer: {who}}}\n".format
        pause = f"  - after: {seconds_between} seconds\n"
        return "timeline:\n" + pause.join(says(words=SLOW, who=who) for who in range(1, 21))

    trials.tried(content, twenty(29) + "expect: [{opened: crowd, customer: 20}, {told: shift_lead}]\n")
    trials.tried(content, twenty(33) + "never: [{opened: crowd}]\n")


def test_counting_is_the_same_however_it_is_asked(store: Store, shelf: Shelf, clock: MovedClock) -> None:
    """Facts in the middle of a wave would differ from what the store says after it."""
    write(store, range(5))
    desk = desk_over(store, shelf)
    asked: dict[str, object] = {}
    with store.begin() as session:
        session.info["asked"] = asked
        assert complaints.crowd(session, clock.now()).count(clock.now()) == 0
        for message in session.scalars(select(Message)).all():
            intake.read_message(desk, session, message)
        in_the_wave = complaints.crowd(session, clock.now())
    for ahead in range(25):
        now = clock.now() + ahead * MINUTE
        with store.read() as session:
            after = complaints.crowd(session, now)
        assert (in_the_wave.count(now), in_the_wave.growth(now)) == (after.count(now), after.growth(now))
