"""Triage: how severe a message is, by the three levels. More of it stands in tests/rules/test_decision.py."""

from __future__ import annotations

import pytest

from tests.rules.packs.shipped_packs import outcome, pack

LOOKED = {"sign_safety": False, "intent": "complaint"}


@pytest.mark.parametrize(
    ("facts", "severity", "rule"),
    [
        ({"sign_safety": True}, "urgent", "danger_to_people"),
        ({"sign_property_loss": True}, "urgent", "large_loss"),
        ({"sign_legal_threat": True}, "urgent", "legal_threat"),
        ({"sign_media_threat": True}, "urgent", "media_threat"),
        ({"sign_media_threat": True, "sign_small_bug": True}, "urgent", "media_threat"),
        ({**LOOKED, "sign_product_failure": True}, "important", "product_failure"),
        ({**LOOKED, "speaks_of_payment": True, "sign_bad_experience": True}, "important", "product_failure"),
        ({**LOOKED, "speaks_of_data_leak": True}, "important", "product_failure"),
        ({**LOOKED, "subject": "illness"}, "urgent", "danger_to_people"),
        ({**LOOKED, "subject": "outage"}, "important", "product_failure"),
        ({**LOOKED, "subject": "delivery"}, "general", "other_complaint"),
        ({**LOOKED, "sign_mass_error": True}, "important", "mass_error"),
        ({**LOOKED, "sign_group_discontent": True}, "important", "group_discontent"),
        ({**LOOKED, "surge": "surge"}, "important", "group_discontent"),
        ({**LOOKED, "surge": "watch"}, "general", "other_complaint"),
        ({"intent": "deletion_request", "surge": "surge"}, "general", "no_complaint"),
        ({**LOOKED, "sign_slow_parcel": True, "surge": "surge"}, "important", "group_discontent"),
        ({**LOOKED, "sign_bad_experience": True}, "general", "bad_experience"),
        ({**LOOKED, "sign_slow_parcel": True}, "general", "slow_parcel"),
        ({**LOOKED, "sign_small_bug": True}, "general", "small_bug"),
        ({"intent": "complaint", "sign_small_bug": True}, "general", "small_bug"),
        ({"intent": "data_access_request"}, "general", "no_complaint"),
        ({"intent": "privacy_question"}, "general", "no_complaint"),
        ({"intent": "privacy_question", "sign_legal_threat": True}, "urgent", "legal_threat"),
        ({}, "important", "not_readable"),
    ],
)
def test_signs_lead_to_their_level(facts: dict[str, object], severity: str, rule: str) -> None:
    """The wrong person would be woken, or nobody."""
    assert outcome("triage", facts) == (severity, rule)


def test_every_level_says_how_it_is_handled() -> None:
    """In the confusion of a crisis somebody would have to think of it."""
    strategies = {str(rule.then["severity"]): rule.strategy for rule in pack("triage").rules}
    assert all(strategies.values())
    assert len(set(strategies.values())) == 3
