"""Personal data in what a customer wrote: where it stands, of what kind, and the text without it.

    >>> find("我的电话13812345678谢谢", "CN")
    (Span(kind='phone_number', start=4, end=15),)

Order numbers, parcels, prices and dates are nobody's, and not mistaken for it. Everything works on a plain form of the
text (`plain.py`), in which full-width and Arabic digits, accents and invisible characters make no difference.
"""

from __future__ import annotations

from collections.abc import Iterable

from rules.personal_data.countries import HOME, Jurisdiction, country_of, jurisdiction_of
from rules.personal_data.plain import LONGEST_TEXT
from rules.personal_data.spans import KINDS, Kind, Span, facts_of, mask

__all__ = [
    "HOME",
    "KINDS",
    "LONGEST_TEXT",
    "Jurisdiction",
    "Kind",
    "Span",
    "country_of",
    "facts_of",
    "find",
    "jurisdiction_of",
    "mask",
]


def find(text: str, region: str | None = None, own_names: Iterable[str] = ()) -> tuple[Span, ...]:
    """Where personal data stands in a text, in ascending order, none overlapping another.

    `region` is the customer's country (ISO 3166-1, two letters; `country_of` their number): numbers as they are written
    at home count as well as international ones, and so do that country's identity numbers. `own_names` are the
    customer's name or names. Never raises, whatever the text; beyond LONGEST_TEXT characters nothing is found.
    """
    from rules.personal_data import finding  # a tenth of a second of patterns, which checking a playbook never needs

    return finding.find(text, region, own_names)
