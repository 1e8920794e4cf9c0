"""Playing a surge: the crowd begins, Firebreak answers, and on demand it is killed in the middle."""

from __future__ import annotations

import json
import secrets
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.assembly import open_shelf
from flows.surge.house import DOWN_WITHIN, HOST, House, free_port, whatsapp
from flows.surge.report import Report, report
from flows.surge.whatsapp import Plan

SAYS_EVERY = 2.0  # seconds between two lines for a person
STILL_FOR = 3.0
"""Seconds without a message after which nothing more is expected, once everybody has been reached."""
GIVES_UP_AFTER = 60.0
"""Seconds without a message after which whoever has not been reached is lost."""
GIVES_UP_AFTER_KILL = 480.0
"""The same where Firebreak was killed: a text of which nobody knows whether it left waits for minutes (see
`flows.sending.courier`)."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Surge:
    """What is asked for. `kill_at`: at which part of the customers reached Firebreak is killed, from 0 to 1."""

    customers: int = 1000
    seed: int = 1
    rate: float = 100.0
    per_second: int = 80
    kill_at: float | None = None
    prefect: bool = False


def play(surge: Surge, folder: Path, say: Say) -> Report:
    """Play it, with all that is kept of it in `folder`, and tell what came of it. Raises `DidNotStart`."""
    bundle, firebreak = open_shelf().current, free_port()
    plan = Plan(
        customers=surge.customers,
        seed=surge.seed,
        rate=surge.rate,
        per_second=surge.per_second,
        port=free_port(),
        webhook=f"http://{HOST}:{firebreak}/webhooks/whatsapp",
        app_secret=secrets.token_hex(),
        token=secrets.token_hex(),
        record=str(folder / "record.json"),
    )
    house = House(folder, plan, firebreak, prefect=surge.prefect)
    with whatsapp(folder, plan) as crowd:
        try:
            house.start()
            watch = _Watch(surge, crowd, house, say)
            with house.colleague(bundle.vocabulary) as colleague:
                watch.until_still()
            used = watch.used + (house.processor() or 0.0)
            house.memory()
            _end(crowd)  # while Firebreak still takes the last statuses
        finally:
            house.stop()
    record = json.loads(Path(plan.record).read_text(encoding="utf-8"))
    return report(
        surge,
        plan.crowd(),
        record,
        bundle=bundle,
        read_by_people=colleague.read,
        memory=house.memory(),
        processor=used,
        killed=watch.killed,
    )


class _Watch:
    """Looks on from the moment the crowd begins until nothing more happens."""

    def __init__(self, surge: Surge, crowd: subprocess.Popen[str], house: House, say: Say) -> None:
        self.killed: list[float] = []
        self.used = 0.0  # seconds of the processor that a killed Firebreak had taken
        self._surge = surge
        self._crowd = crowd
        self._house = house
        self._say = say
        self._seen: dict[str, Any] = {"reached": 0, "arrived": 0, "refused": 0, "writing": True}
        self._moved_at = self._began = time.monotonic()

    def until_still(self) -> None:
        assert self._crowd.stdin is not None
        assert self._crowd.stdout is not None
        self.used -= self._house.processor() or 0.0  # to start costs some seconds, and nothing for each customer
        self._crowd.stdin.write("begin\n")
        self._crowd.stdin.flush()
        said_at = 0.0
        for line in self._crowd.stdout:
            now, before = time.monotonic(), self._seen["arrived"]
            self._seen = json.loads(line)
            if self._seen["arrived"] != before:
                self._moved_at = now
            if now - said_at >= SAYS_EVERY:
                said_at = now
                self._say(self._line(now))
            if self._kill_now():
                self._kill(now)
            if self._over(now):
                self._say(self._line(now))
                return

    def _line(self, now: float) -> str:
        seen, memory = self._seen, self._house.memory()
        used = f", {memory // 2**20} MB" if memory else ""
        refused = f", {seen['refused']} refused" if seen["refused"] else ""
        return f"{now - self._began:5.0f} s: {seen['reached']:,} of {self._surge.customers:,} answered{refused}{used}"

    def _kill_now(self) -> bool:
        part = self._surge.kill_at
        return part is not None and not self.killed and self._seen["reached"] >= part * self._surge.customers

    def _kill(self, now: float) -> None:
        self._say(f"{now - self._began:5.0f} s: Firebreak is killed (SIGKILL) and started again")
        self.used += self._house.processor() or 0.0
        self._house.kill()
        self.killed.append(round(now - self._began, 1))
        # The crowd goes on meanwhile, and its progress must be read.
        threading.Thread(target=self._house.start, daemon=True).start()

    def _over(self, now: float) -> bool:
        still = now - self._moved_at
        if self._seen["writing"]:
            return False
        if self._seen["reached"] >= self._surge.customers:
            return still > STILL_FOR
        return still > (GIVES_UP_AFTER_KILL if self.killed else GIVES_UP_AFTER)


def _end(crowd: subprocess.Popen[str]) -> None:
    """Let the practice WhatsApp write down its record and end."""
    assert crowd.stdin is not None
    assert crowd.stdout is not None
    crowd.stdin.close()
    crowd.stdout.read()
    crowd.wait(DOWN_WITHIN)
