"""Reading a YAML file into plain data together with the place of every key and value.

YAML 1.2 core schema, so `no` and `on` stay words. Content files are small and plain: anchors, tags, directives,
several documents and very large or very deep files are refused with one clear line, in bounded time and memory.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from rules.problems import Place, Problem, Problems
from rules.yaml_words import FULL_WIDTH, complaint, full_width

Keys = tuple[str | int, ...]

LARGEST_FILE = 256_000  # bytes; the largest file so far, a word list, has 28,000
DEEPEST_NESTING = 40
MOST_PARTS = 20_000  # keys and values; the largest file so far has 2,100
MOST_KEPT = 400  # files that were read and stay so; the content and its tests are two hundred
MOST_PROBLEMS = 20  # in the YAML of one file; what comes after so many is noise

_NULL = ("", "~", "null", "Null", "NULL")
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


STRANGE_IN_A_KEY = re.compile("[\u00a0\u200b-\u200f\u2028-\u202f\u2060-\u2069\u3000\ufeff：，｛｝]")
"""Signs that no key needs, and that look like others: hidden ones, wide spaces, full-width punctuation."""


@dataclass
class Source:
    """One content file: its data, and where each part of it stands.

    `data` is made of dict, list, str, int, float, bool and None. A mapping keeps the order of the file.
    """

    path: str
    text: str
    data: Any = None
    places: dict[Keys, Place] = field(default_factory=dict)
    texts: list[tuple[Place, Place]] = field(default_factory=list)
    """From where to where each text with a # in it reaches: in such a text, what follows the # is no comment."""

    def place(self, keys: Keys = ()) -> Place:
        """The place of the part reached by `keys` (a mapping's entry: its key), or of the nearest part around it."""
        while keys and keys not in self.places:
            keys = keys[:-1]
        return self.places.get(keys, Place(self.path))

    def place_in(self, keys: Keys, words: str) -> Place:
        """Where these words stand in the text reached by `keys`; where that text stands, if they are not found."""
        place = self.place(keys)
        lines = self.text.split("\n")
        for number in range(place.line - 1, len(lines)):
            line = lines[number]
            column = line.casefold().find(words.casefold(), place.column - 1 if number < place.line else 0)
            if column >= 0:
                return Place(self.path, number + 1, column + 1)
            if number >= place.line and line.strip() and len(line) - len(line.lstrip()) < place.column:
                break  # the text has ended
        return place

    def in_text(self, line: int, column: int) -> bool:
        """Whether a # that stands here belongs to a text, and begins no comment."""
        lines = self.text.split("\n")
        for start, end in self.texts:
            if lines[start.line - 1][start.column - 1 :].startswith(("|", ">")):
                indents = [_indent(each) for each in lines[start.line : end.line] if each.strip()]
                inside = start.line < line <= end.line and _indent(lines[line - 1]) >= next(iter(indents), 0)
            else:
                inside = (start.line, start.column) <= (line, column) < (end.line, end.column)
            if inside:
                return True
        return False

    @classmethod
    def read(cls, path: Path, problems: Problems, shown: str | None = None) -> Source | None:
        """Read a file; on any problem note it and return None."""
        name = shown or str(path)
        text = read_text(path, problems, name)
        return None if text is None else cls.parse(text, name, problems)

    @classmethod
    def parse(cls, text: str, path: str, problems: Problems) -> Source | None:
        """Parse text that stands for the file `path`; on any problem note it and return None."""
        source = cls(path, text)
        if len(text) > LARGEST_FILE:
            problems.error(Place(path), f"the file is larger than {LARGEST_FILE:,} characters", "file-size")
            return None
        if (hidden := _hidden_line_end(text, path)) is not None:
            problems.items.append(hidden)
            return None
        if (sound := _soon_parsed(text, path)) is not None:
            return sound
        before = len(problems.items)
        builder = _Builder(source, problems)
        try:
            source.data = builder.document(YAML(typ="safe", pure=True).parse(text))
        except _Stopped:
            pass
        except MarkedYAMLError as error:
            where, message = complaint(error, text, builder.last)
            problems.error(Place(path, *where), message, "yaml")
        except ReaderError as error:
            above = text[: error.position]
            place = Place(path, above.count("\n") + 1, len(above) - above.rfind("\n"))
            strange = f"U+{ord(text[error.position]):04X}"
            problems.error(place, f"the character {strange} cannot stand in a text file", "yaml")
        except (YAMLError, ValueError, RecursionError) as error:
            problems.error(Place(path), f"not readable as YAML: {str(error).partition(chr(10))[0]}", "yaml")
        return source if len(problems.items) == before else None


@lru_cache(maxsize=MOST_KEPT)
def _soon_parsed(text: str, path: str) -> Source | None:
    """The same by the parser in C, which takes a thirtieth of the time: for a file in which everything is plain and
    sound. None for any other: it reads less than the one in Python, and says other places where a value is missing.

    Kept, because from one check or release to the next hardly any file changes; nobody writes into a source."""
    if "\t" in text:  # which the one in Python takes for a mistake at more places
        return None
    problems = Problems()
    source = Source(path, text)
    try:
        source.data = _Builder(source, problems, blank_stops=True).document(YAML(typ="safe", pure=False).parse(text))
    except (_Stopped, YAMLError, ValueError, RecursionError):
        return None
    return source if not problems.items else None


