"""Printing for people and for machines: widths that are right for Chinese, no colour off a terminal, and nothing in a
customer's words that could steer the terminal."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from typing import Any, Literal

# Whoever prints also measures, so both are to be had from here.
from flows.widths import cells as cells
from flows.widths import clean as clean
from flows.widths import cut as cut
from flows.widths import fill as fill
from flows.widths import wrap as wrap

Ink = Literal["bold", "dim", "red", "green", "yellow", "blue", "magenta", "cyan", ""]

WIDEST = 110  # longer lines are harder to read than to scroll
_CODES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36}


def say(text: str = "") -> None:
    """Print a line."""
    print(text)


def tell(text: str) -> None:
    """Say something beside the result: progress, a warning. It goes to the standard error."""
    print(text, file=sys.stderr, flush=True)


def say_json(value: Any) -> None:
    """Print JSON, readable by people too."""
    print(_for_screens(json.dumps(value, ensure_ascii=False, indent=2, default=str)))


def say_json_line(value: Any) -> None:
    """Print JSON in one line: one of many objects, each in a line of its own."""
    # Some readers take these for the end of a line, too.
    text = _for_screens(json.dumps(value, ensure_ascii=False, default=str))
    print(re.sub("[\u2028\u2029]", _escaped, text))


def _for_screens(text: str) -> str:
    return re.sub(r"[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", _escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def ink(text: str, *inks: Ink) -> str:
    """The text in these inks where the output is a terminal that wants colour."""
    codes = [str(_CODES[each]) for each in inks if each]
    if not codes or not text or not coloured():
        return text
    return f"\033[{';'.join(codes)}m{text}\033[0m"


def coloured() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns to write in: the terminal's, from 60 to 110; 80 where there is none."""
    return max(60, min(shutil.get_terminal_size((80, 24)).columns, WIDEST))


def many(number: int, thing: str) -> str:
    """`1 case`, `2 cases`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
