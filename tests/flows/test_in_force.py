"""The content in force is what was released: at the start, and when something is released while the service runs."""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from flows.clock import MovedClock
from flows.errors import FirebreakError, StoreError
from flows.in_force import LOOKS_EVERY, Watch, open_in_force
from flows.shelf import Shelf
from flows.store.database import Store
from flows.store.tables import Bundle
from flows.verbs import all_verbs
from rules import engine
from rules.lock import LOCK, write_lock
from rules.problems import ContentError
from tests.flows.released import PLAYBOOK, release

TRIAGE = "rules/packs/triage.yaml"


@pytest.fixture
def said() -> list[str]:
    return []


def start(root: Path, store: Store, said: list[str]) -> Shelf:
    return open_in_force(root, all_verbs(), store, said.append)


def edit(root: Path, before: str, after: str, path: str = PLAYBOOK) -> None:
    text = (root / path).read_text()
    assert before in text
    (root / path).write_text(text.replace(before, after, 1))


def version(shelf: Shelf) -> str:
    return shelf.current.playbooks["complaint-general"].version


class Running:
    """A watch as a service has it, and how often it has read the content."""

    def __init__(self, root: Path, store: Store, said: list[str]) -> None:
        self.shelf = start(root, store, said)
        self.clock = store.clock
        self.watch = Watch(store, self.shelf, root, said.append)
        self.watch.look()

    def later(self) -> str:
        """Look again after a while; the version in force then."""
        assert isinstance(self.clock, MovedClock)
        self.clock.move(LOOKS_EVERY)
        self.watch.look()
        return version(self.shelf)


# -- at the start ----------------------------------------------------------------------------------------------------


def test_released_content_is_in_force_as_it_is(root: Path, store: Store, said: list[str]) -> None:
    """Every start would warn of nothing."""
    assert version(start(root, store, said)) == "2.0.0"
    assert said == []


@pytest.mark.parametrize("spoiled", ["steps: nonsense\n", "\tx", None])
def test_what_somebody_is_writing_is_not_in_force(
    root: Path, store: Store, said: list[str], spoiled: str | None
) -> None:
    """A service that starts while a designer types would answer customers with half a procedure, or not at all."""
    if spoiled is None:
        edit(root, "Look into it and answer", "Look at it and answer")
    else:
        (root / PLAYBOOK).write_text(spoiled)
    shelf = start(root, store, said)
    assert version(shelf) == "2.0.0"
    assert "Look into it and answer the customer" in shelf.current.files[PLAYBOOK]
    assert said == [f"Changed since the last release, and not in force until `firebreak release`: {PLAYBOOK}"]


def test_a_release_that_no_file_holds_any_more_comes_from_the_store(root: Path, store: Store, said: list[str]) -> None:
    """A rule that somebody is changing would decide about customers as soon as the service is restarted."""
    before = start(root, store, said).current
    edit(root, "priority: 10", "priority: 11", TRIAGE)
    shutil.rmtree(root / "playbooks/releases")
    assert start(root, store, said).current.digest == before.digest
    assert len(said) == 1
    assert f"{TRIAGE}:1:1: error: it changed since it was released" in said[0]
    assert "taken from the store instead" in said[0]


def test_content_that_was_never_released_is_used_as_it_stands(root: Path, store: Store, said: list[str]) -> None:
    """A fresh installation with content of its own would not start."""
    (root / LOCK).unlink()
    edit(root, "Look into it and answer", "Look at it and answer")
    assert "Look at it and answer" in start(root, store, said).current.files[PLAYBOOK]


def test_broken_content_at_the_start_leaves_the_last_good_in_force(root: Path, store: Store, said: list[str]) -> None:
    """After a power cut the service would stay down because of a typing error."""
    good = start(root, store, said).current
    (root / LOCK).write_text("{")
    (root / PLAYBOOK).write_text("steps: [")
    assert start(root, store, said).current.digest == good.digest
    assert f"{PLAYBOOK}:1:9: error" in said[0]
    assert "The last good content" in said[0]


