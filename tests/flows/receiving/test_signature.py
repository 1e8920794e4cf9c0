"""The door: only WhatsApp itself gets in."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.receiving.signature import is_signed, sign

SECRET = "an app secret"
BODY = '{"object":"whatsapp_business_account","entry":[]} ü'.encode()


def test_the_right_signature_opens() -> None:
    """WhatsApp's own deliveries would be turned away."""
    right = "sha256=" + hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()
    assert sign(SECRET, BODY) == right
    assert is_signed(SECRET, BODY, right)
    assert is_signed(SECRET, BODY, right.encode())
    assert is_signed(SECRET, BODY, "sha256=" + right[7:].upper())


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        b"",
        "sha256=",
        sign(SECRET, BODY)[7:],
        sign(SECRET, BODY)[:-1],
        sign(SECRET, BODY) + "0",
        " " + sign(SECRET, BODY),
        "sha1=" + sign(SECRET, BODY)[7:],
        "SHA256=" + sign(SECRET, BODY)[7:],
        sign("another secret", BODY),
        sign(SECRET, BODY + b" "),
        "sha256=" + "ü" * 64,
        "sha256=" + "\ud800" * 64,
        "sha256=" + "١" * 64,
        b"sha256=" + b"\xff" * 64,
        "sha256=" + "\x00" * 64,
    ],
)
def test_anything_else_stays_out(header: str | bytes | None) -> None:
    """A forged or damaged header would be let in, or would crash the webhook."""
    assert not is_signed(SECRET, BODY, header)


def test_an_empty_secret_signs_nothing() -> None:
    """A forgotten setting would let in everyone who signs with an empty secret."""
    assert not is_signed("", BODY, sign("", BODY))


@given(st.one_of(st.none(), st.text(), st.binary(), st.text().map("sha256=".__add__)))
def test_no_header_raises(header: str | bytes | None) -> None:
    """A strange header would end in a server error instead of a refusal."""
    assert not is_signed(SECRET, BODY, header)
