"""Is this body really from WhatsApp? The check of the `X-Hub-Signature-256` header."""

from __future__ import annotations

import hashlib
import hmac

_PREFIX = b"sha256="
_HEX_DIGITS = 64


def sign(secret: str, body: bytes) -> str:
    """The header value that belongs to `body`: `sha256=` and 64 lower-case hexadecimal digits."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_signed(secret: str, body: bytes, header: str | bytes | None) -> bool:
    """True when `header` is the HMAC-SHA256 of the raw `body` under the app secret.

    `body` must be the bytes as they arrived: parsing and writing JSON again changes them. Everything that is not
    exactly the right signature is False, never an exception: no header, another scheme, a wrong length,
    characters outside ASCII. An empty secret signs nothing, so that a forgotten setting closes the door.
    """
    if not secret or not header:
        return False
    # Compared as bytes: hmac.compare_digest refuses text outside ASCII with an exception.
    given = header if isinstance(header, bytes) else header.encode("utf-8", "surrogatepass")
    if len(given) != len(_PREFIX) + _HEX_DIGITS or not given.startswith(_PREFIX):
        return False
    return hmac.compare_digest(given.lower(), sign(secret, body).encode("ascii"))
