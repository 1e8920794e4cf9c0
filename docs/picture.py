"""Draws docs/case.svg: what `firebreak rehearse` prints on a terminal, as a picture. Run it with `make picture`."""

from __future__ import annotations

import io
import os
import pty
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

WORDS = "Your charger caught fire while my daughter was asleep. I am calling a lawyer."
COMMAND = ["firebreak", "rehearse", "complaint-urgent", "--says", WORDS, "--for", "6 minutes"]
COLUMNS = 88


def on_a_terminal(command: list[str]) -> str:
    """Everything that the command prints when it is looked at by a person."""
    seen = bytearray()

    def read(file: int) -> bytes:
        part = os.read(file, 4096)
        seen.extend(part)
        return part

    os.environ.update(COLUMNS=str(COLUMNS), LINES="60", TERM="xterm-256color")
    pty.spawn([str(Path(sys.executable).with_name(command[0])), *command[1:]], read)
    return seen.decode().replace("\r\n", "\n")


def main() -> None:
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    # A line's indentation becomes a piece of its own, because some viewers drop spaces at the beginning of a text.
    seen = re.sub(r"^( +)", "\\1\033[37m", on_a_terminal(COMMAND).strip(), flags=re.MULTILINE)
    console.print(Text.from_ansi(seen))
    drawn = console.export_svg(title=" ".join(COMMAND[:3]))
    alone = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)  # a picture that fetches nothing
    Path(__file__).with_name("case.svg").write_text(alone, encoding="utf-8")


if __name__ == "__main__":
    main()
