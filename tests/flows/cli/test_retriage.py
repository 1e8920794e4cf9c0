"""`firebreak retriage`: a person's word on how severe a case is."""

from __future__ import annotations

from tests.flows.cli.conftest import Firebreak, read_json

WHY = "she is in hospital, her sister called"


def test_a_persons_word_changes_the_case_and_is_kept(firebreak: Firebreak, town: dict[str, str]) -> None:
    """On-call staff who know better could not act on it, or nobody could tell later who decided that and why."""
    opened = read_json(
        firebreak("open", "complaint-general", "--customer", town["customer"], "--severity", "general", "--json")
    )
    done = read_json(
        firebreak("retriage", opened["id"], "--severity", "urgent", "--reason", WHY, "--by", "the_owner", "--json")
    )
    assert (done["before"], done["severity"], done["playbook"]) == ("general", "urgent", "complaint-urgent")
    shown = firebreak("overrule", opened["id"]).stdout
    assert "the_owner: urgent, not general" in shown
    assert WHY in shown
    story = firebreak("case", opened["id"]).stdout
    assert "the_owner says that this is urgent, not general" in story
    assert "hospital" not in story


def test_half_a_word_is_refused(firebreak: Firebreak, town: dict[str, str]) -> None:
    """A case would change its level with nobody's reason, or a slip would do something else."""
    opened = read_json(firebreak("open", "complaint-general", "--customer", town["customer"], "--json"))
    for arguments, why in (
        (["--severity", "general"], "--reason"),
        (["--reason", WHY], "--severity"),
        (["--severity", "urgnt", "--reason", WHY], 'did you mean "urgent"'),
        (["--severity", "general", "--reason", " "], "Say why"),
    ):
        done = firebreak("retriage", opened["id"], *arguments)
        assert done.exit_code == 1
        assert why in done.stderr, done.stderr
