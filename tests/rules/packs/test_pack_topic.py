"""Topics: what a complaint is about, the gravest first."""

from __future__ import annotations

import pytest

from rules.vocabulary import Vocabulary
from tests.rules.packs.shipped_packs import outcome, pack

DANGER = {"sign_safety": True}


@pytest.mark.parametrize(
    ("facts", "topic", "rule"),
    [
        ({**DANGER, "danger": "fire"}, "fire", "fire"),
        ({**DANGER, "danger": "fire", "sign_slow_parcel": True}, "fire", "fire"),
        ({**DANGER, "danger": "illness", "sign_property_loss": True}, "illness", "illness"),
        ({**DANGER, "danger": "other", "speaks_of_wrong_order": True}, "danger", "other_danger"),
        ({**DANGER, "speaks_of_wrong_order": True}, "wrong_order", "wrong_order"),
        ({**DANGER, "sign_product_failure": True}, "danger", "danger_without_its_words"),
        ({"sign_safety": False, "danger": "fire", "sign_slow_parcel": True}, "delivery", "delivery"),
        ({"speaks_of_data_leak": True, "sign_property_loss": True}, "data", "data_leak"),
        ({"sign_property_loss": True, "speaks_of_payment": True}, "loss", "large_loss"),
        ({"speaks_of_payment": True, "sign_slow_parcel": True}, "payment", "payment"),
        ({"speaks_of_wrong_order": True, "sign_product_failure": True}, "wrong_order", "wrong_order"),
        ({"speaks_of_outage": True, "sign_product_failure": True}, "outage", "outage"),
        ({"sign_product_failure": True, "sign_slow_parcel": True}, "failure", "failure"),
        ({"sign_slow_parcel": True, "sign_bad_experience": True}, "delivery", "delivery"),
        ({"sign_bad_experience": True, "intent": "complaint"}, "treatment", "treatment"),
        ({"subject": "delivery", **DANGER, "danger": "fire"}, "delivery", "delivery"),
        ({"subject": "fire", "sign_slow_parcel": True}, "fire", "fire"),
        ({"subject": "other", "sign_bad_experience": True}, "other", "other_complaint"),
        ({"sign_legal_threat": True, "intent": "other"}, "other", "other_complaint"),
        ({"intent": "complaint"}, "other", "other_complaint"),
    ],
)
def test_signs_lead_to_their_topic(facts: dict[str, object], topic: str, rule: str) -> None:
    """A late parcel and a burning battery would be counted as one crowd, and have one answer."""
    assert outcome("topic", facts) == (topic, rule)


@pytest.mark.parametrize("intent", ["other", "deletion_request", "unknown"])
def test_what_is_no_complaint_has_no_topic(intent: str) -> None:
    """Questions and thanks would swell a crowd."""
    assert pack("topic").decide({"intent": intent, "danger": "fire"}).rule is None


def test_every_topic_can_be_found() -> None:
    """An incident could be opened by hand about something that no complaint would ever join."""
    found = {str(rule.then["topic"]) for rule in pack("topic").rules}
    assert found == {str(value) for value in Vocabulary.load()["topic"].values}
