"""What colleagues read: it is shown as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from rules.bundle import Bundle
from rules.checks.check import Found, check, place_of
from rules.language import Words
from rules.replies import PLACEHOLDER, PLACEHOLDERS


@check("placeholder-for-colleagues", "warning")
def placeholder_for_colleagues(bundle: Bundle) -> Iterator[Found]:
    """A sentence for colleagues has a placeholder, which only texts to customers know."""
    for playbook in bundle.playbooks.values():
        for step in playbook.walk():
            for each in fields(step.verb):
                value = getattr(step.verb, each.name)
                for match in PLACEHOLDER.finditer(value) if isinstance(value, Words) else ():
                    if match[1] in PLACEHOLDERS:
                        place = place_of(playbook, step, each.name)
                        yield place, f"nothing fills {match[0]} here; colleagues see the case's number and link anyway"
