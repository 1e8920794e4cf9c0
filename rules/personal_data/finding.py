"""Going through a text for all that is personal in it. Its patterns are compiled when this file is imported."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib import import_module

from rules.personal_data.addresses import addresses
from rules.personal_data.identity import identity_numbers
from rules.personal_data.names import names
from rules.personal_data.numbers import mixed_numbers, numbers
from rules.personal_data.plain import LONGEST_TEXT, Plain
from rules.personal_data.spans import Kind, Span, without, without_masks
from rules.personal_data.words import something_else

_EMAIL = re.compile(
    r"(?<![a-z0-9._%+-])[a-z0-9_%+-][a-z0-9._%+-]{0,63}@(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24}(?![a-z0-9-])"
)
_IBAN = re.compile(r"(?<![a-z0-9])[a-z]{2}[0-9]{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,3})?(?![a-z0-9])")
_HAN = re.compile("[\u3400-\u9fff]")

Found = tuple[Kind, int, int]


MOST_ROUNDS = 5


def find(text: str, region: str | None, own_names: Iterable[str]) -> tuple[Span, ...]:
    """See `rules.personal_data.find`.

    What is found is blanked out and the rest is read again, because half an address may be left beside a telephone
    number: whatever a mask would uncover is found now.
    """
    names_of_customer = tuple(own_names)
    rest = without_masks(text[:LONGEST_TEXT])
    spans: list[Span] = []
    for _ in range(MOST_ROUNDS):
        found = _once(rest, region, names_of_customer)
        if not found:
            break
        spans += found
        rest = without(rest, found)
    return tuple(sorted(spans, key=lambda span: span.start))


def _once(text: str, region: str | None, own_names: Iterable[str]) -> list[Span]:
    plain = Plain.of(text)
    taken = bytearray(len(plain))
    spans: list[Span] = []
    for kind, start, end in _found(plain, taken, region, own_names):
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            spans.append(Span(kind, *plain.place(start, end)))
    return spans


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
    for found in _IBAN.finditer(plain):
        start, end = found.span()
        if not any(elsewhere[start:end]) and _is_iban(found[0]):
            yield "bank_account", start, end
    for kind, start, end in mixed_numbers(plain, elsewhere):
        yield kind, start, end
    for start, end in identity_numbers(plain, countries):
        if not any(elsewhere[start:end]):
            yield "identity_number", start, end
    # Where something was found there is no other number.
    yield from numbers(plain, bytearray(map(max, elsewhere, taken)), countries)
    for start, end in addresses(plain):
        yield "postal_address", start, end


def _is_iban(written: str) -> bool:
    return bool(import_module("stdnum.iban").is_valid("".join(filter(str.isalnum, written)).upper()))
