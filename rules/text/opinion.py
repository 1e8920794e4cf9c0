"""What several voices say of one fact, and what they say together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

from rules.text.voice import Shares
from rules.vocabulary import UNKNOWN, Value

SPOKEN = 8.0
"""How many times as likely a value is when the lists say it: about as often as not they are right where they speak."""
SILENT = 3.0
"""And how many times as likely what their silence means is."""
ENOUGH = 0.55  # so likely must the value of a choice be, or a person is asked
HEARD = 0.7  # so likely a sign that no list heard, or a higher level
GRAVE_HEARD = 0.5  # and so likely one of these, of which a miss is worse than a false alarm
SILENCE: Mapping[str, Value] = {"intent": "other", "anger": "calm"}
"""What it means that nobody speaks of these, in a text that was understood; a sign is not there then."""
GRAVE = ("sign_safety", "sign_property_loss", "sign_media_threat", "sign_legal_threat")  # as they are shown


@dataclass(frozen=True)
class Opinion:
    """What is said of the fact `name`: its values in the `order` in which they win, what the lists `said` for each of
    them (the entries that spoke), and what the other voices `heard`; `graded` if the order is one of more and less,
    and `denied` what the lists heard taken back: no other voice can say that after all."""

    name: str
    order: Sequence[Value]
    said: Mapping[Value, Sequence[str]]
    heard: Mapping[str, Shares]
    graded: bool
    denied: frozenset[Value] = frozenset()

    @property
    def first(self) -> Value | None:
        """What the lists say, if they speak."""
        return next((value for value in self.order if value in self.said), None)

    @property
    def silence(self) -> Value:
        """What it means that nobody speaks of it, in a text that was understood."""
        return silence_of(self.name, self.order)

    @cached_property
    def likely(self) -> Shares:
        """How likely each value is by all voices together, the lists among them."""
        spoken, weight = (self.silence, SILENT) if self.first is None else (self.first, SPOKEN)
        weighed = {
            value: (weight if value == spoken else 1.0) * prod(shares.get(value, 0.0) for shares in self.heard.values())
            for value in self.order
            if value not in self.denied or value == self.first
        }
        whole = sum(weighed.values())
        return {value: share / whole for value, share in weighed.items()} if whole else {}

    def together(self) -> Value:
        """What all say together.

        Of something graded, a sign or a level, the highest that anybody says: one who sees smoke is enough. Of a choice
        the likeliest; but nobody knows where that is not what the lists say, or is not likely enough, or where one of
        several voices suspects something else. Then it is unknown, and a person is asked.
        """
        if self.graded:
            spoken = {self.first, *(value for _, value, _ in self._surely())}
            return next((value for value in self.order if value in spoken), self.silence)
        best = max(self.likely, key=lambda value: self.likely[value], default=UNKNOWN)
        if not self.heard or self.silence == UNKNOWN:
            return self.silence if self.first is None else self.first
        agreed = self.first in (None, best) and self.likely.get(best, 0.0) >= ENOUGH
        return best if agreed and all(value == best for value in self._suspicions()) else UNKNOWN

    def because(self) -> Iterator[str]:
        """Who spoke, and for what, if it was not what silence means too."""
        if self.first is not None:
            yield from dict.fromkeys(self.said[self.first])
        expected = self.silence if self.first is None else self.first
        for voice, value, share in self._surely() if self.graded else self._likeliest():
            if value not in (expected, False):
                yield f"{voice}: {'yes' if value is True else value}, {share:.0%}"

    def _suspicions(self) -> Iterator[Value]:
        """What each of several voices would bring up if it were alone with the lists: nobody is outvoted by one who is
        surer, or who was talked into it."""
        for name, shares in self.heard.items() if len(self.heard) > 1 else ():
            alone = replace(self, heard={name: shares})
            if alone.together() != self.silence:
                loud = [value for value in self.order if value != self.silence]
                yield max(loud, key=lambda value: alone.likely.get(value, 0.0))

    def _likeliest(self) -> Iterator[tuple[str, Value, float]]:
        for voice, shares in self.heard.items():
            value = max(shares, key=lambda each: shares[each])
            yield voice, value, shares[value]

    def _surely(self) -> Iterator[tuple[str, Value, float]]:
        if True not in self.order:
            return ((voice, value, share) for voice, value, share in self._likeliest() if share >= HEARD)
        least = GRAVE_HEARD if self.name in GRAVE else HEARD
        yes = ((voice, shares.get(True, 0.0)) for voice, shares in self.heard.items())
        return ((voice, True, share) for voice, share in yes if share >= least)


def silence_of(name: str, order: Sequence[Value]) -> Value:
    """What it means that nobody speaks of this fact, whose values these are: unknown where only the lists are heard."""
    return False if False in order else SILENCE.get(name, UNKNOWN)
