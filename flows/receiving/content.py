"""What one message says: the words, the file, the button, and the message it is about.

The result is kept sealed and has the same keys for every type of message:

| key       | holds                                                                             |
|-----------|-----------------------------------------------------------------------------------|
| `text`    | the words: a text, a tapped button's label, a form's line, the new text of an edit |
| `caption` | the words under a picture, film or document                                       |
| `media`   | `{id, mime_type, sha256, filename}` of the file, those that were given            |
| `choice`  | the id behind a tapped button or list row                                         |
| `emoji`   | of a reaction; null when a reaction was taken back                                |
| `about`   | the wamid of the message that this one answers, reacts to, edits or revokes       |
| `group`   | the group's id, for a message in a group                                          |
| `number`  | the id of the business number that it was sent to                                 |
| `wamid`   | the message's own id                                                              |
| `raw`     | the element exactly as it came                                                    |
"""

from __future__ import annotations

from collections.abc import Callable

from flows.receiving.events import Json
from flows.receiving.shapes import Unusable, as_list, as_object, as_text, one_of, text_of

Element = dict[str, Json]
_MEDIA = ("id", "mime_type", "sha256", "filename")


def content_of(kind: str, element: Element) -> dict[str, Json]:
    """The common keys for a message of this kind, without `wamid`, `group` and `number`.

    Raises Unusable when the type is a known one and the part that makes it so is missing or of the wrong shape.
    """
    content: dict[str, Json] = dict.fromkeys(("text", "caption", "media", "choice", "emoji"))
    content["about"] = text_of(element.get("context"), "id")
    content.update(_READERS.get(kind, _nothing)(element))
    content["raw"] = element
    return content


def _nothing(_element: Element) -> Element:
    """An unknown type: only `raw` can say what it is."""
    return {}


def _text(element: Element) -> Element:
    return {"text": as_text(as_object(element, "text"), "body")}


def _file(kind: str) -> Callable[[Element], Element]:
    def read(element: Element) -> Element:
        file = as_object(element, kind)
        media: Element = {name: file[name] for name in _MEDIA if isinstance(file.get(name), str)}
        return {"caption": text_of(file, "caption"), "media": media}

    return read


def _button(element: Element) -> Element:
    button = as_object(element, "button")
    return {"text": as_text(button, "text"), "choice": text_of(button, "payload")}


def _interactive(element: Element) -> Element:
    interactive = as_object(element, "interactive")
    reply = interactive.get(as_text(interactive, "type"))
    if not isinstance(reply, dict):
        raise Unusable("`interactive` does not hold the kind of reply that it announces")
    return {
        "text": one_of(reply, "title", "body"),  # a form's answer (nfm_reply) has a body and no title
        "choice": one_of(reply, "id", "name"),
    }


def _reaction(element: Element) -> Element:
    reaction = as_object(element, "reaction")
    return {"about": as_text(reaction, "message_id"), "emoji": text_of(reaction, "emoji") or None}


def _revoke(element: Element) -> Element:
    return {"about": as_text(as_object(element, "revoke"), "original_message_id")}


def _edit(element: Element) -> Element:
    edit = as_object(element, "edit")
    message = as_object(edit, "message")
    kind = as_text(message, "type")
    changed = _nothing if kind == "edit" else _READERS.get(kind, _nothing)
    return {**changed(message), "about": as_text(edit, "original_message_id")}


def _order(element: Element) -> Element:
    return {"text": text_of(as_object(element, "order"), "text") or None}


def _location(element: Element) -> Element:
    as_object(element, "location")
    return {}


def _contacts(element: Element) -> Element:
    as_list(element, "contacts")
    return {}


def _system(element: Element) -> Element:
    as_object(element, "system")
    return {}


_READERS: dict[str, Callable[[Element], Element]] = {
    "text": _text,
    **{kind: _file(kind) for kind in ("image", "video", "audio", "voice", "document", "sticker")},
    "button": _button,
    "interactive": _interactive,
    "reaction": _reaction,
    "revoke": _revoke,
    "edit": _edit,
    "order": _order,
    "location": _location,
    "contacts": _contacts,
    "system": _system,
}