def test_broken_content_without_anything_to_fall_back_on_is_named(root: Path, store: Store, said: list[str]) -> None:
    """The operator would not learn which line keeps a new installation from starting."""
    (root / LOCK).unlink()
    (root / PLAYBOOK).write_text("steps: [")
    with pytest.raises(ContentError, match=PLAYBOOK):
        start(root, store, said)


def test_content_in_force_is_kept_in_the_store(root: Path, store: Store, said: list[str]) -> None:
    """The next start could not fall back on it."""
    shelf = start(root, store, said)
    with store.read() as session:
        assert session.scalars(select(Bundle.digest)).all() == [shelf.current.digest]


# -- while it runs ---------------------------------------------------------------------------------------------------


def test_rules_that_the_engine_takes_wrongly_are_not_put_in_force(
    root: Path, store: Store, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From one message to the next nothing could be decided any more, and the old rules would be gone."""
    service = Running(root, store, said)
    before = service.shelf.current
    assert before.triage.decide({"sign_safety": True}).then == {"severity": "urgent"}
    monkeypatch.setattr(engine, "_tests", lambda *_: [])  # every rule that is built now holds always
    release(root)
    assert service.later() == "2.0.0"
    assert "the rule engine does not take" in said[0]
    assert f"bundle {before.digest} stays in force" in said[0]
    assert service.shelf.current.triage.decide({"sign_safety": True}).then == {"severity": "urgent"}
    monkeypatch.undo()
    release(root, "2.2.0")
    assert service.later() == "2.2.0"


def test_deciding_goes_on_while_new_content_is_put_in_force(root: Path, store: Store, said: list[str]) -> None:
    """A message that comes in during a release would be decided by half of it, or not at all."""
    service = Running(root, store, said)
    released, met = threading.Event(), set[str]()

    def decide() -> None:
        while not released.is_set():
            bundle = service.shelf.current
            severity = bundle.triage.decide({"sign_safety": True}).then
            assert severity == {"severity": "urgent"}
            assert bundle.triggers.decide({"intent": "complaint", **severity}).then == {"playbook": "complaint-urgent"}
            met.add(bundle.digest)

    with ThreadPoolExecutor(2) as threads:
        deciding = [threads.submit(decide) for _ in range(2)]
        try:
            for number in (1, 2):
                release(root, f"2.{number}.0")
                assert service.later() == f"2.{number}.0"
        finally:
            released.set()
        for each in deciding:
            each.result()
    assert len(met) > 1


def test_a_release_is_picked_up_once(root: Path, store: Store, said: list[str]) -> None:
    """A procedure that was mended would reach customers only after a restart."""
    service = Running(root, store, said)
    release(root)
    assert version(service.shelf) == "2.0.0"
    assert service.later() == "2.1.0"
    assert [service.later() for _ in range(3)] == ["2.1.0"] * 3
    assert len(said) == 1
    assert said[0].startswith(f"New content is in force: bundle {service.shelf.current.digest}.")
    with store.read() as session:
        assert service.shelf.current.digest in session.scalars(select(Bundle.digest)).all()


def test_it_does_not_look_all_the_time(root: Path, store: Store, said: list[str]) -> None:
    """Half of the machine would be busy with reading files that nobody changes."""
    service = Running(root, store, said)
    release(root)
    assert isinstance(service.clock, MovedClock)
    service.clock.move(LOOKS_EVERY - timedelta(seconds=1))
    service.watch.look()
    assert version(service.shelf) == "2.0.0"


def test_an_edit_that_is_not_released_changes_nothing(root: Path, store: Store, said: list[str]) -> None:
    """Every save of a designer would go live."""
    service = Running(root, store, said)
    edit(root, "version: 2.0.0", "version: 9.0.0")
    edit(root, "priority: 10", "priority: 11", TRIAGE)
    assert service.later() == "2.0.0"
    assert said == []
    assert service.watch.trouble is None


def test_a_release_goes_live_although_somebody_is_editing_it_again(root: Path, store: Store, said: list[str]) -> None:
    """A designer who types on would keep the release from customers."""
    service = Running(root, store, said)
    release(root)
    (root / PLAYBOOK).write_text("steps: [")
    assert service.later() == "2.1.0"


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        (LOCK, "{", "playbooks/lock.json:1:2: error: not readable as JSON"),
        (PLAYBOOK, "playbook: complaint-general\nversion: 3.0.0\n", f"{PLAYBOOK}:1:1: error: missing:"),
        ("playbooks/roles.yaml", "on_call: Whoever has the phone\n", "no role is called"),
        (TRIAGE, "pack: [\n", f"{TRIAGE}:"),
    ],
)
def test_a_broken_release_is_refused_and_said_once(
    root: Path, store: Store, said: list[str], path: str, text: str, says: str
) -> None:
    """Customers would be answered by content that cannot be right, or the log would fill with one complaint."""
    service = Running(root, store, said)
    good = service.shelf.current
    before = {each: (root / each).read_text() for each in (path, LOCK)}
    (root / path).write_text(text)
    if path != LOCK:
        write_lock(root)
    for _ in range(4):
        assert service.later() == "2.0.0"
    assert len(said) == 1
    assert says in said[0]
    assert f"bundle {good.digest} stays in force" in said[0]
    with pytest.raises(FirebreakError, match="stays in force"):
        service.watch.require_well()
    for each, was in before.items():
        (root / each).write_text(was)
    assert service.later() == "2.0.0"
    service.watch.require_well()
    assert len(said) == 2
    assert service.shelf.current is good


def test_files_that_arrive_after_their_lock_are_waited_for(root: Path, store: Store, said: list[str]) -> None:
    """While new files are copied to the machine, customers would get old words in a new procedure."""
    service = Running(root, store, said)
    old = {path: (root / path).read_text() for path in (PLAYBOOK, TRIAGE)}
    edit(root, "priority: 10", "priority: 11", TRIAGE)
    release(root)
    new = {path: (root / path).read_text() for path in old}
    for path, text in old.items():
        (root / path).write_text(text)
    shutil.rmtree(root / "playbooks/releases")  # comes last of all
    assert service.later() == "2.0.0"
    (root / PLAYBOOK).write_text(new[PLAYBOOK])
    assert service.later() == "2.0.0"
    (root / TRIAGE).write_text(new[TRIAGE])
    assert service.later() == "2.1.0"
    assert service.shelf.current.files[TRIAGE] == new[TRIAGE]


def test_a_store_that_is_away_for_a_moment_costs_no_release(
    root: Path, store: Store, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release that came at a bad moment would never be in force."""
    service = Running(root, store, said)
    release(root)
    with monkeypatch.context() as away:
        away.setattr(Store, "begin", lambda _self: (_ for _ in ()).throw(StoreError("away")))
        with pytest.raises(StoreError):
            service.later()
    assert service.later() == "2.1.0"


def test_going_back_to_an_older_release_is_a_release_too(root: Path, store: Store, said: list[str]) -> None:
    """A release that does harm could not be taken back without a restart."""
    service = Running(root, store, said)
    before = {path: (root / path).read_text() for path in (PLAYBOOK, LOCK)}
    release(root)
    assert service.later() == "2.1.0"
    for path, text in before.items():
        (root / path).write_text(text)
    assert service.later() == "2.0.0"


def test_each_process_looks_for_itself(root: Path, store: Store, said: list[str]) -> None:
    """Of two responders one would go on with the old content for ever."""
    one, other = Running(root, store, said), Running(root, store, said)
    release(root)
    assert one.later() == "2.1.0"
    assert other.later() == "2.1.0"
