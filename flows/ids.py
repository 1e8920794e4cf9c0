"""Random ids that a person can read out over the phone: ``C-7K3MQ9XW2A``."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from types import MappingProxyType

# Crockford's base 32: no I, L, O or U, so nothing is mistaken for 1 or 0 and no word appears by chance.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "P": "customer",
        "C": "case",
        "I": "incident",
        "R": "run",
        "T": "task",
        "M": "message",
        "O": "outbox row",
        "X": "rejected element",
        "F": "follow-up",
        "H": "hold",
        "E": "erasure",
        "D": "exported file",
        "A": "affected customer of a leak",
        "S": "statement",
    }
)


def new_id(prefix: str) -> str:
    """A new id of the kind that the prefix names (``PREFIXES``), with 50 random bits."""
    if prefix not in PREFIXES:
        raise ValueError(f"no kind of id begins with {prefix!r}; there are {', '.join(PREFIXES)}")
    return f"{prefix}-{''.join(secrets.choice(ALPHABET) for _ in range(LENGTH))}"