def read_text(path: Path, problems: Problems, shown: str) -> str | None:
    """The text of a file, without a byte order mark; on any problem note it and return None."""
    try:
        if path.is_dir():
            problems.error(Place(shown), "this is a folder; name a .yaml file", "file")
        elif path.exists() and not path.is_file():
            problems.error(Place(shown), "this is not a file", "file")
        elif path.stat().st_size > LARGEST_FILE:
            problems.error(Place(shown), f"the file is larger than {LARGEST_FILE:,} bytes", "file-size")
        else:
            return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problems.error(Place(shown, line), f"not UTF-8 text (byte {error.start}); save it as UTF-8", "encoding")
    except OSError as error:
        problems.error(Place(shown), f"cannot be read: {error.strerror or error}", "file")
    return None


def _hidden_line_end(text: str, path: str) -> Problem | None:
    """Signs that look like nothing, and that some programs take for the end of a line and others do not: the lines of
    every later problem would be wrong."""
    found = re.search("[\x85\u2028\u2029]", text)
    if found is None:
        return None
    line, column = text.count("\n", 0, found.start()) + 1, found.start() - text.rfind("\n", 0, found.start())
    message = f"a hidden line end (U+{ord(found[0]):04X}) stands here; delete it, and press Enter"
    return Problem(Place(path, line, column), "error", message, "yaml")


class _Stopped(Exception):
    """What was noted makes the rest of the file unreadable, or a long list of the same."""


@dataclass
class _Builder:
    """Turns the parser's events into plain data, noting places and refusing what content never needs."""

    source: Source
    problems: Problems
    noted: int = 0
    last: Event | None = None
    blank_stops: bool = False

    def document(self, events: Iterator[Event]) -> Any:
        data: Any = None
        found = False
        for event in events:
            if isinstance(event, DocumentStartEvent) and found:
                self._stop(event, "one file holds one document; a second one begins here", "yaml")
            elif isinstance(event, DocumentStartEvent):
                found = True
                if event.version is not None or event.tags:
                    self._stop(event, "lines that begin with % are not used here; leave them out", "yaml")
                data = self._value(next(events), events, ())
        if data is None:
            self.problems.error(Place(self.source.path), "the file is empty", "yaml")
        return data

    def _value(self, event: Event, events: Iterator[Event], keys: Keys) -> Any:
        self.last = event
        self.source.places.setdefault(keys, self._place(event))
        if len(keys) > DEEPEST_NESTING:
            self._stop(event, f"nested deeper than {DEEPEST_NESTING} levels", "yaml")
        if len(self.source.places) > MOST_PARTS:
            self._stop(event, f"the file has more than {MOST_PARTS:,} keys and values", "file-size")
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            self._stop(
                event,
                'anchors (&) and aliases (*) are not used here; write it out, or put the text in "quotes"',
                "yaml-anchor",
            )
        if (tag := getattr(event, "tag", None)) is not None:
            self._stop(
                event,
                f'tags such as {str(tag)[:40]} are not used here; put a text that begins with ! in "quotes"',
                "yaml-tag",
            )
        if isinstance(event, MappingStartEvent):
            return self._mapping(events, keys)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(events, keys)
        assert isinstance(event, ScalarEvent)
        if self.blank_stops and not event.value and not event.style:
            raise _Stopped
        if event.style and "#" in event.value:
            end = Place(self.source.path, event.end_mark.line + 1, event.end_mark.column + 1)
            self.source.texts.append((self._place(event), end))
        return event.value if event.style else self._plain(event)

    def _mapping(self, events: Iterator[Event], keys: Keys) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            if isinstance(event, ScalarEvent) and event.value == "<<" and not event.style:
                self._stop(event, "keys cannot be merged with `<<` here; write them out", "yaml-key")
            if not isinstance(event, ScalarEvent):
                self._stop(event, "a key is one plain word", "yaml-key")
            key = str(event.value)
            place = self._place(event)
            if (strange := STRANGE_IN_A_KEY.search(key)) is not None:
                self._stop(event, _strange(strange[0]), "yaml-key")
            if key in found:
                self._note(event, f'"{key[:40]}" stands here twice; keep one', "duplicate-key")
            self.source.places.setdefault((*keys, key), place)
            value = self._value(next(events), events, (*keys, key))
            found.setdefault(key, value)
        return found

    def _sequence(self, events: Iterator[Event], keys: Keys) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            found.append(self._value(event, events, (*keys, len(found))))
        return found

    def _plain(self, event: ScalarEvent) -> Any:
        """A value without quotes, by the YAML 1.2 core schema."""
        value = str(event.value)
        if value in _NULL:
            return None
        if value in _BOOLEAN:
            return _BOOLEAN[value]
        try:
            if _INTEGER.fullmatch(value):
                return int(value, 0) if value.startswith(("0o", "0x")) else int(value)
            if _FLOAT.fullmatch(value) and math.isfinite(number := float(value)):
                return number
        except ValueError:  # more digits than Python converts
            pass
        else:
            if not _FLOAT.fullmatch(value) and value.lstrip("+-").lower() not in (".inf", ".nan"):
                return value
        self._note(event, f'"{value[:40]}" is not a number that can be used', "yaml")
        return None

    def _place(self, event: Event) -> Place:
        return Place(self.source.path, event.start_mark.line + 1, event.start_mark.column + 1)

    def _note(self, event: Event, message: str, check: str) -> None:
        self.problems.error(self._place(event), message, check)
        self.noted += 1
        if self.noted >= MOST_PROBLEMS:
            raise _Stopped

    def _stop(self, event: Event, message: str, check: str) -> NoReturn:
        self._note(event, message, check)
        raise _Stopped


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _strange(sign: str) -> str:
    if sign in FULL_WIDTH:
        return full_width(sign)
    return f"a hidden sign (U+{ord(sign):04X}) stands in this key; delete the key and its indent, and type them again"
