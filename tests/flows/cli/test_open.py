"""`firebreak open`."""

from __future__ import annotations

from tests.flows.cli.conftest import Firebreak, read_json


def test_a_case_is_opened_by_hand_for_a_customer(firebreak: Firebreak, town: dict[str, str]) -> None:
    """On-call staff could not start a procedure for somebody who called instead of writing."""
    done = read_json(
        firebreak("open", "complaint-urgent", "--customer", town["customer"], "--by", "first_phone", "--json")
    )
    assert "first_phone opens a case by hand: complaint-urgent" in firebreak("case", done["id"]).stdout


def test_the_beginning_of_an_id_is_enough(firebreak: Firebreak, town: dict[str, str]) -> None:
    """Ten letters would have to be copied by hand from one screen to another, at night."""
    given = ("--customer", town["customer"][:8].lower(), "--by", "first_phone", "--json")
    assert read_json(firebreak("open", "complaint-urgent", *given))["playbook"] == "complaint-urgent"


def test_a_case_that_cannot_be_opened_says_why(firebreak: Firebreak, town: dict[str, str]) -> None:
    """A slip in the name would start another procedure, or end in a traceback."""
    for arguments, why in (
        (["complaint-urgnt", "--customer", "P-NOBODY"], 'did you mean "complaint-urgent"'),
        (["incident", "--customer", "P-NOBODY"], 'no playbook "incident" for a case'),
        (["complaint-urgent", "--customer", "P-NOBODY"], 'customer "P-NOBODY"'),
        (["complaint-urgent", "--customer", town["customer"], "--input", "place=private"], 'does not ask for "place"'),
    ):
        done = firebreak("open", *arguments, "--by", "first_phone")
        assert done.exit_code == 1
        assert why in done.stderr, done.stderr
