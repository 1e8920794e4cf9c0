"""How fast letters may leave, so that WhatsApp has no reason to slow us down.

Two limits, from Meta's "Throughput" and "Pair rate limits" pages:

- one business number sends at most so many messages per second (80 by default, 1,000 when upgraded, 20 on a
  Coexistence number). It is counted over every window of one second, not by a bucket: a bucket that holds a
  second's worth lets nearly twice as many through in the first one.
- one customer gets at most one message per six seconds. Up to 45 may leave within six seconds, but a burst
  borrows: after n messages the next may leave 6 x n seconds after the first of them.

Nothing here sleeps and nothing reads the machine's clock.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.clock import Clock

PER_SECOND = 80
PAIR_INTERVAL = timedelta(seconds=6)
PAIR_BURST = 45

NOW = timedelta(0)


class Throughput:
    """At most `per_second` messages in any second, for one business number."""

    def __init__(self, per_second: int = PER_SECOND, second: timedelta = timedelta(seconds=1)) -> None:
        if per_second < 1 or second <= NOW:
            raise ValueError(f"a number sends at least 1 message per second, not {per_second} in {second}")
        self._limit = per_second
        self._second = second
        self._sent: deque[datetime] = deque(maxlen=per_second)

    def wait(self, now: datetime) -> timedelta:
        """How long until one more message may leave; zero when it may leave now."""
        if self._sent and now < self._sent[-1]:
            self._sent.clear()  # the clock was set back: what is written here says nothing any more
        if len(self._sent) < self._limit:
            return NOW
        return max(NOW, self._sent[0] + self._second - now)

    def take(self, now: datetime) -> None:
        """Count a message that leaves now."""
        self._sent.append(now)


@dataclass(slots=True)
class _Burst:
    began: datetime
    messages: int


class PairRate:
    """One message per `interval` for each customer, with a burst that has to be waited off."""

    def __init__(self, interval: timedelta = PAIR_INTERVAL, burst: int = PAIR_BURST) -> None:
        if interval <= NOW or burst < 1:
            raise ValueError(f"the interval is positive and the burst at least 1, not {interval} and {burst}")
        self._interval = interval
        self._burst = burst
        self._bursts: OrderedDict[str, _Burst] = OrderedDict()  # in the order in which they began

    def wait(self, customer: str, now: datetime) -> timedelta:
        """How long until one more message to this customer may leave; zero when it may leave now."""
        burst = self._bursts.get(customer)
        if burst is None or now < burst.began:
            return NOW
        if burst.messages < self._burst and now < burst.began + self._interval:
            return NOW
        return max(NOW, self._paid_off(burst) - now)

    def take(self, customer: str, now: datetime) -> None:
        """Count a message that leaves to this customer now."""
        burst = self._bursts.get(customer)
        if burst is not None and burst.began <= now < burst.began + self._interval:
            burst.messages += 1
        else:
            self._bursts.pop(customer, None)
            self._bursts[customer] = _Burst(now, 1)
        self._forget_the_settled(now)

    def _paid_off(self, burst: _Burst) -> datetime:
        return burst.began + self._interval * burst.messages

    def _forget_the_settled(self, now: datetime) -> None:
        while self._bursts:
            oldest = next(iter(self._bursts))
            if self._paid_off(self._bursts[oldest]) > now:
                return
            del self._bursts[oldest]


class Pace:
    """Both limits together, for all threads of one process.

    `customer` is any name for the customer that stays the same, an internal id for example; it is kept in
    memory for some minutes at most.
    """

    def __init__(
        self,
        clock: Clock,
        per_second: int = PER_SECOND,
        pair_interval: timedelta = PAIR_INTERVAL,
        pair_burst: int = PAIR_BURST,
    ) -> None:
        self._clock = clock
        self._number = Throughput(per_second)
        self._pairs = PairRate(pair_interval, pair_burst)
        self._held: dict[str | None, datetime] = {}
        self._lock = threading.Lock()

    def wait_for(self, customer: str) -> timedelta:
        """Zero: send now, it is counted. More than zero: nothing is counted, ask again after that time."""
        with self._lock:
            now = self._clock.now()
            self._held = {name: until for name, until in self._held.items() if until > now}
            wait = self._until_free(customer, now)
            if wait == NOW:
                self._pairs.take(customer, now)
                self._number.take(now)
            return wait

    def hold(self, wait: timedelta, customer: str | None = None) -> None:
        """Let nothing leave for a time, to one customer or to anyone: what `BACK_OFF` asks for."""
        with self._lock:
            now = self._clock.now()
            self._held[customer] = max(now + wait, self._held.get(customer, now))

    def _until_free(self, customer: str, now: datetime) -> timedelta:
        """Waiting for one limit can close a burst that was still open, so all are asked again at that time."""
        at = now
        while True:
            wait = max(
                self._held.get(None, at) - at,
                self._held.get(customer, at) - at,
                self._pairs.wait(customer, at),
                self._number.wait(at),
            )
            if wait <= NOW:
                return at - now
            at += wait
