"""`firebreak decide`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.cli.conftest import Firebreak, read_json
from tests.flows.cli.town import CHINESE, FIRE, HOURS, PARCEL


@pytest.mark.parametrize(
    ("text", "severity", "playbook"),
    [
        (FIRE, "urgent", "complaint-urgent"),
        (PARCEL, "general", "complaint-general"),
        (CHINESE, "general", "deletion-request"),
        (HOURS, "general", "ordinary-message"),
    ],
)
def test_words_are_decided_as_if_they_came_in(
    firebreak: Firebreak, text: str, severity: str, playbook: str | None
) -> None:
    """What a designer tries out would differ from what happens to a customer."""
    decided = read_json(firebreak("decide", "--text", text, "--json"))
    assert (decided["severity"], decided["playbook"]) == (severity, playbook)


def test_words_are_the_first_of_a_new_customer(firebreak: Firebreak, tmp_path: Path) -> None:
    """The trial would say that nothing starts, where a message of a new customer starts something."""
    decided = read_json(firebreak("decide", "--text", HOURS, "--json"))
    assert decided["facts"]["open_case"] is False
    known = tmp_path / "known.yaml"
    known.write_text("open_case: true\n")
    assert read_json(firebreak("decide", "--text", HOURS, "--facts", str(known), "--json"))["playbook"] is None


def test_facts_come_from_a_file_or_from_standard_input(firebreak: Firebreak, tmp_path: Path) -> None:
    """A designer could not try out facts that no words express."""
    facts = "intent: complaint\nsign_slow_parcel: true\n"
    path = tmp_path / "facts.yaml"
    path.write_text(facts)
    from_file = read_json(firebreak("decide", "--facts", str(path), "--json"))
    assert from_file == read_json(firebreak("decide", "--facts", "-", "--json", stdin=facts))
    assert from_file["triage"]["rule"] == "slow_parcel"


def test_given_facts_win_over_words(firebreak: Firebreak) -> None:
    """A given severity would be decided anew, and the trial would be of something else."""
    shown = firebreak("decide", "--text", PARCEL, "--facts", "-", stdin="severity: urgent")
    assert "complaint-urgent" in shown.stdout
    assert "because it is given" in shown.stdout


def test_reasons_and_what_stood_against_the_others(firebreak: Firebreak) -> None:
    """Nobody could see why a message starts this playbook and not that one."""
    plain, explained = (firebreak("decide", "--text", FIRE, *more).stdout for more in ([], ["--explain"]))
    assert "because People are in danger or hurt: sign_safety is true" in plain
    assert "not deletion-request#1" not in plain
    assert "not deletion-request#1: intent is complaint (not deletion_request)" in " ".join(explained.split())


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ("intnet: complaint", '"intent"'),
        ("intent: complaints", '"complaint"'),
        ("- intent", "facts are a mapping"),
        ("intent: [", "standard input:1"),
        ("", "the file is empty"),
    ],
)
def test_wrong_facts_are_one_clear_line(firebreak: Firebreak, facts: str, says: str) -> None:
    """A slip in a fact would be decided as something else, or end in a traceback."""
    result = firebreak("decide", "--facts", "-", stdin=facts)
    assert result.exit_code == 1
    assert says in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(("arguments", "says"), [([], "--text"), (["--facts", "no-such.yaml"], "no-such.yaml")])
def test_nothing_to_decide_is_an_error(firebreak: Firebreak, arguments: list[str], says: str) -> None:
    """A command without facts would decide about a customer who wrote nothing."""
    result = firebreak("decide", *arguments)
    assert result.exit_code == 1
    assert says in result.stderr


EVIDENCE = "evidence_value: low\ndispute: none\nlegal_hold: false\norder_state: sent\n"


def test_every_pack_of_which_something_is_known_has_its_say(firebreak: Firebreak) -> None:
    """A designer who tries out the rules for evidence would learn only how severe a message is."""
    shown = firebreak("decide", "--facts", "-", stdin=f"{EVIDENCE}time_since_message: 24 hours\n").stdout
    assert "evidence  evidence_decision = mask\n          because An order is under way" in shown
    assert "recall    recall_outlook = fair\n" in shown
    assert "breach" not in shown
    assert "severity" not in shown, "no message is in question"
    assert "playbook" not in shown


def test_packs_are_told_to_machines_too(firebreak: Firebreak) -> None:
    """Another program would have to read our sentences."""
    decided = read_json(firebreak("decide", "--facts", "-", "--json", stdin=EVIDENCE))
    assert list(decided["packs"]) == ["evidence", "retention"]
    assert decided["packs"]["evidence"]["rule"] == "order_under_way"
    against = {each["rule"]: each.get("against") for each in decided["packs"]["evidence"]["why_not"]}
    assert (against["legal_hold"]["actual"], against["legal_hold"]["expected"]) == (False, True)
    assert decided["facts"]["evidence_decision"] == "mask"
    assert decided["severity"] is None


def test_what_follows_from_one_pack_counts_in_the_next(firebreak: Firebreak) -> None:
    """The trial would call a complaint harmless that is one of a crowd."""
    facts = "intent: complaint\nsign_slow_parcel: true\ncomplainers_in_10_minutes: 20\n"
    decided = read_json(firebreak("decide", "--facts", "-", "--json", stdin=facts))
    assert (decided["facts"]["surge"], decided["severity"]) == ("surge", "important")
    calm = read_json(firebreak("decide", "--facts", "-", "--json", stdin=f"{facts}surge: calm\n"))
    assert calm["severity"] == "general", "what is given wins"


def test_a_decision_says_what_to_do(firebreak: Firebreak) -> None:
    """In the confusion of a crisis somebody would have to think of it."""
    shown = " ".join(firebreak("decide", "--text", FIRE).stdout.split())
    assert "what to do: A senior owner steps in at once" in shown


def test_every_line_fits_on_eighty_columns(firebreak: Firebreak) -> None:
    """The explanation would be broken by the terminal in the middle of its words."""
    facts = f"{EVIDENCE}time_since_message: 30 hours\nleak_scope: group\ncomplainers_in_10_minutes: 7\n"
    shown = firebreak("decide", "--facts", "-", "--explain", stdin=facts).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "not legal_hold: legal_hold is false (not true)" in shown
