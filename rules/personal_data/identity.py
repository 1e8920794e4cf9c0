"""Numbers of identity cards, of social security and of taxes that are recognised without a word beside them.

One row for each shape. Where the check digit and the shape leave little to chance a number counts everywhere; where
they do not it counts for customers of that country only, by their telephone number. All others need a word such as
"passport" or "DNI" (`words.py`), and then no check digit: a number with a slip in it is personal all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from datetime import date
from functools import cache
from importlib import import_module
from typing import NamedTuple

Check = Callable[[str], bool]


class Shape(NamedTuple):
    """How a country's number looks in the plain form (small letters), and what else must be true of it (capitals and
    digits only). `everywhere` when the customer's country does not matter."""

    country: str
    pattern: re.Pattern[str]
    check: Check
    everywhere: bool = False


@cache
def _of_library(name: str) -> Check:
    check: Check = import_module(f"stdnum.{name}").is_valid
    return check


def _stdnum(name: str) -> Check:
    """The check of python-stdnum, loaded when first needed."""
    return lambda number: _of_library(name)(number)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(each // 10 + each % 10 for each in doubled) % 10 == 0


def _hong_kong(number: str) -> bool:
    """HKID: one or two letters, six digits, a check character modulo 11; a missing first letter counts as 36."""
    letters, digits, check = number[:-7], number[-7:-1], number[-1]
    values = [36, *(ord(each) - 55 for each in letters)][-2:] + [int(each) for each in digits]
    values.append(10 if check == "A" else int(check))
    return sum(value * weight for value, weight in zip(values, range(9, 0, -1), strict=True)) % 11 == 0


def _taiwan(number: str) -> bool:
    """National id and the resident's number since 2021: a letter for the place, nine digits, modulo 10."""
    place = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(number[0]) + 10
    digits = [place // 10, place % 10, *map(int, number[1:])]
    return (
        sum(digit * weight for digit, weight in zip(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0
    )


def _singapore(number: str) -> bool:
    """NRIC and FIN: S, T, F, G or M, seven digits, a check letter."""
    offset = {"T": 4, "G": 4, "M": 3}.get(number[0], 0)
    total = offset + sum(int(digit) * weight for digit, weight in zip(number[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True))
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "XWUTRQPNJLK"}.get(number[0], "XWUTRQPNMLK")
    place = 10 - total % 11 if number[0] == "M" else total % 11
    return letters[place] == number[-1]


def _egypt(number: str) -> bool:
    """National number: century, date of birth, governorate. Its check digit is not published."""
    governorate = int(number[7:9])
    return _is_date(number[1:7]) and (1 <= governorate <= 35 or governorate == 88)


def _south_africa(number: str) -> bool:
    return _is_date(number[:6]) and luhn(number)


def _is_date(six_digits: str) -> bool:
    """Whether six digits are a year, a month and a day, in any century."""
    try:
        date(2000 + int(six_digits[:2]), int(six_digits[2:4]), int(six_digits[4:6]))
    except ValueError:
        return False
    return True


def _always(_number: str) -> bool:
    return True


def _shape(country: str, pattern: str, check: str | Check = _always, *, everywhere: bool = False) -> Shape:
    whole = re.compile(rf"(?<![0-9a-z])(?<![0-9][.-])(?:{pattern})(?![0-9a-z]|[.-][0-9])")
    return Shape(country, whole, _stdnum(check) if isinstance(check, str) else check, everywhere)


def _digits(count: int) -> str:
    """So many digits in one piece or with blanks or dashes between them."""
    return rf"[0-9](?:[ -]?[0-9]){{{count - 1}}}"


SHAPES: tuple[Shape, ...] = (
    _shape("CN", rf"{_digits(17)}[ -]?[0-9x]", "cn.ric", everywhere=True),
    _shape("HK", r"[a-z]{1,2}[ ]?[0-9]{6}[ ]?\([0-9a]\)", _hong_kong, everywhere=True),
    _shape("HK", r"[a-z]{1,2}[0-9]{6}[0-9a]", _hong_kong),
    _shape("MO", r"[157][0-9]{6}[ ]?\([0-9]\)|[157]/[0-9]{6}/[0-9]"),
    _shape("TW", r"[a-z][1289][0-9]{8}", _taiwan),
    _shape("ES", r"[0-9]{8}[ -]?[a-z]|[0-9]{2}\.[0-9]{3}\.[0-9]{3}[ -]?[a-z]", "es.dni"),
    _shape("ES", r"[xyz][ -]?[0-9]{7}[ -]?[a-z]", "es.nie", everywhere=True),
    _shape("PT", r"[0-9]{8}[ ]?[0-9][ ]?[a-z]{2}[0-9]", "pt.cc", everywhere=True),
    _shape("BR", r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", "br.cpf", everywhere=True),
    _shape("BR", r"[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3}[ -]?[0-9]{2}", "br.cpf"),
    _shape("MX", r"[a-z]{4}[0-9]{6}[a-z]{6}[0-9a-z][0-9]", "mx.curp", everywhere=True),
    _shape("MX", r"[a-z]{4}[ -]?[0-9]{6}[ -]?[0-9a-z]{3}", "mx.rfc"),
    _shape("AR", r"[0-9]{2}-[0-9]{8}-[0-9]", "ar.cuit", everywhere=True),
    _shape("AR", r"[0-9]{11}", "ar.cuit"),
    _shape("CL", r"[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9k]", "cl.rut", everywhere=True),
    _shape("CL", r"[0-9]{7,8}-[0-9k]", "cl.rut"),
    _shape(
        "FR",
        r"[1-478][ ]?[0-9]{2}[ ]?[0-9]{2}[ ]?[0-9][0-9ab][ ]?[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{2}",
        "fr.nir",
        everywhere=True,
    ),
    _shape("DE", r"[1-9][0-9][ ]?[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{3}", "de.idnr"),
    _shape("IT", r"[a-z]{6}[ ]?[0-9]{2}[a-z][0-9]{2}[ ]?[a-z][0-9]{3}[a-z]", "it.codicefiscale", everywhere=True),
    _shape(
        "GB", r"(?!bg|gb|nk|kn|tn|nt|zz)[a-ceghj-prtw-z][a-ceghj-nprtw-z](?:[ ][0-9]{2}){3}[ ][a-d]", everywhere=True
    ),
    _shape("GB", r"[a-z]{2}(?:[ ][0-9]{2}){3}[ ][a-d]", everywhere=True),
    _shape("GB", r"(?:qq|(?!bg|gb|nk|kn|tn|nt|zz)[a-ceghj-prtw-z][a-ceghj-nprtw-z])[0-9]{6}[a-d]"),  # QQ in examples
    _shape("US", r"[0-9]{3}-[0-9]{2}-[0-9]{4}", "us.ssn", everywhere=True),
    _shape("US", r"9[0-9]{2}-[0-9]{2}-[0-9]{4}", "us.itin"),
    _shape("ID", _digits(16), "id.nik"),
    _shape("MY", r"[0-9]{6}-[0-9]{2}-[0-9]{4}", "my.nric", everywhere=True),
    _shape("MY", r"[0-9]{12}", "my.nric"),
    _shape("SG", r"[stfgm][0-9]{7}[a-z]", _singapore, everywhere=True),
    _shape("TH", r"[1-8][ -][0-9]{4}[ -][0-9]{5}[ -][0-9]{2}[ -][0-9]", "th.pin", everywhere=True),
    _shape("TH", r"[1-8][0-9]{12}", "th.pin"),
    _shape("IN", r"[2-9][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}", "in_.aadhaar"),
    _shape("IN", r"[a-z]{3}p[a-z][0-9]{4}[a-z]", "in_.pan"),
    _shape("PK", r"[1-7][0-9]{4}-[0-9]{7}-[0-9]", "pk.cnic", everywhere=True),
    _shape("SA", r"[12][0-9]{9}", luhn),
    _shape("AE", r"784[ -]?[0-9]{4}[ -]?[0-9]{7}[ -]?[0-9]", luhn, everywhere=True),
    _shape("EG", r"[23][0-9]{13}", _egypt),
    _shape("TR", r"[1-9][0-9]{10}", "tr.tckimlik"),
    _shape("ZA", r"[0-9]{6}[ ]?[0-9]{4}[ ]?[0-9]{3}", _south_africa),
    _shape("BE", r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}", "be.nn", everywhere=True),
    _shape("CH", r"756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}", "ch.ssn", everywhere=True),
    _shape("PL", r"[0-9]{11}", "pl.pesel"),
    _shape("SE", r"(?:19|20)?[0-9]{6}[-+][0-9]{4}", "se.personnummer"),
    _shape("DK", r"[0-9]{6}-[0-9]{4}", "dk.cpr"),
    _shape("FI", r"[0-9]{6}[-a-f][0-9]{3}[0-9a-y]", "fi.hetu"),
    _shape("NO", r"[0-9]{6}[ ]?[0-9]{5}", "no.fodselsnummer"),
    _shape("KR", r"[0-9]{6}-[1-8][0-9]{6}", "kr.rrn"),
)


def identity_numbers(plain: str, countries: Container[str]) -> list[tuple[int, int]]:
    """Where identity numbers of any country stand that count everywhere, and all others of these countries."""
    return [
        found.span()
        for shape in SHAPES
        if shape.everywhere or shape.country in countries
        for found in shape.pattern.finditer(plain)
        if shape.check("".join(filter(str.isalnum, found[0])).upper())
    ]
