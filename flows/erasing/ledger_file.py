"""The second copy of the ledger of erasures: a file to which whole lines of JSON are added, and nothing else."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from flows.errors import LedgerBroken

_WANTED = {"number", "id", "at", "customer_id", "step", "data", "previous", "hash"}


def read(path: Path | None) -> list[dict[str, Any]]:
    """Every whole line. A last one without its end was being written when the power went, and counts as not written.

    Raises `LedgerBroken` for a line that is none of ours, OSError when the file cannot be read.
    """
    if path is None or not path.exists():
        return []
    found = []
    for number, line in enumerate(_whole(path.read_bytes()).splitlines(), 1):
        try:
            known = json.loads(line)
        except ValueError:
            known = None
        if not isinstance(known, dict) or known.keys() != _WANTED:
            raise LedgerBroken(f"{path}, line {number}: this is no line of a ledger of erasures.")
        found.append(known)
    return found


def complete(path: Path, wanted: list[dict[str, Any]]) -> None:
    """Add the lines that the file lacks at its end, and return when they are on the disk.

    Two processes may do so at once. Raises OSError when it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        whole = _whole(path.read_bytes())
        os.ftruncate(handle, len(whole))
        os.lseek(handle, len(whole), os.SEEK_SET)
        missing = wanted[whole.count(b"\n") :]
        text = "".join(f"{json.dumps(each, ensure_ascii=True, separators=(',', ':'))}\n" for each in missing)
        _write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    if new:
        _fsync_folder(path.parent)


def _whole(content: bytes) -> bytes:
    return content[: content.rfind(b"\n") + 1]


def _write(handle: int, content: bytes) -> None:
    while content:
        content = content[os.write(handle, content) :]


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
