"""The second voice: how likely each value of a fact is, by the pieces of words in a text.

It is a linear model, so what it has learned is a table: piece -> how much it speaks for each outcome. Scikit-learn
makes the table (`learning.py`); to read by it takes nothing but additions.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise
from math import exp, sqrt
from pathlib import Path

from rules.text.plain import WRITTEN_WITHOUT_SPACES, plain
from rules.text.voice import Shares
from rules.vocabulary import Value

MODEL = Path(__file__).with_name("model.json.gz")
MOST_PIECES = 4_000
"""Of a longer text the first pieces are heard: some two thousand words."""
UNIT = 10
"""Weights are kept as whole tenths."""

_WORD = re.compile(r"[^\W_]+|[^\w\s]")
_DIGITS = re.compile(r"\d+")


def pieces(text: str) -> Iterator[str]:
    """The pieces of a text, in its plain form, that are counted: words, pairs of words, and parts of 3 to 5 letters of
    each word with its borders; of writing without spaces 1 to 4 signs. Every number is the same number."""
    plain_text = plain(text)
    words = _WORD.findall(_DIGITS.sub("0", plain_text))
    for word in words:
        if WRITTEN_WITHOUT_SPACES.match(word):
            continue
        yield f"={word}"
        bordered = f" {word} "
        for length in range(3, 6):
            yield from (bordered[start : start + length] for start in range(len(bordered) - length + 1))
    for one, other in pairwise(words):
        yield f"={one} {other}"
    for dense, signs in groupby(plain_text, lambda sign: bool(WRITTEN_WITHOUT_SPACES.match(sign))):
        if dense:
            run = "".join(signs)
            for length in range(1, 5):
                yield from (run[start : start + length] for start in range(len(run) - length + 1))


def distinct_pieces(text: str) -> list[str]:
    """The pieces of a text, each once, in the order in which they first stand there."""
    seen: dict[str, None] = {}
    for piece in pieces(text):
        seen[piece] = None
        if len(seen) >= MOST_PIECES:
            break
    return list(seen)


@dataclass(frozen=True)
class SecondVoice:
    """`outcomes` are the (fact, value) pairs that are weighed, and `bias` their weights before anything is heard.
    `weights` holds for each piece how rare it is, and then in turn the number of an outcome and how much the piece
    speaks for it, all in tenths. A yes_no fact has one outcome, yes."""

    outcomes: Sequence[tuple[str, Value]]
    bias: Sequence[int]
    weights: Mapping[str, Sequence[int]]
    learned_from: str
    name: str = "second voice"

    @classmethod
    def load(cls) -> SecondVoice:
        """What is shipped, in `model.json.gz`."""
        return _load(MODEL)

    def listen(self, text: str) -> Mapping[str, Shares]:
        """Fact -> value -> how likely it is. Nothing for a text without a single known piece."""
        known = [self.weights[piece] for piece in distinct_pieces(text) if piece in self.weights]
        if not known:
            return {}
        sums = [0] * len(self.outcomes)
        for spoken in known:
            for at in range(1, len(spoken), 2):
                sums[spoken[at]] += spoken[at + 1]
        # A long text counts as much as a short one: what its pieces say is divided by the length of the vector.
        size = sqrt(sum(spoken[0] ** 2 for spoken in known)) / UNIT
        scores = [(bias + total / size) / UNIT for bias, total in zip(self.bias, sums, strict=True)]
        heard: dict[str, Shares] = {}
        for fact, numbers in groupby(range(len(self.outcomes)), lambda number: self.outcomes[number][0]):
            heard[fact] = _shares([(self.outcomes[number][1], scores[number]) for number in numbers])
        return heard


def _shares(scored: list[tuple[Value, float]]) -> Shares:
    if len(scored) == 1:
        yes = 1 / (1 + exp(-scored[0][1]))
        return {True: yes, False: 1 - yes}
    top = max(score for _, score in scored)
    parts = {value: exp(score - top) for value, score in scored}
    whole = sum(parts.values())
    return {value: part / whole for value, part in parts.items()}


@cache
def _load(path: Path) -> SecondVoice:
    kept = json.loads(gzip.decompress(path.read_bytes()))
    outcomes = [(str(fact), value) for fact, value in kept["outcomes"]]
    return SecondVoice(outcomes, kept["bias"], kept["weights"], kept["learned_from"])
