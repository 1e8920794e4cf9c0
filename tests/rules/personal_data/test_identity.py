"""Identity numbers of many countries: recognised by their check digits, and beside a word also with a slip in them."""

from __future__ import annotations

import pytest

from rules.personal_data import find
from rules.personal_data.identity import SHAPES

BY_CHECK_DIGIT = [
    ("CN", "11010519491231002X"),
    ("HK", "A1234563"),
    ("TW", "A123456789"),
    ("ES", "12345678Z"),
    ("ES", "X1234567L"),
    ("PT", "123456781ZZ8"),
    ("BR", "123.456.789-09"),
    ("MX", "XEXX010101HNEXXXA4"),
    ("AR", "20-12345678-6"),
    ("CL", "12.345.678-5"),
    ("FR", "255081416802043"),
    ("DE", "86 095 742 719"),
    ("IT", "RSSMRA80A01H501U"),
    ("SG", "S1234567D"),
    ("TH", "1 2345 67890 12 1"),
    ("IN", "2341 2341 2346"),
    ("SA", "1012345672"),
    ("AE", "784-1987-1234567-1"),
    ("TR", "10000000146"),
    ("BE", "85.07.30-033.28"),
    ("CH", "756.9217.0769.85"),
]
"""Made-up numbers whose check digit is right, as in the examples of the authorities."""


def kinds(text: str, region: str | None) -> list[str]:
    return [span.kind for span in find(text, region)]


@pytest.mark.parametrize(("country", "number"), BY_CHECK_DIGIT)
def test_a_right_check_digit_is_enough_at_home(country: str, number: str) -> None:
    """An identity number on its own would be shown to everybody."""
    assert kinds(f"( {number} )", country) == ["identity_number"]


@pytest.mark.parametrize(("country", "number"), BY_CHECK_DIGIT)
def test_without_its_check_digit_it_is_any_number(country: str, number: str) -> None:
    """Numbers of orders and goods would be taken for identity numbers."""
    last = number[-1]
    others = "0123456789" if last.isdigit() else "ABCDEFGHJKLMNPQRSTVWXYZ"
    wrong = [number[:-1] + other for other in others if other != last]
    assert sum("identity_number" in kinds(f"( {each} )", country) for each in wrong) <= 1, (
        "modulo 11 may write 0 for 10"
    )


@pytest.mark.parametrize(
    "word", ["ID number", "身份证", "身分證字號", "DNI", "CPF", "رقم الهوية", "NIK", "Ausweisnummer", "NIR"]
)
def test_beside_a_word_a_slip_does_not_matter(word: str) -> None:
    """A customer who mistypes one digit of an identity number has told us all the others."""
    assert kinds(f"{word}: 110105194912310020", None) == ["identity_number"]


def test_numbers_that_many_things_have_count_only_at_home() -> None:
    """Every order number of eleven digits would be an identity number somewhere in the world."""
    assert kinds("10000000146", "TR") == ["identity_number"]
    assert kinds("10000000146", "ES") == []


def test_every_check_takes_what_its_shape_lets_through() -> None:
    """A number of an unforeseen form would raise in the middle of reading a message."""
    for shape in SHAPES:
        for sample in ("1" * 18, "9" * 11, "A12345678", "ABCDEFGHIJ", "00000000X", "XEXX010101HNEXXXA4"):
            text = f" {sample.lower()} "
            for found in shape.pattern.finditer(text):
                assert shape.check(found[0].upper()) in (True, False)
