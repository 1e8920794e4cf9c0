"""Evidence: what may become of records that a customer wants deleted."""

from __future__ import annotations

import pytest

from tests.rules.packs.shipped_packs import every_case, outcome, pack

FREE = {"legal_hold": False, "dispute": "none"}  # nothing stands against erasing


@pytest.mark.parametrize(
    ("facts", "decision", "rule"),
    [
        ({}, "ask", "hold_not_known"),
        ({"legal_hold": True}, "keep", "legal_hold"),
        ({"legal_hold": True, "evidence_value": "none", "after_sales_period": "over"}, "keep", "legal_hold"),
        ({"dispute": "open"}, "keep", "open_dispute"),
        ({"dispute": "open", "evidence_value": "none", "order_state": "none"}, "keep", "open_dispute"),
        ({"evidence_value": "high"}, "ask", "hold_not_known"),
        ({**FREE, "evidence_value": "high"}, "mask", "core_evidence"),
        ({**FREE, "evidence_value": "high", "after_sales_period": "over"}, "mask", "core_evidence"),
        ({**FREE, "dispute": "settled", "evidence_value": "high", "after_sales_period": "over"}, "mask",
         "core_evidence"),
        ({**FREE, "evidence_value": "low", "order_state": "sent"}, "mask", "order_under_way"),
        ({**FREE, "evidence_value": "low", "order_state": "delivered", "after_sales_period": "running"}, "mask",
         "after_sales_running"),
        ({**FREE, "evidence_value": "low", "order_state": "delivered", "after_sales_period": "over"}, "erase",
         "after_sales_over"),
        ({**FREE, "dispute": "settled", "evidence_value": "low", "after_sales_period": "over",
          "order_state": "returned"}, "erase", "after_sales_over"),
        ({**FREE, "evidence_value": "low", "after_sales_period": "over"}, "ask", "order_not_known"),
        ({**FREE, "evidence_value": "none", "order_state": "none"}, "erase", "no_order"),
        ({**FREE, "evidence_value": "none", "order_state": "none", "after_sales_period": "running"}, "ask",
         "order_not_known"),
        ({**FREE, "evidence_value": "none", "order_state": "delivered"}, "ask", "order_not_known"),
        ({**FREE, "evidence_value": "none"}, "ask", "order_not_known"),
        ({**FREE, "order_state": "none"}, "ask", "not_looked_at"),
        ({"legal_hold": False, "evidence_value": "none", "order_state": "none"}, "ask", "hold_not_known"),
        ({"dispute": "none", "evidence_value": "none", "order_state": "none"}, "ask", "hold_not_known"),
    ],
)  # fmt: skip
def test_records_are_kept_masked_erased_or_looked_at(facts: dict[str, object], decision: str, rule: str) -> None:
    """The proof of a price would be gone when the dispute comes, or a request be refused for nothing."""
    assert outcome("evidence", facts) == (decision, rule)


def test_nothing_is_erased_that_anybody_may_need() -> None:
    """What was erased by mistake does not come back."""
    for facts in every_case("evidence"):
        decision, _ = outcome("evidence", dict(facts))
        if facts["legal_hold"] is True or facts["dispute"] == "open":
            assert decision == "keep", facts
        if decision == "erase":
            assert facts["legal_hold"] is False, facts
            assert facts["dispute"] in ("none", "settled"), facts
            assert facts["evidence_value"] in ("none", "low"), facts
            assert facts["after_sales_period"] == "over" or facts["order_state"] == "none", facts


def test_every_rule_decides_something() -> None:
    """A rule that no facts reach would be taken for a protection that is not there."""
    assert {outcome("evidence", dict(facts))[1] for facts in every_case("evidence")} == {
        rule.id for rule in pack("evidence").rules
    }
