"""Which country a number belongs to, and whose law follows from it."""

from __future__ import annotations

from typing import get_args

import pytest

from rules.personal_data import Jurisdiction, country_of, jurisdiction_of
from rules.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("number", "country", "law"),
    [
        ("8613812345678", "CN", "china"),
        ("85261234567", "HK", "elsewhere"),
        ("85366123456", "MO", "elsewhere"),
        ("886912345678", "TW", "elsewhere"),
        ("4915123456789", "DE", "eu"),
        ("33612345678", "FR", "eu"),
        ("4790012345", "NO", "eu"),
        ("3546111234", "IS", "eu"),
        ("423660123456", "LI", "eu"),
        ("262692123456", "RE", "eu"),
        ("447400123456", "GB", "uk"),
        ("447797712345", "JE", "elsewhere"),
        ("41791234567", "CH", "elsewhere"),
        ("5511987654321", "BR", "brazil"),
        ("12025550143", "US", "us"),
        ("17872345678", "PR", "us"),
        ("14165550143", "CA", "elsewhere"),
        ("+966501234567", "SA", "elsewhere"),
        ("15550100001", None, "unknown"),
        ("80012345678", None, "unknown"),
        ("0", None, "unknown"),
        ("", None, "unknown"),
        ("not a number", None, "unknown"),
        ("9" * 400, None, "unknown"),
    ],
)
def test_law_follows_the_country_of_the_number(number: str, country: str | None, law: str) -> None:
    """A customer in Hong Kong would be answered by the law of mainland China, one in Norway by none."""
    assert country_of(number) == country
    assert jurisdiction_of(number) == law


def test_laws_are_those_of_the_vocabulary() -> None:
    """A legal clock that asks for `jurisdiction` would never start."""
    assert set(get_args(Jurisdiction)) <= {*Vocabulary.load()["jurisdiction"].values, "unknown"}
