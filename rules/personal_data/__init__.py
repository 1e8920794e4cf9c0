"""Personal data in what a customer wrote: where it stands, of what kind, and the text without it.

    >>> find("我的电话13812345678谢谢", "CN")
    (Span(kind='phone_number', start=4, end=15),)

Order numbers, parcels, prices and dates are nobody's, and not mistaken for it. Everything works on a plain form of the
text (`plain.py`), in which full-width and Arabic digits, accents and invisible characters make no difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib import import_module

from rules.personal_data.addresses import addresses
from rules.personal_data.countries import Jurisdiction, country_of, jurisdiction_of
from rules.personal_data.identity import identity_numbers
from rules.personal_data.names import names
from rules.personal_data.numbers import mixed_numbers, numbers
from rules.personal_data.plain import LONGEST_TEXT, Plain
from rules.personal_data.spans import KINDS, Kind, Span, facts_of, mask, without_masks
from rules.personal_data.words import something_else

__all__ = [
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

_EMAIL = re.compile(
    r"(?<![a-z0-9._%+-])[a-z0-9_%+-](?:[a-z0-9._%+-]{0,63})@(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24}(?![a-z0-9-])"
)
_IBAN = re.compile(r"(?<![a-z0-9])[a-z]{2}[0-9]{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,3})?(?![a-z0-9])")
_LATIN_AMERICAN_ACCOUNT = re.compile(r"(?<![0-9a-z])(?:[0-9]{18}|[0-9]{22})(?![0-9a-z])")
_HAN = re.compile("[\u3400-\u9fff]")

Found = tuple[Kind, int, int]


def find(text: str, region: str | None = None, own_names: Iterable[str] = ()) -> tuple[Span, ...]:
    """Where personal data stands in a text, in ascending order, none overlapping another.

    `region` is the customer's country (ISO 3166-1, two letters; `country_of` their number): numbers as they are written
    at home count as well as international ones, and so do that country's identity numbers. `own_names` are the
    customer's name or names. Never raises, whatever the text; beyond LONGEST_TEXT characters nothing is found.
    """
    plain = Plain.of(without_masks(text[:LONGEST_TEXT]))
    taken = bytearray(len(plain))
    spans: list[Span] = []
    for kind, start, end in _found(plain, taken, region, own_names):
        if start < end and not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            spans.append(Span(kind, *plain.place(start, end)))
    return tuple(sorted(spans, key=lambda span: span.start))


def _found(plain: Plain, taken: bytearray, region: str | None, own_names: Iterable[str]) -> Iterator[Found]:
    """What is surely something first: of two that overlap the one that comes first here stays."""
    if "@" in plain:
        for found in _EMAIL.finditer(plain):
            yield "email", *found.span()
    if any(map(plain.__contains__, "0123456789")):
        yield from _with_digits(plain, taken, region)
    for start, end in names(plain, own_names):
        yield "own_name", start, end


def _with_digits(plain: Plain, taken: bytearray, region: str | None) -> Iterator[Found]:
    # Who writes Chinese may give a number of mainland China, whatever number they write from.
    countries = [*([region.upper()] if region else []), *(["CN"] if _HAN.search(plain) else [])]
    elsewhere = something_else(plain)

    def free() -> bytearray:
        return bytearray(map(max, elsewhere, taken))

    blocked = free()
    for found in _IBAN.finditer(plain):
        if not any(blocked[found.start() : found.end()]) and _is_valid("iban", found[0]):
            yield "bank_account", *found.span()
    yield from mixed_numbers(plain, blocked)
    for start, end in identity_numbers(plain, countries):
        if not any(blocked[start:end]):
            yield "identity_number", start, end
    yield from numbers(plain, free(), countries)
    for start, end in addresses(plain):
        yield "postal_address", start, end


def _is_valid(name: str, number: str) -> bool:
    return bool(import_module(f"stdnum.{name}").is_valid("".join(filter(str.isalnum, number)).upper()))
