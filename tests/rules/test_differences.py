"""What differs between two versions, in words and by the policy."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.shelf import ROOT
from flows.verbs import all_verbs
from rules.bundle import content_files, is_playbook, is_reply
from rules.changes import differences
from rules.differences import LEVELS, Difference, level_of, next_version
from rules.vocabulary import Vocabulary
from tests.rules.shipped import STANDING

DELETION = "playbooks/deletion_request.yaml"
DONE = "playbooks/replies/deletion/done-by-hand.yaml"
FILES = {**content_files(ROOT), **{path: file.read_text(encoding="utf-8") for path, file in STANDING.items()}}
VOCABULARY = Vocabulary.load()


def found(path: str, *changes: tuple[str, str]) -> dict[str, str]:
    """Sentence -> level, of everything that differs after these replacements."""
    text = FILES[path]
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    section = "replies" if path == DONE else "playbooks"
    return {each.says: each.level for each in differences(section, FILES[path], text, VOCABULARY, all_verbs())}  # type: ignore[arg-type]


OTHER_QUESTION = (
    "The question of `our_backup` changed: Did our phone backed up this chat to iCloud, Google Drive or a computer?"
)
FEWER_ANSWERS = (
    "The step `our_backup` now asks for backup_status: none, possible "
    "instead of backup_status: none, possible, confirmed"
)
OTHER_IF = (
    "The step `danger_first` is now done only if severity is at least important; before: only if severity is urgent"
)
RENAMED = "The step `received` is now called `reply deletion/received` (1)"
GATE = """  - id: ready
    approve: {who: on_call, question: Ready?}
    timeout: 1 day
    on_timeout: {label: x}

