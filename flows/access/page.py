"""Somebody's data as one page that needs nothing beside it: calm, readable on a phone, and fit for printing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from flows.access.readings import readings, word
from flows.access.words import WORDS
from flows.local_time import day

Data = Mapping[str, Any]

_STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that no page needs, and by which a text could turn what stands around it."""

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --soft: #5b6875; --line: #d9dfe5; --us: #eef4ee; --you: #f5f2ea; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e9ee; --soft: #9aa7b3; --line: #37424d; --us: #1f2b24; --you: #2b2820; background: #14191e; }
}
body { color: var(--ink); font: 16px/1.55 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; max-width: 46rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid var(--line); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dt, .soft { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; } .soft { font-size: .85rem; }
.said { border-radius: .6rem; padding: .5rem .8rem; margin: .5rem 0; background: var(--you); break-inside: avoid; }
.said.us { background: var(--us); margin-left: 2rem; } .said p { margin: .1rem 0; white-space: pre-wrap;
  overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; } .said { border: 1px solid var(--line); } }
"""


def page(data: Data, language: str, zone: ZoneInfo) -> str:
    """The page about `their_data.their_data`, in English or Chinese, with the times of `zone`."""
    return "\n".join(_Page(data, language, zone).lines()) + "\n"


@dataclass(frozen=True)
class _Page:
    data: Data
    language: str
    zone: ZoneInfo

    def lines(self) -> Iterator[str]:
        title = self.word("title")
        yield f'<!doctype html>\n<html lang="{self.language}">\n<head>\n<meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # Nothing is loaded, nothing runs: what a customer once wrote can only be read here.
        yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        yield f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>"
        made_at = day(datetime.fromisoformat(self.data["made_at"]), self.zone, self.language)
        yield f"<p>{self.word('intro', day=made_at)}</p>"
        case = f"{self.word('case')}: {safe(self.data['case'])} · " if self.data["case"] else ""
        yield f'<p class="soft">{case}{self.word("times", zone=self.zone.key)}</p>'
        for name, lines in self._sections():
            if body := list(lines):
                yield f'<section id="{name}">\n<h2>{self.word(name)}</h2>'
                yield from body
                yield "</section>"
        yield "</body>\n</html>"

    def _sections(self) -> Iterator[tuple[str, Iterable[str]]]:
        yield "profile", self._profile()
        yield "messages", self._messages()
        yield "cases", self._cases()
        yield "notes", self._notes()
        yield "holds", self._holds()
        copies = self.data["copies"]
        yield "copies", self._list(f"{self.at(each['made_at'])}: {self.word(each['kind'])}" for each in copies)
        notices = self.data["privacy_notices"]
        yield "privacy_notices", self._list(f"{self.at(each['at'])}: {safe(each['version'])}" for each in notices)
        yield "erasures", self._list(self._erasure(each) for each in self.data["erasures"])
        about = ("why", "source", "recipients", "how_long", "by_rules", "rights")
        yield "about", (f"<p>{self.word(name)}</p>" for name in about)

    def _profile(self) -> Iterator[str]:
        profile = self.data["profile"]
        labels = ", ".join(word(each, self.language) for each in profile["labels"])
        pairs = [("name", profile["name"]), ("username", profile["username"])]
        yield "<dl>"
        for name, value in [*pairs, ("language", profile["language"]), ("labels", labels)]:
            if value:
                yield f"<dt>{self.word(name)}</dt><dd>{safe(value)}</dd>"
        for each in profile["addresses"]:
            since = self.word("since", at=self.at(each["since"]))
            shown = f'{safe(each["address"])} <span class="soft">{since}</span>'
            yield f"<dt>{self.word(each['kind'])}</dt><dd>{shown}</dd>"
        for name in ("known_since", "last_wrote_at"):
            if profile[name]:
                yield f"<dt>{self.word(name)}</dt><dd>{self.at(profile[name])}</dd>"
        yield "</dl>"

    def _messages(self) -> Iterator[str]:
        if not self.data["messages"]:
            yield f"<p>{self.word('no_messages')}</p>"
        for each in self.data["messages"]:
            yield f'<div class="said {each["from"]}">'
            marks = [f"<b>{self.word(each['from'])}</b>", self.at(each["at"]), *self._marks(each)]
            yield f'<p class="soft">{" · ".join(marks)}</p>'
            text = each["text"] or each.get("emoji") or ""
            if text:
                yield f'<p dir="auto">{safe(text)}</p>'
            yield from self._beside(each)
            if read := list(readings(each.get("read_as", {}), self.language)):
                yield f'<p class="soft">{self.word("read_as")}: {safe("; ".join(read))}</p>'
            yield "</div>"
        if self.data["erased_messages"]:
            yield f"<p>{self.word('erased_messages', count=self.data['erased_messages'])}</p>"

    def _marks(self, message: Data) -> Iterator[str]:
        if message["from"] == "us" and not message["sent"]:
            yield self.word("not_sent")
        if message["in_group"]:
            yield self.word("in_group")
        if message["by"] in ("import", "echo"):
            yield self.word("imported" if message["by"] == "import" else "by_phone")
        if "standard_text" in message:
            yield f"{self.word('standard_text')} ({safe(message['standard_text'])})"

    def _beside(self, message: Data) -> Iterator[str]:
        if file := message.get("file"):
            told = ", ".join(str(file[name]) for name in ("filename", "mime_type") if file.get(name))
            shown = f"{self.word('file')} ({safe(word(message['kind'], self.language))}): {safe(told)}"
            yield f'<p class="soft">{shown}; {self.word("file_at_whatsapp")}</p>'
        if place := message.get("location"):
            yield f'<p class="soft">{self.word("place")}: {safe(", ".join(str(each) for each in place.values()))}</p>'
        if message["kind"] in ("contacts", "contact"):
            yield f'<p class="soft">{self.word("contact_card")}</p>'

    def _cases(self) -> Iterator[str]:
        if not self.data["cases"]:
            yield f"<p>{self.word('no_cases')}</p>"
        for each in self.data["cases"]:
            ended = self.word("open")
            if each["closed_at"]:
                how = word(each["closed_as"] or "answered", self.language)
                ended = self.word("closed", at=self.at(each["closed_at"]), how=how)
            yield f"<p><b>{safe(each['about'])}</b><br>"
            opened = self.word("opened", at=self.at(each["opened_at"]))
            yield f'<span class="soft">{safe(each["id"])} · {opened} · {ended}</span>'
            for promise in each["promises"]:
                status = word(promise["status"], self.language)
                told = self.word("promise", due=self.at(promise["due"]), status=status)
                yield f'<br><span class="soft">{told}</span>'
            if known := list(readings(each["concluded"], self.language)):
                yield f'<br><span class="soft">{self.word("concluded")}: {safe("; ".join(known))}</span>'
            for order in each.get("orders", ()):
                parts = [order["order"], order["state"], order["ordered_at"], order["article"], order["amount"]]
                parts += [order["currency"], order["tracking"], *order["history"]]
                shown = safe(", ".join(str(part) for part in parts if part))
                yield f'<br><span class="soft">{self.word("order")}: {shown}</span>'
            yield "</p>"

    def _notes(self) -> Iterator[str]:
        for each in self.data["notes"]:
            head = f"{self.at(each['at'])} · {safe(each['by'].replace('_', ' '))}"
            yield f'<div class="said us"><p class="soft">{head}</p><p dir="auto">{safe(each["text"])}</p></div>'
        if self.data["notes_left_out"]:
            yield f"<p>{self.word('notes_left_out')}</p>"

    def _holds(self) -> Iterator[str]:
        yield from self._list(
            f"{self.word('message') + ' ' + safe(each['about']) if each['about'] else self.word('everything')}: "
            f"{safe(word(each['reason'], self.language))} ({self.word('since', at=self.at(each['since']))})"
            for each in self.data["holds"]
        )

    def _erasure(self, each: Data) -> str:
        counts = {name: each[name] for name in ("erased", "masked", "kept")}
        return self.word("erasure", at=self.at(each["at"]), **counts)

    def _list(self, entries: Iterable[str]) -> Iterator[str]:
        if lines := [f"<li>{entry}</li>" for entry in entries]:
            yield "<ul>"
            yield from lines
            yield "</ul>"

    def word(self, name: str, **values: object) -> str:
        """Words of the page, filled in; what fills them is made safe."""
        return WORDS[self.language][name].format(**{key: safe(value) for key, value in values.items()})

    def at(self, moment: str) -> str:
        """A moment as people read it."""
        return datetime.fromisoformat(moment).astimezone(self.zone).strftime("%Y-%m-%d %H:%M")


def safe(value: object) -> str:
    """A text that can stand anywhere in the page and is only text there."""
    return escape(_STEERS.sub("", str(value)))
