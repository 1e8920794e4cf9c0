"""Reading what a business posts to `/messages`, and refusing what WhatsApp would refuse about its form."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flows.channels.channel import LONGEST_KEY, MOST_BUTTONS
from flows.channels.cloud_api import (
    LONGEST_BUTTON_TITLE,
    LONGEST_TEXT,
    LONGEST_TEXT_WITH_BUTTONS,
    MOST_ROWS,
)
from flows.channels.whatsapp_address import is_user_id
from flows.practice.templates import PracticeTemplate

LONGEST_ROW_TITLE = 24  # characters; the OpenAPI file


class SendRefused(Exception):
    """WhatsApp does not take this message. `code` says why, `details` is what Meta would write about it."""

    def __init__(self, code: int, details: str = "") -> None:
        super().__init__(f"code {code}")
        self.code = code
        self.details = details


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that is well formed. `text` is what the customer would read."""

    address: str
    kind: str
    text: str
    key: str | None
    buttons: tuple[tuple[str, str], ...] = ()
    template: PracticeTemplate | None = None
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    in_group: bool = False


Templates = Mapping[tuple[str, str], PracticeTemplate]


def read_message(body: Mapping[str, Any], templates: Templates, groups: Collection[str] = ()) -> Outgoing:
    """Take a request body apart; `groups` are the ids of those that may be written to. Raises `SendRefused` with the
    code that fits what is wrong with it."""
    if body.get("messaging_product") != "whatsapp":
        raise SendRefused(100, 'The parameter messaging_product is required and is "whatsapp"')
    in_group = body.get("recipient_type", "individual") != "individual"
    if in_group and not (body["recipient_type"] == "group" and body.get("to") in groups):
        raise SendRefused(131055, "This number may not write to that group")
    key = body.get("biz_opaque_callback_data")
    if key is not None and not (isinstance(key, str) and len(key) <= LONGEST_KEY):
        raise SendRefused(100, f"biz_opaque_callback_data is a text of at most {LONGEST_KEY} characters")
    address = str(body["to"]) if in_group else _address(body)
    kind = body.get("type", "text")
    content = body.get(kind) if isinstance(kind, str) else None
    if not isinstance(content, dict):
        raise SendRefused(131008, f"The parameter {kind} is required")
    buttons: tuple[tuple[str, str], ...] = ()
    template: PracticeTemplate | None = None
    if in_group and kind != "text":
        raise SendRefused(131051, "The practice network takes only text for a group")
    if kind == "text":
        text = _text(content.get("body"), LONGEST_TEXT)
    elif kind == "interactive":
        text, buttons = _interactive(content)
    elif kind == "template":
        template, text = _template(content, templates)
    else:
        raise SendRefused(131051, f"The practice network does not take messages of type {kind}")
    return Outgoing(address, kind, text, key, buttons, template, body, in_group)


def _address(body: Mapping[str, Any]) -> str:
    """The number in digits, or the user id; Meta prefers `to` when both are given."""
    to, recipient = body.get("to"), body.get("recipient")
    if to is None and recipient is None:
        raise SendRefused(131008, "The parameter to is required")
    if to is None:
        if isinstance(recipient, str) and is_user_id(recipient):
            return recipient
        raise SendRefused(131009, "Parameter value is not valid: recipient")
    digits = "".join(character for character in str(to) if character not in "+ -()")
    if not (digits.isascii() and digits.isdigit() and 5 <= len(digits) <= 20):
        raise SendRefused(131009, f"Parameter value is not valid: to ({to})")
    return digits


def _text(text: object, longest: int) -> str:
    if not isinstance(text, str) or not text.strip():
        raise SendRefused(131008, "The parameter body is required")
    if len(text) > longest:
        raise SendRefused(100, f"Param body must be at most {longest} characters long")
    return text


