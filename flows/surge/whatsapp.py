"""The practice WhatsApp of a surge, and the crowd in it, in one process: `python -m flows.surge.whatsapp PLAN`.

It says on its standard output, one JSON object per line, how far it is; a line on its standard input lets the crowd
begin, the end of it ends all. Last it writes down what arrived at whom: that record is what is counted.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flows.practice.approved import templates_of
from flows.practice.saying import Saying
from flows.practice.server import PracticeServer
from flows.surge.crowd import Crowd, gather

SAYS_EVERY = 0.25  # seconds
AT_ONCE = 50
"""How many changes WhatsApp puts into one webhook at the most; Meta allows itself a thousand."""
DRAINS_WITHIN = 15.0  # seconds for the last delivery statuses


@dataclass(frozen=True)
class Plan:
    """What is to be played; `webhook` is where Firebreak listens, `record` the file to write in the end."""

    customers: int
    seed: int
    rate: float
    per_second: int
    port: int
    webhook: str
    app_secret: str
    token: str
    record: str

    def crowd(self) -> Crowd:
        return gather(self.customers, self.seed, self.rate)


def play(plan: Plan) -> None:
    from flows.assembly import open_shelf

    crowd = plan.crowd()
    practice = PracticeServer(
        plan.port,
        plan.webhook,
        token=plan.token,
        app_secret=plan.app_secret,
        templates=templates_of(open_shelf().current.replies.values()),
        per_second=plan.per_second,
        batch=AT_ONCE,
    )
    with practice:
        _say(ready=True)
        begins, over = threading.Event(), threading.Event()
        threading.Thread(target=_listen, args=(begins, over), daemon=True).start()
        while not (begins.wait(SAYS_EVERY) or over.is_set()):
            pass
        began = practice.network.clock.now()
        writing = threading.Thread(target=_write, args=(practice, crowd, over), daemon=True)
        writing.start()
        while not over.wait(SAYS_EVERY):
            _say(**_progress(practice, crowd), writing=writing.is_alive())
        writing.join()
        practice.webhooks.settle(DRAINS_WITHIN)
        Path(plan.record).write_text(json.dumps(_record(practice, began.timestamp())), encoding="utf-8")


def _write(practice: PracticeServer, crowd: Crowd, over: threading.Event) -> None:
    """Let the crowd write, each at their time."""
    began = time.monotonic()
    for words in crowd.words:
        if (wait := began + words.at - time.monotonic()) > 0:
            over.wait(wait)
        if over.is_set():
            return
        kind: dict[str, Any] = {"type": "image", "caption": words.text} if words.photo else {"text": words.text}
        said = Saying(**kind, wamid=words.wamid, group_id=words.group_id)
        practice.network.say(words.wa_id, said)


def _listen(begins: threading.Event, over: threading.Event) -> None:
    sys.stdin.readline()
    begins.set()
    sys.stdin.read()
    over.set()


def _progress(practice: PracticeServer, crowd: Crowd) -> dict[str, Any]:
    arrived, refused = practice.network.transcript()
    return {
        "reached": len({each.to for each in arrived} & crowd.customers.keys()),
        "arrived": len(arrived),
        "refused": len(refused),
    }


def _record(practice: PracticeServer, began: float) -> Mapping[str, Any]:
    arrived, refused = practice.network.transcript()
    wrote = practice.network.wrote_at()
    return {
        "wrote": {wa_id: at.timestamp() - began for wa_id, at in wrote.items()},
        "arrived": [
            {"to": each.to, "text": each.text, "key": each.key, "at": each.at.timestamp() - began} for each in arrived
        ],
        "refused": [{"code": each.code, "to": each.to, "at": each.at.timestamp() - began} for each in refused],
        "team": [{**asdict(each), "at": each.at.timestamp() - began} for each in practice.team()],
    }


def _say(**what: Any) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201 - this is how the processes speak with each other


def main() -> None:
    play(Plan(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