"""
NOTIFY = "  - notify: {who: on_call, message: Look}\n\n"
BRANCH = "      - when: {legal_hold: true}\n        steps: [{id: held, label: held}]\n"


@pytest.mark.parametrize(
    ("before", "after", "says", "level"),
    [
        ("timeout: 4 hours", "timeout: 6 hours",
         "The step `our_backup` now waits 6 hours instead of 4 hours", "minor"),
        ("within: 28 days", "within: 25 days", "The promise answered is now 25 days instead of 28 days", "major"),
        ("[10 days, 3 days]", "[5 days]",
         "The warning of the promise answered now comes 5 days before instead of 10 days, 3 days", "minor"),
        ("  - id: a_week_later\n", NOTIFY + "  - id: a_week_later\n",
         "A new step `notify` (7) comes after `which_way`", "minor"),
        ("  - label: privacy_sensitive\n\n", "", "The step `label privacy_sensitive` (2) is gone", "major"),
        ("reply: deletion/done-by-hand\n", "reply: deletion/heard\n",
         "The step `done_but_backup` now says deletion/heard instead of deletion/done-by-hand", "major"),
        ("who: on_call\n      question: Has our", "who: shift_lead\n      question: Has our",
         "The step `our_backup` now turns to shift_lead instead of on_call", "major"),
        ("question: Has our phone", "question: Did our phone",
         OTHER_QUESTION, "patch"),
        ("Has the customer had an answer", "Had the customer an answer",
         "The question of `nobody_knows` changed: Had the customer an answer from you in person?", "minor"),
        ("one_of: [none, possible, confirmed]", "one_of: [none, possible]", FEWER_ANSWERS, "major"),
        ("if: {severity: urgent}", "if: {severity: {at_least: important}}",
         OTHER_IF, "major"),
        ("    if: {severity: urgent}\n", "",
         "The step `danger_first` is now always done; before: only if severity is urgent", "major"),
        ("      - when: {evidence_value: unknown}\n", BRANCH + "      - when: {evidence_value: unknown}\n",
         "A new way of `which_way` is taken if legal_hold is true", "major"),
        ("when: {evidence_value: unknown}", "when: {dispute: unknown}",
         "Way 1 of `which_way` is now taken if dispute is unknown; before: if evidence_value is unknown", "major"),
        ("when: {intent: deletion_request}", "when: {intent: deletion_request, dispute: open}",
         "It now starts by itself if intent is deletion_request and dispute is open", "major"),
        ("priority: 20", "priority: 30",
         "It starts with priority 30 instead of 20 if intent is deletion_request", "major"),
        ("title: A customer", "title: Somebody",
         "The title is now: Somebody asks us to delete their personal information from the chat", "patch"),
        ("follow_up: {after: 7 days", "follow_up: {after: 14 days",
         "The step `a_week_later` now comes 14 days later instead of 7 days", "minor"),
        ("  - id: received\n    reply", "  - reply", RENAMED, "minor"),
        ("# yaml-language-server", "# a remark; yaml-language-server",
         "only comments, the layout or the version changed", "patch"),
    ],
)  # fmt: skip
def test_a_change_of_a_playbook_is_said_in_words(before: str, after: str, says: str, level: str) -> None:
    """A designer would compare two files line by line, and release a promise as a slip of the pen."""
    assert found(DELETION, (before, after))[says] == level


def test_nothing_is_said_twice() -> None:
    """One change would look like three, and hide the next."""
    assert len(found(DELETION, ("timeout: 4 hours", "timeout: 6 hours"))) == 1
    assert len(found(DELETION, ("  - label: privacy_sensitive\n\n", ""))) == 1
    assert len(found(DELETION, ("  - id: received\n    reply", "  - reply"))) == 1


def test_a_step_that_was_moved_is_moved_and_not_new() -> None:
    """The most dangerous change, another order, would be told as one thing less and one thing more."""
    label = "  - label: privacy_sensitive\n\n"
    moved = found(DELETION, (label, ""), ("  - id: a_week_later\n", f"{label}  - id: a_week_later\n"))
    assert moved == {"The step `label privacy_sensitive` (6) was moved: it now comes after `which_way`": "major"}
    danger = FILES[DELETION].split("  - id: danger_first\n")[1].split("\n\n")[0]
    text = f"  - id: danger_first\n{danger}\n\n"
    moved = found(DELETION, (text, ""), ("  - id: worth_as_evidence\n", f"{text}  - id: worth_as_evidence\n"))
    assert moved == {"The step `danger_first` was moved: it now comes after `our_backup`": "major"}


def test_a_gate_that_comes_or_goes_is_major() -> None:
    """Something that nobody has agreed to would be done after a mere patch."""
    gate = ("  - id: a_week_later\n", f"{GATE}  - id: a_week_later\n")
    [(says, level)] = found(DELETION, gate).items()
    assert (level, says) == (
        "major", "A new step `ready` comes after `which_way`; nothing after it happens without a yes"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "says", "level"),
    [
        ("{case}: a colleague", "{case}: one colleague", "The text deletion/done-by-hand (en) changed: ", "patch"),
        ("claims: [person_agreed]\n", "", "The text deletion/done-by-hand no longer claims person_agreed", "major"),
        ("  zh-CN: |", "  zh-TW: |", "The text deletion/done-by-hand is no longer there in zh-CN", "major"),
        ("  zh-CN: |", "  zh-TW: |", "The text deletion/done-by-hand is now there in zh-TW too", "minor"),
        ("name: deletion_done_by", "name: deletion_2", "The text deletion/done-by-hand is said outside", "minor"),
    ],
)  # fmt: skip
def test_a_change_of_a_reply_is_said_in_words(before: str, after: str, says: str, level: str) -> None:
    """Nobody could see what customers are told otherwise than before."""
    assert [each for sentence, each in found(DONE, (before, after)).items() if sentence.startswith(says)] == [level]


def test_a_text_names_only_the_lines_that_changed() -> None:
    """A designer would search a long text for the one word that is another."""
    [says] = found(DONE, ("Next time, your order number", "From now on, your order number"))
    assert says.endswith("(en) changed: From now on, your order number is all we need; no need to send your name or "
                         "address in the chat.")  # fmt: skip


def test_content_of_long_ago_that_nobody_can_read_counts_as_major() -> None:
    """An unknown change would pass as a small one."""
    [unread] = differences("playbooks", "playbook: x\n", FILES[DELETION], VOCABULARY, all_verbs())
    assert unread.level == "major"


@given(st.lists(st.sampled_from(LEVELS)))
def test_the_highest_level_counts(levels: list[str]) -> None:
    """One broken promise among ten corrected words would pass as a patch."""
    level = level_of([Difference(each, "x") for each in levels])  # type: ignore[arg-type]
    assert all(LEVELS.index(each) <= LEVELS.index(level) for each in levels)


def test_the_next_version_follows_from_the_level() -> None:
    """The refusal would name a version that is refused again."""
    wanted: Mapping[str, str] = {"patch": "1.2.4", "minor": "1.3.0", "major": "2.0.0"}
    assert {level: next_version("1.2.3", level) for level in LEVELS} == wanted


@pytest.mark.parametrize("path", sorted(path for path in FILES if is_playbook(path) or is_reply(path)))
def test_content_does_not_differ_from_itself(path: str) -> None:
    """Nothing could be trusted that is said of a difference."""
    section = "replies" if path.startswith("playbooks/replies/") else "playbooks"
    assert differences(section, FILES[path], FILES[path], VOCABULARY, all_verbs()) == ()  # type: ignore[arg-type]
