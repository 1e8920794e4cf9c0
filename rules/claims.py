"""What a text may claim, and what must have happened first. A reply whose claims are not proven is not sent."""

from __future__ import annotations

from collections.abc import Mapping

CLAIMS: Mapping[str, str] = {
    "person_has_it": "A named colleague has taken the matter over (an `escalate` was accepted)",
    "person_agreed": "A colleague has approved what the text says (an `approve` got its yes)",
    "asked_colleague": "A colleague was asked and has answered (an `ask` got its answer)",
}
