"""Writing a file that a person asked for."""

from __future__ import annotations

from pathlib import Path


def write(path: Path, text: str) -> None:
    """Write a text, with the folders that it takes; `FirebreakError` when that is not possible."""
    from flows.errors import FirebreakError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FirebreakError(f"{path} cannot be written: {error.strerror}") from None
