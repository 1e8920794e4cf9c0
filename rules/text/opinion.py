"""What several voices say of one fact, and what they say together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.text.voice import Heard
from rules.vocabulary import UNKNOWN, Value

SURE = 0.9  # of another value than the lists heard, for the lists to be doubted
LIKELY = 0.6  # of a value that no list heard, for it to be heard at all
SIGN_HEARD = 0.7  # of a sign that no list heard


@dataclass(frozen=True)
class Opinion:
    """What is said of one fact: its values in the order in which they win, what the lists `said` for each of them (the
    entries that spoke), and what the other voices `heard`; `graded` if the order is one of more and less."""

    order: Sequence[Value]
    said: Mapping[Value, Sequence[str]]
    heard: Mapping[str, Heard]
    graded: bool

    @property
    def first(self) -> Value | None:
        """What the lists say, if they speak."""
        return next((value for value in self.order if value in self.said), None)

    @property
    def silence(self) -> Value:
        """What it means that nobody speaks of it, in a text that was understood."""
        return next((value for value in (False, "other", "calm") if value in self.order), UNKNOWN)

    def together(self) -> Value:
        """What all say together.

        Of something graded, a sign or a level, the highest that anybody says: one who sees smoke is enough. Of a choice
        nobody knows where somebody contradicts the lists for sure, or hears something that they do not without being
        sure: then it is unknown, and a person is asked.
        """
        loud = {each.value for each in self._loud()}
        if self.graded:
            spoken = loud | {self.first}
            return next((value for value in self.order if value in spoken), self.silence)
        sure = {each.value for each in self._loud() if each.sure >= SURE}
        if self.first is not None:
            return UNKNOWN if sure - {self.first} else self.first
        heard = loud - {self.silence}
        if not heard:
            return self.silence
        return heard.pop() if len(heard) == 1 and sure == heard else UNKNOWN

    def because(self) -> Iterator[str]:
        """Who spoke, and for what, if it was not what silence means too."""
        if self.first is not None:
            yield from dict.fromkeys(self.said[self.first])
        for name, each in self.heard.items():
            if each in self._loud() and each.value != (self.silence if self.first is None else self.first):
                yield f"{name}: {'yes' if each.value is True else each.value}, {each.sure:.0%}"

    def _loud(self) -> list[Heard]:
        least = SIGN_HEARD if True in self.order else LIKELY
        return [each for each in self.heard.values() if each.sure >= least and each.value is not False]
