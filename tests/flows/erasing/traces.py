"""Searching files for somebody: every byte of every file, in every form in which a program may have written it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

SHORTEST = 6  # of what is looked for in base64, where a shorter piece is in anything


def traces(folders: Iterable[Path], words: Sequence[str]) -> list[str]:
    """Where any of these words stands, `file: form of word` each."""
    wanted = {form: (word, how) for word in words for how, form in forms_of(word)}
    return [
        f"{file}: {word} as {how}"
        for folder in folders
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        for content in [file.read_bytes()]
        for form, (word, how) in wanted.items()
        if form in content
    ]


def forms_of(word: str) -> Iterator[tuple[str, bytes]]:
    """A word as bytes: as text in the usual encodings, escaped as in JSON and Python, in hex, in base64 at each of the
    three places at which it can begin in it."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        raw = word.encode(encoding)
        yield encoding, raw
        yield f"{encoding} in hex", raw.hex().encode()
        yield f"{encoding} in capital hex", raw.hex().upper().encode()
        if len(raw) >= SHORTEST:
            for before in range(3):
                yield f"{encoding} in base64", _base64_inside(raw, before)
    yield "JSON", json.dumps(word).strip('"').encode()


def _base64_inside(raw: bytes, before: int) -> bytes:
    """The characters of base64 that only `raw` decides, when so many bytes stand before it."""
    text = base64.b64encode(bytes(before) + raw + bytes(2))
    first = (before * 8 + 5) // 6
    return text[first : (before + len(raw)) * 8 // 6]


def number_forms(number: str) -> list[str]:
    """A number as people and programs write it."""
    grouped = " ".join(number[start : start + 4] for start in range(0, len(number), 4))
    return [number, number[2:], f"+{number[:2]} {number[2:6]} {number[6:]}", grouped, f"{number[2:6]}-{number[6:]}"]
