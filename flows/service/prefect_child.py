"""Becomes Prefect's command, as a process that ends when the one that started it ends.

    python prefect_child.py PARENT_PID server start --port 4200

A child in a session of its own does not hear of its parent's death; on Linux the kernel can be asked to tell it.
The request survives the exec below, so Prefect itself needs to know nothing of it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def main(parent: int, command: list[str]) -> None:
    """Replace this process by `prefect COMMAND`; `parent` is the process to end with."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the request was made
            sys.exit(1)
    os.execv(sys.executable, [sys.executable, "-m", "prefect", *command])


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
