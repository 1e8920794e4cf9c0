"""The two ways in which WhatsApp names a customer: a number, or a business-scoped user id."""

from __future__ import annotations

import re

# Two letters of a country, a point, and up to 128 letters and digits; `ENT.` in between marks the id that
# linked businesses share. Source: Meta, "Business-scoped user IDs" (state of March 2026).
_USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


def is_user_id(address: str) -> bool:
    """True for a business-scoped user id such as `US.13491208655302741918`, false for a number."""
    return _USER_ID.fullmatch(address) is not None
