"""What one message would prove in a later dispute."""

from __future__ import annotations

import pytest

from tests.rules.packs.shipped_packs import outcome, pack

READ: dict[str, object] = {"speaks_of_terms": False, "agrees": False}

CASES: list[tuple[dict[str, object], str, str]] = [
    ({"speaks_of_terms": True}, "high", "terms"),
    ({"speaks_of_terms": True, "agrees": False, "intent": "deletion_request"}, "high", "terms"),
    ({"speaks_of_terms": False, "agrees": True}, "high", "agreement"),
    ({**READ, "sign_legal_threat": True}, "high", "threat"),
    ({**READ, "sign_property_loss": True}, "high", "threat"),
    ({**READ, "sign_safety": True, "intent": "complaint"}, "high", "threat"),
    ({}, "high", "not_read"),
    ({"speaks_of_terms": False}, "high", "not_read"),
    ({"agrees": False, "has_postal_address": True}, "high", "not_read"),
    ({**READ, "has_postal_address": True}, "low", "where_to"),
    ({**READ, "has_phone_number": True, "intent": "deletion_request"}, "low", "where_to"),
    ({**READ, "has_own_name": True}, "low", "where_to"),
    ({**READ, "has_email": True}, "low", "where_to"),
    ({**READ, "intent": "complaint"}, "low", "complaint"),
    (READ, "none", "nothing"),
    ({**READ, "intent": "privacy_question", "has_bank_card": True}, "none", "nothing"),
]


@pytest.mark.parametrize(("facts", "value", "rule"), CASES)
def test_terms_are_worth_keeping_and_greetings_are_not(facts: dict[str, object], value: str, rule: str) -> None:
    """The only proof of a price would be erased with the small talk, or a greeting be kept for years."""
    assert outcome("message_evidence", facts) == (value, rule)


def test_every_rule_decides_something() -> None:
    """A rule that no facts reach would be taken for a protection that is not there."""
    assert {rule for _, _, rule in CASES} == {rule.id for rule in pack("message_evidence").rules}
