"""Telephone numbers by country, through `phonenumbers` (Google's libphonenumber), which is loaded when first needed:
its tables take some milliseconds for each country."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

Jurisdiction = Literal["eu", "uk", "china", "brazil", "us", "elsewhere", "unknown"]
"""The values of the fact `jurisdiction` that a number can tell, and `unknown`."""

_EU = (
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"  # the members
    " IS LI NO"  # the European Economic Area
    " AX BL GF GP MF MQ RE YT"  # parts of Finland and of France with codes of their own where the GDPR is law as well
)
_OTHERS: dict[Jurisdiction, str] = {"uk": "GB", "china": "CN", "brazil": "BR", "us": "US AS GU MP PR VI"}
_JURISDICTIONS: dict[str, Jurisdiction] = {
    **dict.fromkeys(_EU.split(), "eu"),
    **{country: law for law, countries in _OTHERS.items() for country in countries.split()},
}

_SHORTEST_NATIONAL = 8
"""Digits of a number without its country's code that speaks for itself; a shorter one needs a word such as "phone"."""
_SHORTEST_UNGROUPED = 9
"""The same for digits in one piece, where few of all numbers are in use; see `_EIGHT_DIGITS`."""
_EIGHT_DIGITS = frozenset({"DK", "HK", "MO", "NO", "SG"})
"""Countries whose mobile numbers have eight digits."""
_LONGEST = 15  # ITU-T E.164


HOME: Mapping[str, str] = {"zh-CN": "CN", "zh-TW": "TW", "pt": "BR", "id": "ID", "de": "DE", "fr": "FR"}
"""Locale -> the country where most of our customers who write it are at home, for whom nothing else is known."""


@lru_cache(maxsize=4_096)
def country_of(number: str) -> str | None:
    """The country (ISO 3166-1, two letters) of an international number, with or without a plus sign.

    None for what is no number, and where several countries share a code (+1, +7, +44, …) and the rest does not tell.
    """
    import phonenumbers

    digits = "".join(filter(str.isdigit, number))
    try:
        parsed = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return None
    country = phonenumbers.region_code_for_number(parsed)
    if country is None:
        sharing = phonenumbers.region_codes_for_country_code(parsed.country_code or 0)
        country = sharing[0] if len(sharing) == 1 else None
    return country if country is not None and country.isalpha() else None  # "001" is no country


def jurisdiction_of(number: str) -> Jurisdiction:
    """Whose law on personal data protects the owner of this international number, as far as the number tells."""
    country = country_of(number)
    return "unknown" if country is None else _JURISDICTIONS.get(country, "elsewhere")


def is_phone_number(digits: str, countries: Iterable[str], *, international: bool, grouped: bool) -> bool:
    """Whether digits are a telephone number by themselves, without a word that says so.

    `countries` are those whose national numbers are expected. `international` says that the number was written with a
    plus sign, `grouped` that its digits stand in groups.
    """
    if international or (digits.startswith("00") and len(digits) > 10):
        return _is_international(digits.removeprefix("00"), possible_is_enough=len(digits) >= 10)
    if not _SHORTEST_NATIONAL <= len(digits) <= _LONGEST:
        return False
    return any(_is_national(digits, country, grouped=grouped) for country in countries)


def _is_international(digits: str, *, possible_is_enough: bool) -> bool:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return False
    # Who writes a plus sign before ten digits means a telephone, also when the number is not in use.
    return phonenumbers.is_valid_number(parsed) or (possible_is_enough and phonenumbers.is_possible_number(parsed))


def _is_national(digits: str, country: str, *, grouped: bool) -> bool:
    import phonenumbers

    code = str(phonenumbers.country_code_for_region(country))
    if digits.startswith(code) and len(digits) > 10 and _is_mobile(f"+{digits}", None, 0):
        return True
    if grouped and (digits.startswith("0") or code == "1") and _is_possible(digits, country):
        return True  # in the way people write numbers, also one that is not in use: 07700 900123, 555-123-4567
    if grouped or digits.startswith("0"):
        shortest = 0
    elif country in _EIGHT_DIGITS:
        shortest = 8
    else:
        shortest = _SHORTEST_UNGROUPED
    return _is_mobile(digits, country, shortest, any_kind=grouped or digits.startswith("0"))


def _is_possible(digits: str, country: str) -> bool:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return False
    possible = phonenumbers.is_possible_number_with_reason(parsed)
    return len(digits) >= 10 and possible == phonenumbers.ValidationResult.IS_POSSIBLE


def _is_mobile(number: str, country: str | None, shortest: int, *, any_kind: bool = False) -> bool:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return False
    if len(phonenumbers.national_significant_number(parsed)) < shortest or not phonenumbers.is_valid_number(parsed):
        return False
    kinds = phonenumbers.PhoneNumberType
    return any_kind or phonenumbers.number_type(parsed) in (kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE)
