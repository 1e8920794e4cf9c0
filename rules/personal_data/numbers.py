"""What a number in a text is: a telephone, a card, an account, a document; judged by the words before it and its form.

A word beside a number decides before its form does, and a form that belongs to somebody decides before one that many
numbers have. A number of which neither says anything is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from rules.personal_data.countries import is_phone_number
from rules.personal_data.identity import luhn
from rules.personal_data.plain import Plain
from rules.personal_data.spans import Kind
from rules.personal_data.words import Said, label_before

MOST_DIGITS = 30
"""Longer rows of digits are nobody's number: an IBAN has at most 30 after its country."""

_GROUP = re.compile(r"[0-9]+")
_BETWEEN = re.compile(r"[ .\-/()]{1,3}")
_GROUPS = 19  # the most that a number is read as: a card written digit by digit
_PLUS = re.compile(r"\+[ ]?\(?$|\+?[ ]?\($")
_MIXED = re.compile(r"(?<![0-9a-z])[a-z0-9]+(?:[.\-/ ]?(?=[0-9a-z]*[0-9])[a-z0-9]+){0,6}(?:\([0-9a]\))?")

_LENGTHS: Mapping[Said, tuple[int, int]] = {
    "phone_number": (7, 15),
    "identity_number": (6, 18),
    "passport_number": (6, 10),
    "bank_card": (12, 19),
    "bank_account": (6, 24),
}
"""How many digits a number has of which a word says what it is."""

_DATE = re.compile(
    r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[0-9]{4}|[0-9]{6}|[0-9]{8,})?"
    r"|(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])(?:19|20)[0-9]{2}"
)
"""A date in one piece, alone or with a time or a count behind it, as many order numbers are made."""

_BRANDS = (
    # ISO/IEC 7812: how the numbers of one brand begin, and their lengths. 13-digit Visa cards are no longer issued.
    (re.compile(r"4"), (16, 19)),  # Visa
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),  # Mastercard
    (re.compile(r"3[47]"), (15,)),  # American Express
    (re.compile(r"62|81"), (16, 17, 18, 19)),  # UnionPay
    (re.compile(r"35(?:2[89]|[3-8])"), (16,)),  # JCB
    (re.compile(r"6011|64[4-9]|65|60|82|508"), (16,)),  # Discover, RuPay, Hipercard
    (re.compile(r"3(?:0[0-5]|[68])"), (14,)),  # Diners Club
    (re.compile(r"5[06-8]|6[37]"), (16, 18, 19)),  # Maestro, Elo
    (re.compile(r"220[0-4]"), (16, 17, 18, 19)),  # Mir
)


class Number(NamedTuple):
    """One or more groups of digits that may belong together. `start` counts a plus sign and a bracket."""

    start: int
    end: int
    digits: str
    grouped: bool
    evenly: bool  # the same sign stands between all groups
    international: bool


def numbers(plain: Plain, free: bytearray, countries: Collection[str]) -> Iterator[tuple[Kind, int, int]]:
    """Every telephone, card, account and document number, from the left; none overlaps another.

    `free` says with 0 where a number may stand.
    """
    done = 0
    for group in _GROUP.finditer(plain):
        start, end = group.span()
        if start < done or any(free[start:end]) or end - start > MOST_DIGITS:
            continue
        found = _labelled(plain, free, start, countries) or _unlabelled(plain, free, start, countries)
        if found is not None:
            yield found
            done = found[2]


def mixed_numbers(plain: Plain, free: bytearray) -> Iterator[tuple[Kind, int, int]]:
    """Numbers with letters in them of which a word says what they are: "passport C01X00T47", "护照号E12345678"."""
    for found in _MIXED.finditer(plain):
        start, end = found.span()
        written = found[0]
        digits = sum(map(str.isdigit, written))
        if not 4 <= digits <= 24 or written.isdigit() or any(free[start:end]):
            continue
        label = label_before(plain, start)
        if label is not None and label.said in ("identity_number", "bank_account", "passport_number"):
            kind: Kind = label.said  # type: ignore[assignment]  # all that is said but "something else" is a kind
            if label.close and 6 <= len(written):
                yield kind, start, end


def _labelled(
    plain: Plain, free: bytearray, start: int, countries: Collection[str]
) -> tuple[Kind, int, int] | None:
    label = label_before(plain, start - len(_sign(plain, start)))
    if label is None or label.said == "something_else":
        return None
    said = label.said
    least, most = _LENGTHS[said]
    fits = [each for each in _windows(plain, free, start) if least <= len(each.digits) <= most]
    for each in fits:
        if said == "phone_number" and _is_phone(each, countries):
            return said, each.start, each.end
        if said == "bank_card" and luhn(each.digits):
            return said, each.start, each.end
    if said == "phone_number" or label.close:
        for each in fits:
            if each.evenly and not _DATE.fullmatch(each.digits):
                return said, each.start, each.end
    return None


def _unlabelled(
    plain: Plain, free: bytearray, start: int, countries: Collection[str]
) -> tuple[Kind, int, int] | None:
    if start > 0 and plain[start - 1].isascii() and (plain[start - 1].isalpha() or plain[start - 1] in "_#@&="):
        return None  # a code with letters before its digits
    for each in _windows(plain, free, start):
        following = plain[each.end : each.end + 1]
        if following.isascii() and (following.isalpha() or following == "_"):
            continue
        if _is_card(each):
            return "bank_card", each.start, each.end
        if not _DATE.fullmatch(each.digits) and _is_phone(each, countries):
            return "phone_number", each.start, each.end
    return None


def _is_phone(number: Number, countries: Collection[str]) -> bool:
    return 7 <= len(number.digits) <= 17 and is_phone_number(
        number.digits, countries, international=number.international, grouped=number.grouped
    )


def _is_card(number: Number) -> bool:
    """Whether the digits are a card by themselves: a brand, its length, and the check digit."""
    if number.international or not number.evenly or not 14 <= len(number.digits) <= 19:
        return False
    known = any(len(number.digits) in lengths and begins.match(number.digits) for begins, lengths in _BRANDS)
    return known and luhn(number.digits)


def _sign(plain: Plain, start: int) -> str:
    """The plus sign and the bracket before the digits."""
    found = _PLUS.search(plain[max(0, start - 3) : start])
    return found[0] if found else ""


def _windows(plain: Plain, free: bytearray, start: int) -> list[Number]:
    """The numbers that begin with the group of digits here, the longest first."""
    sign = _sign(plain, start)
    found: list[Number] = []
    digits, signs, at = "", set[str](), start
    for count in range(_GROUPS):
        group = _GROUP.match(plain, at)
        if group is None or any(free[at : group.end()]) or len(digits) + len(group[0]) > MOST_DIGITS:
            break
        digits += group[0]
        even = len(signs) <= 1
        found.append(Number(start - len(sign), group.end(), digits, count > 0, even, "+" in sign))
        between = _BETWEEN.match(plain, group.end())
        if between is None:
            break
        signs.add(between[0])
        at = between.end()
    return found[::-1]
