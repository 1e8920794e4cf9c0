"""For teams on the WhatsApp Business app: nothing is sent from here, a person sends the text that is ready."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from flows.channels.channel import Check, HandOver, Letter, Result, with_numbered_choices
from flows.channels.whatsapp_address import is_user_id


class Manual:
    """Answers every letter with a `wa.me` link that opens the conversation with the text typed in."""

    @property
    def name(self) -> str:
        return "manual"

    def send(self, letter: Letter) -> Result:
        if letter.group:
            return HandOver(chat_link("", letter.text))  # no link opens a group: the person picks it
        titles = [button.title for button in letter.buttons]
        return HandOver(chat_link(letter.to, with_numbered_choices(letter.text, titles)))

    def check(self) -> Check:
        return Check(True, "replies become human tasks with a wa.me link; no connection is needed")


def chat_link(to: str, text: str) -> str:
    """A link that opens the chat with `to`, the text ready to be sent.

    A business-scoped user id cannot be dialled: then the link carries the text only, and the person picks the
    chat.
    """
    number = "" if is_user_id(to) else unicodedata.normalize("NFKC", to)
    digits = "".join(character for character in number if character in "0123456789")
    return f"https://wa.me/{digits}?text={quote(text, safe='', errors='replace')}"
