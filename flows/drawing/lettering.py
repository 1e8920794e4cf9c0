"""Text in a picture: broken into lines, and measured wide enough for whatever font the reader's machine has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flows.widths import cells, wrap

# Widths in ems of the widest common sans-serif faces, so that a narrower one only leaves more air.
_NARROW = set("iIjltfr.,:;'|!()[]{}/ -`·")
_WIDE = set("mwMWQOGDCNHU@%&—…")


@dataclass(frozen=True)
class Line:
    """One line of text in a box. `ink` names its style: `word`, `title` or `detail`; `size` is in pixels."""

    text: str
    ink: str
    size: float

    @property
    def width(self) -> float:
        """At most so many pixels wide."""
        return self.size * sum(_ems(character) for character in self.text) * (1.06 if self.ink == "title" else 1.0)

    @property
    def height(self) -> float:
        return self.size * 1.36


def lines(text: str, ink: str, size: float, columns: int, most: int = 99) -> Iterator[Line]:
    """A text as lines of at most so many columns; after `most` lines it ends with `…`."""
    broken = [line for line in wrap(" ".join(text.split()), columns) if line]
    for number, line in enumerate(broken[:most], 1):
        yield Line(f"{line}…" if number == most < len(broken) else line, ink, size)


def _ems(character: str) -> float:
    if cells(character) != 1:
        return cells(character) / 2
    if character in _NARROW:
        return 0.42
    return 0.92 if character in _WIDE else 0.66
