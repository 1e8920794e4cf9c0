"""`make bench BENCH=reading`: how many messages are read in a second, and what each part of the reading costs.

All parts take turns in every round on the same messages, so the ratios mean something on a machine that others use
too. `every phrase by itself` is what the automaton replaces: the plain text searched for each phrase in turn.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rules.problems import Problems
from rules.text.reading import WordLists, read_text
from rules.vocabulary import Vocabulary
from rules.voice.labelled import read_labelled
from rules.voice.second_voice import SecondVoice

MESSAGES = 150  # in each round and for each contestant
ROUNDS = 9
TEXTS = Path(__file__).parents[1] / "texts"


def main() -> None:
    """Print the table."""
    problems = Problems()
    vocabulary, words, second = Vocabulary.load(), WordLists.load(), SecondVoice.load()
    files = [read_labelled(path, vocabulary, problems) for path in sorted(TEXTS.glob("*.tsv"))]
    problems.raise_errors()
    texts = [each.text for messages in zip(*files, strict=False) for each in messages][:MESSAGES]
    phrases = sorted({phrase for language in words.languages for each in language.lists for phrase in each.phrases})
    cores = [words.plain(phrase).strip("* ") for phrase in phrases]
    contestants: dict[str, Callable[[str], object]] = {
        "the whole reading": lambda text: read_text(text, words, None, [second]),
        "by the lists alone": lambda text: read_text(text, words),
        "by the second voice alone": second.listen,
        "the phrases found": lambda text: words.finder.find(words.plain(text)),
        "every phrase by itself": lambda text: _each(words.plain(text), cores),
    }
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(ROUNDS + 1):
        for name, read in contestants.items():
            began = time.process_time()
            for text in texts:
                read(text)
            if number:  # the first round warms up
                seconds[name].append(time.process_time() - began)
    whole = seconds["the whole reading"]
    _say(f"{len(texts)} messages in {len(files)} languages, {len(phrases):,} phrases, {len(second.weights):,} pieces\n")
    _say(f"{'':28}{'messages/s':>12}{'ms each':>10}{'of the whole':>15}")
    for name, spent in seconds.items():
        share = statistics.median(one / all_ for one, all_ in zip(spent, whole, strict=True))
        each = statistics.median(spent) / len(texts)
        _say(f"{name:28}{1 / each:>12,.0f}{each * 1000:>10.2f}{share:>15.2f}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _each(text: str, cores: Sequence[str]) -> int:
    return sum(core in text for core in cores)


if __name__ == "__main__":
    main()
