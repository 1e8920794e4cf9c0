"""Carries webhooks to the business from a thread of its own: signed, retried, at least once.

It waits by the real clock, because the receiver is a real server; everything that is *in* a webhook is timed by the
network's clock.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from flows.practice.shapes import Json, envelope
from flows.receiving.signature import sign

# Seconds between attempts; the last one is repeated. Meta goes on for up to 7 days, nobody practises that long.
RETRY_AFTER = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(order=True, slots=True)
class _Parcel:
    due: float
    number: int
    changes: tuple[Json, ...] = field(compare=False)
    attempts: int = field(default=0, compare=False)


class Postman:
    """Posts what it is handed, in order while all goes well.

    `copies` posts everything that many times; `batch` puts up to that many waiting changes into one body.
    """

    def __init__(
        self, account_id: str, app_secret: str, url: str | None = None, copies: int = 1, batch: int = 1
    ) -> None:
        self.url = url
        self.copies = copies
        self.batch = batch
        self._account_id = account_id
        self._app_secret = app_secret
        self._numbers = itertools.count()
        self._waiting: list[_Parcel] = []
        self._kept: list[Json] | None = None
        self._on_the_way = 0
        self._stop_before: float | None = None
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def hand(self, changes: Sequence[Json]) -> None:
        """Take changes to be posted. Without a `url` there is nobody to post to, and they are dropped."""
        with self._changed:
            if self.url is None:
                return
            if self._kept is not None:
                self._kept.extend(changes)
                return
            for change in changes:
                self._queue((change,), self.copies)

    def pause(self) -> None:
        """Keep everything back until `resume`."""
        with self._changed:
            self._kept = self._kept or []

    def resume(self, *, backwards: bool = False, together: bool = False, copies: int | None = None) -> None:
        """Post what was kept: last first if `backwards`, in one body if `together`, `copies` times."""
        with self._changed:
            kept, self._kept = self._kept or [], None
            if backwards:
                kept.reverse()
            for parcel in [tuple(kept)] if together and kept else [(change,) for change in kept]:
                self._queue(parcel, copies or self.copies)

    def settle(self, seconds: float = 10.0) -> bool:
        """Wait until everything handed over was taken by the receiver; False if that needs longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._on_the_way, timeout=seconds)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._work, name="practice-webhooks", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 5.0) -> int:
        """Post what is left, each once more and for so many seconds in all. Returns how many bodies were lost."""
        with self._changed:
            self._stop_before = time.monotonic() + seconds
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        return len(self._waiting)

    def _queue(self, changes: tuple[Json, ...], copies: int) -> None:
        for _ in range(copies):
            heapq.heappush(self._waiting, _Parcel(time.monotonic(), next(self._numbers), changes))
        self._changed.notify_all()

    def _work(self) -> None:
        lost: list[_Parcel] = []
        with httpx.Client(trust_env=False) as client:
            while (parcel := self._next()) is not None:
                taken = self._post(client, parcel)
                with self._changed:
                    self._on_the_way = 0
                    if not taken and self._stop_before is not None:
                        lost.append(parcel)
                    elif not taken:
                        parcel.due = time.monotonic() + RETRY_AFTER[min(parcel.attempts, len(RETRY_AFTER) - 1)]
                        parcel.attempts += 1
                        heapq.heappush(self._waiting, parcel)
                    self._changed.notify_all()
        self._waiting.extend(lost)

    def _next(self) -> _Parcel | None:
        """The parcel to post now, waiting for it if need be; None when it is time to go home."""
        with self._changed:
            while True:
                now = time.monotonic()
                if self._stop_before is not None and (not self._waiting or now >= self._stop_before):
                    return None
                if self._waiting and (self._stop_before is not None or self._waiting[0].due <= now):
                    self._on_the_way = 1
                    return self._filled_up(heapq.heappop(self._waiting), now)
                self._changed.wait(self._waiting[0].due - now if self._waiting else None)

    def _filled_up(self, parcel: _Parcel, now: float) -> _Parcel:
        """Add the next changes that are due, up to the size of a batch."""
        while (
            self._waiting
            and self._waiting[0].due <= now
            and not self._waiting[0].attempts
            and len(parcel.changes) + len(self._waiting[0].changes) <= self.batch
        ):
            parcel.changes += heapq.heappop(self._waiting).changes
        return parcel

    def _post(self, client: httpx.Client, parcel: _Parcel) -> bool:
        url, timeout = self.url, 10.0
        if self._stop_before is not None:
            timeout = max(0.1, min(timeout, self._stop_before - time.monotonic()))
        if url is None:
            return True
        body = envelope(self._account_id, parcel.changes)
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": sign(self._app_secret, body),
            "User-Agent": "facebookexternalua",
        }
        try:
            return client.post(url, content=body, headers=headers, timeout=timeout).is_success
        except (httpx.HTTPError, httpx.InvalidURL):
            return False
