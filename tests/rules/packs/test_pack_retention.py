"""The pack `retention`: why the chat with a customer is worth keeping."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rules.packs.shipped_packs import pack

SILENT = {"customer_silent_for": timedelta(days=100), "open_case": False, "holds_in_force": 0}
BASE = {**SILENT, "privacy_sensitive": False, "order_state": "delivered", "after_sales_period": "over"}
OVER = {**BASE, "evidence_value": "low"}
MINDS = {**OVER, "privacy_sensitive": True}


@pytest.mark.parametrize(
    ("facts", "value", "rule"),
    [
        (OVER, "none", "after_sales_over"),
        ({**OVER, "order_state": "none", "after_sales_period": "unknown"}, "none", "no_order"),
        ({**OVER, "open_case": True}, "needed", "case_open"),
        ({**OVER, "holds_in_force": 1}, "needed", "held"),
        ({**OVER, "legal_hold": True}, "needed", "law"),
        ({**OVER, "dispute": "open"}, "needed", "dispute"),
        ({**OVER, "customer_silent_for": timedelta(days=89)}, "needed", "lately"),
        ({**MINDS, "customer_silent_for": timedelta(days=40)}, "none", "after_sales_over"),
        (
            {**OVER, "customer_silent_for": timedelta(days=29), "privacy_sensitive": True},
            "needed",
            "minds_what_is_kept",
        ),
        ({**OVER, "order_state": "sent"}, "needed", "order_under_way"),
        ({**OVER, "after_sales_period": "running"}, "needed", "after_sales_running"),
        ({**OVER, "evidence_value": "high"}, "some", "proves_something"),
        ({**OVER, "order_state": "sent", "customer_silent_for": timedelta(days=400)}, "unknown", None),
        ({**OVER, "after_sales_period": "running", "customer_silent_for": timedelta(days=400)}, "unknown", None),
        ({**OVER, "order_state": "unknown"}, "unknown", None),
        (BASE, "unknown", None),
    ],
)
def test_what_a_chat_is_worth(facts: dict[str, object], value: str | None, rule: str | None) -> None:
    """The review would propose what somebody needs, or ask about what everybody knows."""
    decision = pack("retention").decide(facts)
    decided = decision.rule.id if decision.rule is not None else None
    assert (decision.then.get("retention_value", "unknown"), decided) == (value, rule)
