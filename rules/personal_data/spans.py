"""What is found in a text: where personal data stands, the facts that follow from it, and the text without it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Literal, NamedTuple, get_args

from rules.personal_data.plain import LONGEST_TEXT

Kind = Literal[
    "phone_number",
    "email",
    "postal_address",
    "own_name",
    "identity_number",
    "passport_number",
    "bank_card",
    "bank_account",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Each kind is named as the fact that says it is there: `has_phone_number` and so on (`rules/facts.yaml`)."""


class Span(NamedTuple):
    """Personal data of one kind in a text, from index `start` up to `end` (of the Python string as it was given)."""

    kind: Kind
    start: int
    end: int


_MASKS: dict[str, tuple[str, ...]] = {
    "en": ("phone number", "e-mail", "address", "name", "ID number", "passport number", "card number", "bank account"),
    "zh-CN": ("电话号码", "电子邮箱", "地址", "姓名", "证件号码", "护照号码", "银行卡号", "银行账号"),
    "zh-TW": ("電話號碼", "電子郵件", "地址", "姓名", "證件號碼", "護照號碼", "卡號", "銀行帳號"),
    "es": ("teléfono", "correo", "dirección", "nombre", "documento", "pasaporte", "tarjeta", "cuenta bancaria"),
    "pt": ("telefone", "e-mail", "endereço", "nome", "documento", "passaporte", "cartão", "conta bancária"),
    "ar": (
        "رقم الهاتف",
        "البريد الإلكتروني",
        "العنوان",
        "الاسم",
        "رقم الهوية",
        "رقم الجواز",
        "رقم البطاقة",
        "الحساب البنكي",
    ),
    "id": ("nomor telepon", "surel", "alamat", "nama", "nomor identitas", "nomor paspor", "nomor kartu", "rekening"),
    "de": ("Telefonnummer", "E-Mail", "Adresse", "Name", "Ausweisnummer", "Passnummer", "Kartennummer", "Bankkonto"),
    "fr": (
        "téléphone",
        "e-mail",
        "adresse",
        "nom",
        "pièce d'identité",
        "passeport",
        "carte bancaire",
        "compte bancaire",
    ),
}
"""Locale (`rules/facts.yaml`) -> the words that stand for each kind, in the order of KINDS."""

UNREAD = "[…]"
"""What `mask` puts in place of everything beyond LONGEST_TEXT."""

_NOTHING = "\0"
_MASK = re.compile(r"\[(?:" + "|".join(sorted(map(re.escape, chain(*_MASKS.values())), key=len, reverse=True)) + r")\]")


def facts_of(spans: Iterable[Span]) -> dict[str, bool]:
    """The facts `has_phone_number`, `has_email`, … of a text in which these spans were found: true or false, all of
    them."""
    found = {span.kind for span in spans}
    return {f"has_{kind}": kind in found for kind in KINDS}


def mask(text: str, spans: Iterable[Span], locale: str = "en") -> str:
    """The text with words such as `[phone number]` in place of every span.

    Nothing of a number is kept, not even the last digits: together with a date they often suffice to find somebody.
    `spans` come from `find` for the same text. A locale without words of its own gets English ones.
    """
    words = dict(zip(KINDS, _MASKS.get(locale, _MASKS["en"]), strict=True))
    masked = _replaced(text[:LONGEST_TEXT], spans, lambda span: f"[{words[span.kind]}]")
    return masked + UNREAD if len(text) > LONGEST_TEXT else masked


def without(text: str, spans: Iterable[Span]) -> str:
    """The text, of the same length, with characters that mean nothing in place of every span."""
    return _replaced(text, spans, lambda span: _NOTHING * (span.end - span.start))


def _replaced(text: str, spans: Iterable[Span], by: Callable[[Span], str]) -> str:
    parts: list[str] = []
    done = 0
    for span in sorted(spans, key=lambda each: each.start):
        parts += text[done : span.start], by(span)
        done = span.end
    return "".join((*parts, text[done:]))


def without_masks(text: str) -> str:
    """The text, of the same length, in which masks are characters that mean nothing: the word "account" in a mask says
    nothing about the number that follows."""
    return _MASK.sub(lambda found: _NOTHING * len(found[0]), text) if "[" in text else text
