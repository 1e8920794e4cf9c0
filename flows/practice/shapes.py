"""The shapes of what WhatsApp sends: message ids, webhook changes and their envelope.

Source: the examples under `/whatsapp/webhooks` of Meta's OpenAPI file v23.0; `user_id`, `from_user_id` and
`recipient_user_id` from "Business-scoped user IDs" (state of March 2026).
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.channels.error_codes import meaning_of

Json = dict[str, Any]

# The types of media and what a phone usually sends; a voice note is an audio message with a mark on it.
MEDIA_TYPES: Mapping[str, str] = {
    "image": "image/jpeg",
    "video": "video/mp4",
    "audio": "audio/mpeg",
    "voice": "audio/ogg; codecs=opus",
    "document": "application/pdf",
    "sticker": "image/webp",
}


@dataclass(frozen=True, slots=True)
class Business:
    """The business number that the practice network knows, and the account it belongs to."""

    phone_number_id: str
    display_phone_number: str
    account_id: str
    name: str

    @property
    def metadata(self) -> Json:
        return {"display_phone_number": self.display_phone_number, "phone_number_id": self.phone_number_id}


def new_wamid(number: str, inbound: bool) -> str:
    """A message id made as WhatsApp makes them: base 64 in which the other side's number can be read."""
    direction, length = (b"\x12\x18\x14", 10) if inbound else (b"\x11\x18\x12", 9)
    name = secrets.token_hex(length).upper().encode()
    written = number.encode()
    raw = b"\x1c\x18" + bytes([len(written)]) + written + b"\x15\x02\x00" + direction + name + b"\x00"
    return "wamid." + base64.b64encode(raw).decode()


def envelope(account_id: str, changes: Sequence[Json]) -> bytes:
    """The body of one webhook request, in ASCII with escapes as Meta writes it."""
    body = {"object": "whatsapp_business_account", "entry": [{"id": account_id, "changes": list(changes)}]}
    return json.dumps(body).encode("ascii")


def contact(wa_id: str | None, user_id: str | None, name: str) -> Json:
    """Who wrote, as it stands under `contacts`."""
    found: Json = {"profile": {"name": name}}
    if wa_id is not None:
        found["wa_id"] = wa_id
    if user_id is not None:
        found["user_id"] = user_id
    return found


def media(kind: str, caption: str | None) -> Json:
    """What stands under a media type: the reference to a file that only a client with a token could fetch."""
    found: Json = {
        "mime_type": MEDIA_TYPES[kind],
        "sha256": base64.b64encode(secrets.token_bytes(32)).decode(),
        "id": str(10**15 + secrets.randbelow(10**15)),
    }
    if kind == "voice":
        found["voice"] = True
    if caption:
        found["caption"] = caption
    return found


def messages_change(business: Business, contacts: Sequence[Json], messages: Sequence[Json]) -> Json:
    return _change(business, {"contacts": list(contacts), "messages": list(messages)})


def status_change(business: Business, status: Json) -> Json:
    return _change(business, {"statuses": [status]})


def preference_change(business: Business, wa_id: str, name: str, stopped: bool, at: datetime) -> Json:
    """The customer switched marketing messages off or on again."""
    preference = {
        "wa_id": wa_id,
        "detail": f"User requested to {'stop' if stopped else 'resume'} marketing messages",
        "category": "marketing_messages",
        "value": "stop" if stopped else "resume",
        "timestamp": int(at.timestamp()),
    }
    return _change(
        business,
        {"contacts": [contact(wa_id, None, name)], "user_preferences": [preference]},
        field="user_preferences",
    )


def echo_change(business: Business, echo: Json) -> Json:
    """Something that staff did in the app of this number."""
    return _change(business, {"message_echoes": [echo]}, field="smb_message_echoes")


def failed_with(code: int) -> list[Json]:
    """The `errors` of a status `failed`."""
    words = meaning_of(code).words
    return [{"code": code, "title": words, "message": words, "error_data": {"details": words}}]


def _change(business: Business, value: Json, field: str = "messages") -> Json:
    return {
        "value": {"messaging_product": "whatsapp", "metadata": business.metadata, **value},
        "field": field,
    }