def _interactive(content: Mapping[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
    if content.get("type") == "list":
        return _list(content)
    if content.get("type") != "button":
        raise SendRefused(131009, "The practice network knows interactive messages of type button and list")
    body, action = content.get("body"), content.get("action")
    listed = action.get("buttons") if isinstance(action, dict) else None
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_BUTTONS:
        raise SendRefused(131009, f"There are 1 to {MOST_BUTTONS} buttons")
    buttons = tuple(_button(each) for each in listed)
    if len({title for _, title in buttons}) < len(buttons):
        raise SendRefused(131009, "Button titles have to differ")
    return _text(body.get("text") if isinstance(body, dict) else None, LONGEST_TEXT_WITH_BUTTONS), buttons


def _list(content: Mapping[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A list: its button, and sections with rows; all of their rows are what the customer can tap."""
    body, action = content.get("body"), content.get("action")
    action = action if isinstance(action, dict) else {}
    opens, sections = action.get("button"), action.get("sections")
    if not (isinstance(opens, str) and 0 < len(opens) <= LONGEST_BUTTON_TITLE):
        raise SendRefused(131009, f"A list opens by a button of 1 to {LONGEST_BUTTON_TITLE} characters")
    if not isinstance(sections, list) or not all(isinstance(each, dict) for each in sections):
        raise SendRefused(131009, "A list has sections")
    if len(sections) > 1 and not all(each.get("title") for each in sections):
        raise SendRefused(131009, "Several sections need a title each")
    rows = [row for each in sections for row in (each.get("rows") or ())]
    if not 0 < len(rows) <= MOST_ROWS:
        raise SendRefused(131009, f"There are 1 to {MOST_ROWS} rows")
    found = tuple(_row(row) for row in rows)
    if len({row_id for row_id, _ in found}) < len(found):
        raise SendRefused(131009, "The ids of rows have to differ")
    return _text(body.get("text") if isinstance(body, dict) else None, LONGEST_TEXT_WITH_BUTTONS), found


def _row(row: object) -> tuple[str, str]:
    found, title = (row.get("id"), row.get("title")) if isinstance(row, dict) else (None, None)
    if not (isinstance(found, str) and 0 < len(found) <= 200):
        raise SendRefused(131009, "A row needs an id of 1 to 200 characters")
    if not (isinstance(title, str) and 0 < len(title) <= LONGEST_ROW_TITLE):
        raise SendRefused(131009, f"A row needs a title of 1 to {LONGEST_ROW_TITLE} characters")
    return found, title


def _button(button: object) -> tuple[str, str]:
    reply = button.get("reply") if isinstance(button, dict) and button.get("type") == "reply" else None
    found, title = (reply.get("id"), reply.get("title")) if isinstance(reply, dict) else (None, None)
    if not (isinstance(found, str) and 0 < len(found) <= 256):
        raise SendRefused(131009, "A button needs an id of 1 to 256 characters")
    if not (isinstance(title, str) and 0 < len(title) <= LONGEST_BUTTON_TITLE):
        raise SendRefused(131009, f"A button needs a title of 1 to {LONGEST_BUTTON_TITLE} characters")
    return found, title


def _template(content: Mapping[str, Any], templates: Templates) -> tuple[PracticeTemplate, str]:
    language = content.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    template = templates.get((str(content.get("name")), str(code)))
    if template is None:
        raise SendRefused(132001, f"template name ({content.get('name')}) does not exist in {code}")
    values = _values(content.get("components"))
    if (refusal := template.refusal(values)) is not None:
        raise SendRefused(refusal, f"template name ({template.name}), {template.language}")
    return template, template.filled_in(values)


def _values(components: object) -> Sequence[str]:
    """The values of the body's placeholders, in order."""
    values: list[str] = []
    for component in components if isinstance(components, list) else []:
        if isinstance(component, dict) and component.get("type") == "body":
            for parameter in component.get("parameters", []):
                if not isinstance(parameter, dict) or not isinstance(parameter.get("text"), str):
                    raise SendRefused(132012, "Parameter format does not match the template")
                values.append(parameter["text"])
    return values
