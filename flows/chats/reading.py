"""Reading a whole exported chat: every message with its time, its sender and what it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.chats.content import Content, begun_in, content_of, is_beginning, plain_text
from flows.chats.dates import ORDERS, going_forward, going_on, moment, order_of
from flows.chats.files import ChatFile, NotAChat, open_chat
from flows.chats.lines import Head, heads_in, joined


@dataclass(frozen=True)
class Said:
    """One message of a chat. `kind` is one of `flows.chats.content.KINDS`; what a file showed is not in `text`, only
    what was written with it. `sender` is empty where WhatsApp itself speaks (`system`, and some calls)."""

    at: datetime
    sender: str
    text: str
    kind: str
    file: str = ""
    by_us: bool = False  # in words that are only written of the person whose phone it is


@dataclass(frozen=True)
class Chat:
    """An exported chat: its messages in the order of the file, which for the same minute is the true one."""

    file: ChatFile
    said: Sequence[Said] = field(repr=False)

    @property
    def senders(self) -> list[str]:
        """Everyone who has written, the first to write first."""
        return list(dict.fromkeys(each.sender for each in self.said if each.sender))


def read_chat(path: Path, zone: ZoneInfo, dates: str | None = None, known: Collection[str] = ()) -> Chat:
    """The chat in a file. Its times are those of `zone`; `dates` is one of `ORDERS`, and `known` are names of people
    who are known to be in it, which helps where a name has a colon in it.

    Raises `NotAChat` when the file holds none, and when the order of day and month cannot be told.
    """
    if dates is not None and dates not in ORDERS:
        raise NotAChat(f"--dates {dates}: it is one of {', '.join(ORDERS)}.")
    file = open_chat(path)
    heads = heads_in(file.text)
    if not heads:
        raise NotAChat(f"{path} is not a chat exported from WhatsApp: no line begins with a date, a time and a name.")
    order = dates or order_of(path, heads, lambda: _locales(heads))
    heads = list(joined(heads, going_forward(heads, order)))
    moments = going_on(moment(path, head, order, zone) for head in heads)
    names = _names(heads, {*known, file.name})
    return Chat(file, [_said(head, at, name) for head, at, name in zip(heads, moments, names, strict=True)])


def _said(head: Head, at: datetime, name: str) -> Said:
    content = content_of(head.said(name)) if name else _spoken(head)
    sender = "" if content.kind == "system" else _shown(name)
    return Said(at, sender, content.text, content.kind, content.file, content.by_us)


def _spoken(head: Head) -> Content:
    """What stands in a line without a name: a call that nobody took, or WhatsApp speaking."""
    lines = next((said for name in head.names if is_beginning((said := head.said(name))[0])), head.said(""))
    content = content_of(lines)
    return content if content.kind == "call" else Content("system", plain_text("\n".join(lines)))


def _shown(name: str) -> str:
    """A name without the wave before it by which iPhones show that it is in no address book."""
    return name.strip().removeprefix("~").replace("\u202f", " ").replace("\u00a0", " ").strip()


def _locales(heads: Sequence[Head]) -> list[tuple[str, ...]]:
    """The languages that each sentence may be in in which WhatsApp itself speaks in a chat."""
    said = [head.said(names[0] if (names := head.names) else "") for head in heads]
    found = (content_of(lines).locales or begun_in(lines[0]) for lines in said)
    return [locales for locales in found if locales]


# -- names -------------------------------------------------------------------------------------------------------------

_SPEAKS = frozenset('"“”„«»「」')  # such as: Ana changed the group's name to "Sale: today"
_OFTEN = 3


def _names(heads: Sequence[Head], known: Collection[str]) -> list[str]:
    """Who wrote each message; empty where WhatsApp speaks. Names may have colons in them, and messages, too."""
    possible = [head.names for head in heads]
    times = Counter(name for names in possible for name in names)
    chosen = [_name(head, names, times, known) for head, names in zip(heads, possible, strict=True)]
    return [
        "" if (name and times[name] == 1 and set(name) & _SPEAKS) or _begins(head, name, index) else name
        for index, (head, name) in enumerate(zip(heads, chosen, strict=True))
    ]


def _name(head: Head, names: Sequence[str], times: Counter[str], known: Collection[str]) -> str:
    """The longest of the possible names that is known, or that stands wherever the shorter one does."""
    if not names:
        return ""
    if found := [name for name in names if _shown(name) in known]:
        return found[-1]
    best = names[0]
    for longer in names[1:]:
        always = times[longer] >= _OFTEN and times[longer] == times[best]
        if always or (_own_words_follow(head, longer) and not _own_words_follow(head, best)):
            best = longer
    return best


def _own_words_follow(head: Head, name: str) -> bool:
    return content_of(head.said(name)).kind not in ("text", "poll", "location", "system")


def _begins(head: Head, name: str, index: int) -> bool:
    """Whether WhatsApp begins the chat with this line, which iPhones write as if the other side had."""
    return bool(name) and index < _OFTEN and is_beginning(head.said(name)[0])
