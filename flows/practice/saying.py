"""What a customer can be made to say, and the webhook message that comes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from flows.practice.shapes import MEDIA_TYPES, Json, media


class Tap(BaseModel):
    """A tap on a reply button that the business sent, or with `listed` on a row of a list."""

    model_config = ConfigDict(extra="forbid")

    id: str
    title: str
    listed: bool = False


class Saying(BaseModel):
    """One message of a customer.

    `type` is WhatsApp's own word. Text, media and taps on a button are made here; for any other type `content` is
    what stands under it (`{"latitude": …}` for a location), and it takes the place of what would be made.
    """

    model_config = ConfigDict(extra="forbid")

    text: str | None = None
    type: str = "text"
    caption: str | None = None
    tap: Tap | None = None
    content: Any = None
    name: str | None = None
    user_id: str | None = None
    without_number: bool = False
    group_id: str | None = None
    reply_to: str | None = None
    wamid: str | None = None

    @model_validator(mode="after")
    def _has_something_to_say(self) -> Saying:
        if self.tap is not None and self.type == "text":
            self.type = "interactive"
        if self.content is None and self.type == "text" and not self.text:
            raise ValueError("a text message needs a text")
        if self.content is None and self.type not in ("text", "interactive", *MEDIA_TYPES):
            raise ValueError(f'for the type "{self.type}" give content: what stands under "{self.type}"')
        if self.content is None and self.type == "interactive" and self.tap is None:
            raise ValueError('for the type "interactive" give a tap (id and title), or content')
        if self.without_number and self.user_id is None:
            raise ValueError("someone without a number needs a user_id")
        return self

    @property
    def as_read(self) -> str:
        """How a person would read it in the chat."""
        if self.tap is not None:
            return self.tap.title
        return self.text or " ".join(filter(None, [f"[{self.type}]", self.caption]))


def message_of(saying: Saying, wamid: str, number: str | None, user_id: str | None, at: datetime) -> Json:
    """The element under `messages` for what a customer said."""
    kind = "audio" if saying.type == "voice" else saying.type
    message: Json = {"id": wamid, "timestamp": str(int(at.timestamp())), "type": kind, kind: _content(saying)}
    if number is not None:
        message["from"] = number
    if user_id is not None:
        message["from_user_id"] = user_id
    if saying.group_id is not None:
        message["group_id"] = saying.group_id
    if saying.reply_to is not None:
        message["context"] = {"id": saying.reply_to}
    return message


def _content(saying: Saying) -> Any:
    if saying.content is not None:
        return saying.content
    if saying.tap is not None:
        kind = "list_reply" if saying.tap.listed else "button_reply"
        return {"type": kind, kind: {"id": saying.tap.id, "title": saying.tap.title}}
    if saying.type in MEDIA_TYPES:
        return media(saying.type, saying.caption or saying.text)
    return {"body": saying.text}
