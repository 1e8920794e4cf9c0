"""What a text may claim, and what must have happened first. A reply whose claims are not proven is not sent."""

from __future__ import annotations

from collections.abc import Mapping

CLAIMS: Mapping[str, str] = {
    "person_has_it": "A named colleague has taken the matter over (an `escalate` was accepted)",
    "person_agreed": "A colleague has approved what the text says (an `approve` got its yes)",
    "asked_colleague": "A colleague was asked and has answered (an `ask` got its answer)",
    "recalled": "Messages of ours were deleted for everyone (a `recall` of which at least one was confirmed)",
    "phone_cleared": "A colleague has deleted the messages on our own phone (a `clear_phone` was done)",
    "erased": "Records of ours were erased (an `erase` that is finished)",
    "masked": "Personal details in our records were made unreadable (a `mask` that a colleague has looked at)",
    "kept": "Records are held, and no erasing touches them (a `hold`)",
    "data_handed_over": "The customer has been given what we hold about them (a `hand_over_data` that was done)",
    "extended": "An open promise has a later day, as the law allows it (an `extend`)",
    "choice_noted": "The customer has chosen among what we offered, and the choice was noted",
}
