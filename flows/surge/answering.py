"""The Firebreak that answers the crowd, in a process of its own: what `firebreak up` starts, Prefect only if asked."""

from __future__ import annotations

import asyncio
import sys

from flows.service.up import up
from flows.settings import Settings

WITH_PREFECT = "--with-prefect"


def main() -> None:
    asyncio.run(up(Settings.load(), demonstration=False, with_prefect=WITH_PREFECT in sys.argv[1:]))


if __name__ == "__main__":
    main()
