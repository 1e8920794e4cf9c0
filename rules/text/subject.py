"""What a complaint is mostly about.

A message may speak of several things: of a late parcel, of the money for it, and of how nobody answers. Each thing that
the word lists hear counts for it; so does how likely each is to the other voices, who weigh the message as a whole. The
likeliest is the subject. Where nobody hears anything, and in what is no complaint, it is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod

from rules.text.voice import Shares
from rules.vocabulary import SIGN, UNKNOWN, Value

SUBJECT = "subject"
SPOKEN = 5.0
"""How many times as likely a subject is when the lists speak of it. Measured; anything from 3 to 20 does as well."""

SAID_BY: Mapping[str, str] = {
    "speaks_of_data_leak": "data",
    "sign_property_loss": "loss",
    "speaks_of_payment": "payment",
    "speaks_of_wrong_order": "wrong_order",
    "speaks_of_outage": "outage",
    "sign_product_failure": "failure",
    "sign_slow_parcel": "delivery",
    "sign_bad_experience": "treatment",
    "sign_media_threat": "other",
    "sign_legal_threat": "other",
}
"""Fact of the lists -> the subject that they speak of; the gravest first."""
DANGERS: Mapping[Value, str] = {"fire": "fire", "illness": "illness"}
NARROWER: Mapping[str, frozenset[str]] = {
    "failure": frozenset({"wrong_order", "outage"}),
    "treatment": frozenset({"payment", "data"}),
}
"""Subjects that the lists bring up along with one of these, which says the same more exactly."""


def is_complaint(facts: Mapping[str, Value]) -> bool:
    """Whether a text that was read like this complains, or speaks of anything that people complain about."""
    return facts.get("intent") == "complaint" or any(
        value is True and name.startswith(SIGN) for name, value in facts.items()
    )


def subject_of(said: Mapping[str, Value], heard: Mapping[str, Shares]) -> tuple[Value, tuple[str, ...]]:
    """The subject by what the lists `said` (fact -> value) and how likely each one is to the other voices (name of the
    voice -> subject -> share); and what spoke for it."""
    spoken = list(_spoken_of(said))
    if not heard:
        return (spoken[0], ("word lists",)) if spoken else (UNKNOWN, ())
    first = next(iter(heard.values()))
    likely = {
        value: (SPOKEN if value in spoken else 1.0) * prod(shares.get(value, 0.0) for shares in heard.values())
        for value in first
    }
    best = max(likely, key=lambda value: likely[value])
    told: Sequence[str] = [f"{name}: {best}, {shares.get(best, 0.0):.0%}" for name, shares in heard.items()]
    return best, (*(["word lists"] if best in spoken else []), *told)


def _spoken_of(said: Mapping[str, Value]) -> Iterator[str]:
    """The subjects that the lists speak of, the gravest first."""
    found = [subject for fact, subject in SAID_BY.items() if said.get(fact) is True]
    if said.get("sign_safety") is True:
        yield DANGERS.get(said.get("danger", UNKNOWN), "danger")
    yield from dict.fromkeys(each for each in found if NARROWER.get(each, frozenset()).isdisjoint(found))
