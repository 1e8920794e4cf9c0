"""Webhook bodies of every documented shape, written out: the people and numbers in them are made up."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

Element = dict[str, Any]

OUR_NUMBER = "15550783881"
PHONE_NUMBER_ID = "106540352242922"
NUMBER = "4915112345678"
USER_ID = "DE.13491208655302741918"
NAME = "Käuferin № 7"
GROUP = "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD"
AT = 1_760_000_000  # 2025-10-09 08:53:20 UTC


def wamid(number: int) -> str:
    return f"wamid.HBgNNDkxNTExMjM0NTY3OBUCABIYFDNB{number:012d}AA=="


OURS = wamid(999_999)  # a message that we sent


def raw(document: Any) -> bytes:
    return json.dumps(document).encode()


def body(*changes: Element) -> Element:
    return {"object": "whatsapp_business_account", "entry": [entry(*changes)]}


def entry(*changes: Element) -> Element:
    return {"id": "102290129340398", "changes": list(changes)}


def change(field: str = "messages", **value: Any) -> Element:
    head = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": OUR_NUMBER, "phone_number_id": PHONE_NUMBER_ID},
    }
    return {"field": field, "value": {**head, **value}}


def contact(number: str | None = NUMBER, user_id: str | None = None, name: str = NAME) -> Element:
    ids = {"wa_id": number, "user_id": user_id}
    return {"profile": {"name": name}, **{key: value for key, value in ids.items() if value is not None}}


def message(number: int = 1, kind: str = "text", sender: str | None = NUMBER, **parts: Any) -> Element:
    """A message; without parts it is a text. Pass `sender=None` to leave `from` out."""
    parts = parts or {"text": {"body": f"Where is my parcel? ({number})"}}
    head = {} if sender is None else {"from": sender}
    return {**head, "id": wamid(number), "timestamp": str(AT + number), "type": kind, **parts}


def text(number: int = 1, words: str = "Where is my parcel?", **parts: Any) -> Element:
    return message(number, text={"body": words}, **parts)


def status(number: int = 1, word: str = "delivered", **parts: Any) -> Element:
    head = {"id": wamid(number), "status": word, "timestamp": str(AT + number), "recipient_id": NUMBER}
    return {**head, **parts}


def messages(*items: Element, contacts: Iterable[Element] | None = None) -> Element:
    """A whole body with these messages in one change."""
    return body(change(contacts=[contact()] if contacts is None else list(contacts), messages=list(items)))


def statuses(*items: Element) -> Element:
    return body(change(statuses=list(items)))


_FILE = {"id": "1003383421387256", "mime_type": "image/jpeg", "sha256": "SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzw="}
_ANSWERED: Element = {"context": {"from": OUR_NUMBER, "id": OURS}}
_REFUSED = {
    "code": 131047,
    "title": "Re-engagement message",
    "message": "Re-engagement message",
    "error_data": {"details": "More than 24 hours have passed."},
}
_AD = {
    "source_url": "https://fb.me/x",
    "source_id": "120",
    "source_type": "ad",
    "body": "Summer",
    "headline": "Chat",
}

# name -> (message, what its content must say)
MESSAGES: dict[str, tuple[Element, Element]] = {
    "text": (text(1, "Delete my data"), {"text": "Delete my data", "about": None}),
    "text in answer": (text(2, "Why?", **_ANSWERED), {"text": "Why?", "about": OURS}),
    "text about a product": (
        text(3, context={**_ANSWERED["context"], "referred_product": {"catalog_id": "1"}}),
        {"about": OURS},
    ),
    "text from an ad": (text(4, referral=_AD), {"text": "Where is my parcel?"}),
    "forwarded text": (text(5, context={"forwarded": True}), {"about": None}),
    "image": (
        message(6, "image", image={**_FILE, "caption": "It burned"}),
        {"caption": "It burned", "text": None, "media": _FILE},
    ),
    "video": (message(7, "video", video=_FILE), {"media": _FILE, "caption": None}),
    "audio": (message(8, "audio", audio={**_FILE, "voice": True}), {"media": _FILE}),
    "voice": (message(9, "voice", voice=_FILE), {"media": _FILE}),
    "document": (
        message(10, "document", document={**_FILE, "filename": "bill.pdf", "caption": "The bill"}),
        {"caption": "The bill", "media": {**_FILE, "filename": "bill.pdf"}},
    ),
    "sticker": (message(11, "sticker", sticker={**_FILE, "animated": False}), {"media": _FILE}),
    "location": (message(12, "location", location={"latitude": 37.4, "longitude": -122.1}), {"text": None}),
    "contacts": (
        message(13, "contacts", contacts=[{"name": {"formatted_name": "A shop"}, "phones": [{"phone": "+1"}]}]),
        {"text": None},
    ),
    "button": (
        message(14, "button", button={"payload": "STOP", "text": "Unsubscribe"}, **_ANSWERED),
        {"text": "Unsubscribe", "choice": "STOP", "about": OURS},
    ),
    "button_reply": (
        message(
            15,
            "interactive",
            interactive={"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes, delete"}},
            **_ANSWERED,
        ),
        {"text": "Yes, delete", "choice": "yes", "about": OURS},
    ),
    "list_reply": (
        message(
            16,
            "interactive",
            interactive={"type": "list_reply", "list_reply": {"id": "r1", "title": "Refund", "description": "x"}},
        ),
        {"text": "Refund", "choice": "r1"},
    ),
    "nfm_reply": (
        message(
            17,
            "interactive",
            interactive={
                "type": "nfm_reply",
                "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "{}"},
            },
        ),
        {"text": "Sent", "choice": "flow"},
    ),
    "reaction": (
        message(18, "reaction", reaction={"message_id": OURS, "emoji": "👎"}),
        {"emoji": "👎", "about": OURS, "text": None},
    ),
    "reaction taken back": (
        message(19, "reaction", reaction={"message_id": OURS}),
        {"emoji": None, "about": OURS},
    ),
    "order": (
        message(20, "order", order={"catalog_id": "1", "text": "Fast please", "product_items": []}),
        {"text": "Fast please"},
    ),
    "unsupported": (message(21, "unsupported", errors=[{"code": 131051, "title": "?"}]), {"text": None}),
    "unknown": (message(22, "unknown", errors=[{"code": 131051, "title": "?"}]), {"text": None}),
    "revoke": (
        message(23, "revoke", revoke={"original_message_id": wamid(1)}),
        {"about": wamid(1), "text": None},
    ),
    "edit": (
        message(
            24,
            "edit",
            edit={
                "original_message_id": wamid(1),
                "message": {"type": "text", "text": {"body": "Please delete"}},
            },
        ),
        {"about": wamid(1), "text": "Please delete"},
    ),
    "edited caption": (
        message(
            25,
            "edit",
            edit={
                "original_message_id": wamid(6),
                "message": {"type": "image", "image": {**_FILE, "caption": "New"}},
            },
        ),
        {"about": wamid(6), "caption": "New", "media": _FILE},
    ),
    "a type of next year": (message(26, "hologram", hologram={"id": "1"}), {"text": None}),
    "in a group": (text(27, "All of you!", group_id=GROUP), {"group": GROUP, "text": "All of you!"}),
    "changed number": (
        message(
            28,
            "system",
            system={"type": "user_changed_number", "wa_id": "4915199999999", "body": "A changed from x to y"},
        ),
        {"text": None},
    ),
    "changed identity": (
        message(29, "system", system={"type": "customer_identity_changed", "body": "changed"}),
        {"text": None},
    ),
}

STATUSES: dict[str, Element] = {
    "sent": status(101, "sent", conversation={"id": "1", "origin": {"type": "utility"}}, pricing={"billable": True}),
    "delivered": status(102),
    "read": status(103, "read"),
    "played": status(104, "played"),
    "failed": status(105, "failed", errors=[_REFUSED]),
    "with our key": status(106, biz_opaque_callback_data="R-7K3MQ9XW2A/first_reply/C-7K3MQ9XW2A"),
    "of a user id": {**status(107), "recipient_user_id": USER_ID},
    "in a group": status(108, recipient_type="group", recipient_id=GROUP, recipient_participant_id=NUMBER),
    "to a user id that cannot be reached": {
        key: value
        for key, value in status(109, "failed", errors=[_REFUSED], recipient_user_id=USER_ID).items()
        if key != "recipient_id"
    },
}

# name -> a change with what a colleague did in the app
ECHOES: dict[str, Element] = {
    "echo": change(
        "smb_message_echoes",
        message_echoes=[{**text(201, "From the app"), "from": OUR_NUMBER, "to": NUMBER}],
    ),
    "echo of a revoke": change(
        "smb_message_echoes",
        message_echoes=[
            {
                **message(202, "revoke", revoke={"original_message_id": OURS}),
                "from": OUR_NUMBER,
                "to": NUMBER,
            }
        ],
    ),
}

# name -> a change that holds nothing a customer wrote
NOTICES: dict[str, Element] = {
    "error of the account": change(errors=[{"code": 130429, "title": "Rate limit hit"}]),
    "history": change(
        "history",
        history=[
            {
                "metadata": {"phase": 0, "chunk_order": 1, "progress": 55},
                "threads": [
                    {"id": NUMBER, "messages": [{**text(203), "history_context": {"status": "READ"}}]},
                ],
            }
        ],
    ),
    "file of an older message": change("history", messages=[message(204, "image", image=_FILE)]),
    "history not shared": change("history", history=[{"errors": [{"code": 2593109, "title": "Declined"}]}]),
    "marketing stopped": change(
        "user_preferences",
        contacts=[contact()],
        user_preferences=[
            {"wa_id": NUMBER, "category": "marketing_messages", "value": "stop", "timestamp": AT, "detail": "x"}
        ],
    ),
    "new user id": change(
        "user_id_update",
        contacts=[contact()],
        user_id_update=[
            {
                "wa_id": NUMBER,
                "user_id": {"previous": "DE.111", "current": "DE.222"},
                "timestamp": str(AT),
                "detail": "x",
            }
        ],
    ),
    "address book": change(
        "smb_app_state_sync",
        state_sync=[{"type": "contact", "action": "add", "contact": {"full_name": NAME, "phone_number": NUMBER}}],
    ),
    "call": change(
        "calls",
        calls=[
            {"id": "wacid.1", "from": NUMBER, "to": OUR_NUMBER, "event": "connect", "timestamp": str(AT)},
        ],
    ),
    "template": change(
        "message_template_status_update",
        event="PAUSED",
        message_template_id=1,
        message_template_name="late",
        reason="NONE",
    ),
    "account": change("account_update", event="ACCOUNT_RESTRICTION", restriction_info=[{"x": 1}]),
    "group": change(
        "group_lifecycle_update",
        groups=[
            {"timestamp": str(AT), "group_id": GROUP, "type": "group_create", "added_participants": [{"wa_id": 1}]}
        ],
    ),
}


def one_of_everything() -> Element:
    """Several entries, several changes, every shape: one body."""
    return {
        "object": "whatsapp_business_account",
        "entry": [
            entry(*(change(contacts=[contact()], messages=[item]) for item, _ in MESSAGES.values())),
            entry(change(statuses=list(STATUSES.values())), *ECHOES.values(), *NOTICES.values()),
        ],
    }
