"""What a number in a text is: a telephone, a card, an account, a document; judged by the words before it and its form.

A word beside a number decides before its form does, and a form that belongs to somebody decides before one that many
numbers have. A number of which neither says anything is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from rules.personal_data.countries import is_phone_number
from rules.personal_data.identity import luhn
from rules.personal_data.plain import Plain
from rules.personal_data.spans import Kind
from rules.personal_data.words import Said, label_after, label_before

MOST_DIGITS = 30
"""Longer rows of digits are nobody's number: an IBAN has at most 30 after its country."""

FEWEST_DIGITS = 6
MOST_NUMBERS = 500
"""What may be a number and is looked at closely, in one text. A message on WhatsApp has no room for as many telephone
numbers; more are a table of digits, and would keep everybody waiting."""
LIKE_A_PHONE = 9  # so many digits are looked at all the same: a table must not hide somebody's number

_GROUP = re.compile(r"[0-9]+")
_BETWEEN = re.compile(r"[ .\-/()_*~|]{1,3}")
_GROUPS = 19  # the most that a number is read as: a card written digit by digit
_PLUS = re.compile(r"\+[ ]?\(?$|\($")
_MIXED = re.compile(r"(?<![0-9a-z])(?=[a-z]{0,6}[0-9])[a-z0-9]{1,30}(?:[.\-/][a-z0-9]{1,20}){0,5}(?:\([0-9a]\))?")

_CODE = re.compile(r"[a-z][-_/]?$|[_#@&=]$")  # before digits: a code begins with letters
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
    signs: int  # how many different signs stand between the groups
    international: bool


def numbers(plain: Plain, free: bytearray, countries: Collection[str]) -> Iterator[tuple[Kind, int, int]]:
    """Every telephone, card, account and document number, from the left; none overlaps another.

    `free` says with 0 where a number may stand.
    """
    done, judged = 0, 0
    for group in _GROUP.finditer(plain):
        if group.start() < done:
            continue
        windows = _windows(plain, free, group.start())
        if not windows or len(windows[0].digits) < FEWEST_DIGITS:
            continue
        judged += 1
        if judged > MOST_NUMBERS and len(windows[0].digits) < LIKE_A_PHONE:
            continue
        found = _labelled(plain, windows, countries) or _unlabelled(plain, windows, countries)
        if found is not None:
            yield found
            done = found[2]


def mixed_numbers(plain: Plain, free: bytearray) -> Iterator[tuple[Kind, int, int]]:
    """Numbers with letters in them of which a word says what they are: "passport C01X00T47", "护照号E12345678"."""
    for found in _MIXED.finditer(plain):
        start, end = found.span()
        written = found[0]
        digits = sum(map(str.isdigit, written))
        if not 4 <= digits <= 24 or len(written) < 6 or not any(map(str.isalpha, written)) or any(free[start:end]):
            continue
        label = label_before(plain, start)
        if label is not None and (label.close or label.said == "passport_number"):
            said: Said | None = label.said
        else:
            said = label_after(plain, end)
        if said == "identity_number" or said == "passport_number" or said == "bank_account":
            yield said, start, end


def _labelled(plain: Plain, windows: Sequence[Number], countries: Collection[str]) -> tuple[Kind, int, int] | None:
    """The number of which a word before or behind it says what it is."""
    label = label_before(plain, windows[0].start)
    for each in windows:
        said = label.said if label is not None else label_after(plain, each.end)
        if said is None or said == "something_else":
            continue
        least, most = _LENGTHS[said]
        if not least <= len(each.digits) <= most:
            continue
        if (said == "phone_number" and _is_phone(each, countries)) or (said == "bank_card" and luhn(each.digits)):
            return said, each.start, each.end
        surely = label is None or label.close or said in ("phone_number", "passport_number")
        if surely and each.signs <= 2 and not _DATE.fullmatch(each.digits):
            return said, each.start, each.end
    return None


def _unlabelled(plain: Plain, windows: Sequence[Number], countries: Collection[str]) -> tuple[Kind, int, int] | None:
    """The number that speaks for itself."""
    if _CODE.search(plain[max(0, windows[0].start - 2) : windows[0].start]):
        return None
    for each in windows:
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
    if number.international or number.signs > 1 or not 14 <= len(number.digits) <= 19:
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
        if group is None or free[at] or free[group.end() - 1] or len(digits) + len(group[0]) > MOST_DIGITS:
            break
        digits += group[0]
        found.append(Number(start - len(sign), group.end(), digits, count > 0, len(signs), "+" in sign))
        between = _BETWEEN.match(plain, group.end())
        if between is None:
            break
        signs.add(between[0])
        at = between.end()
    return found[::-1]
