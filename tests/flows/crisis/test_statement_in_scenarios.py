"""A scenario of a playbook in which a statement is made."""

from __future__ import annotations

from tests.flows.crisis import voices
from tests.flows.runs.trials import tried


def test_a_scenario_plays_a_statement() -> None:
    """A designer could not try what a procedure does once there are words for it."""
    content = voices.shelf().current
    tried(
        content,
        """
        timeline:
          - incident: Parcels are stuck
            playbook: crisis-voice
          - after: 5 minutes
          - statement: {remedies: [refund], news_in: 2 hours, text: {en: "You can have your money back."}}
        expect:
          - told: crisis_team
            says: Version 1
        never:
          - told: legal_adviser
        """,
    )
