"""`python -m rules.voice.learning`: learn from `examples/*.tsv` and write `model.json.gz`. Needs scikit-learn.

Further folders may be named, such as the answers of your own people (`firebreak examples --into FOLDER`).

One logistic regression for each fact, over which pieces of words a text has: each counts once, a rare one more, and a
text as much as any other. The same examples give the same model.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from rules.problems import Place, Problems
from rules.vocabulary import SIGN, Value, Vocabulary
from rules.voice.labelled import Labelled, read_labelled
from rules.voice.second_voice import MODEL, UNIT, SecondVoice, distinct_pieces

EXAMPLES = MODEL.with_name("examples")
FACTS = ("intent", "anger", "subject")
RARE = 3  # a piece in fewer messages than this is not learned
STRICTNESS = 20.0  # scikit-learn's C: the higher, the more it trusts the examples
SMALLEST = 2  # tenths; what weighs less is left out


def examples(*further: Path) -> list[Labelled]:
    """All messages to learn from, those in `further` folders among them. Raises ContentError with every line that
    cannot be read, and every folder without a file of examples."""
    problems = Problems()
    vocabulary = Vocabulary.load()
    found: list[Labelled] = []
    for folder in (EXAMPLES, *further):
        paths = sorted(folder.rglob("*.tsv"))
        if not paths:
            problems.error(Place(str(folder)), "there is no .tsv file in this folder", "file")
        found += [each for path in paths for each in read_labelled(path, vocabulary, problems)]
    problems.raise_errors()
    return found


def fingerprint(messages: Iterable[Labelled]) -> str:
    """Sixteen hex digits that name exactly these messages with their labels."""
    told = json.dumps([[each.locale, each.text, sorted(each.facts.items())] for each in messages])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def learn(messages: Sequence[Labelled]) -> SecondVoice:
    """What these messages teach: each fact is learned from those that are labelled with it."""
    counter = TfidfVectorizer(analyzer=distinct_pieces, min_df=RARE, binary=True)
    counted = counter.fit_transform([each.text for each in messages])
    signs = sorted({name for each in messages for name in each.facts if name.startswith(SIGN)})
    outcomes: list[tuple[str, Value]] = []
    bias: list[float] = []
    rows: list[Any] = []
    for fact in (*FACTS, *signs):
        labelled = [number for number, each in enumerate(messages) if fact in each.facts]
        labels = [str(messages[number].facts[fact]) for number in labelled]
        if len(set(labels)) < 2:
            continue
        model = LogisticRegression(C=STRICTNESS, class_weight="balanced", max_iter=2_000)
        model.fit(counted[labelled], labels)
        two = len(model.classes_) == 2
        outcomes += [(fact, True)] if two else [(fact, str(value)) for value in model.classes_]
        bias += list(model.intercept_)
        rows += list(model.coef_)
    rarity = counter.idf_
    table = numpy.rint(numpy.array(rows).T * rarity[:, None] * UNIT).astype(int)
    table[abs(table) < SMALLEST] = 0
    names = counter.get_feature_names_out()
    weights = {
        str(names[row]): [
            round(rarity[row] * UNIT),
            *(int(part) for at in numpy.flatnonzero(table[row]) for part in (at, table[row][at])),
        ]
        for row in range(len(names))
        if table[row].any()
    }
    return SecondVoice(outcomes, [round(each * UNIT) for each in bias], weights, fingerprint(messages))


def write(voice: SecondVoice, path: Path = MODEL) -> None:
    """Keep a voice in a file that `SecondVoice.load` reads; the same voice makes the same file."""
    told = {
        "learned_from": voice.learned_from,
        "outcomes": voice.outcomes,
        "bias": voice.bias,
        "weights": voice.weights,
    }
    path.write_bytes(gzip.compress(_json(told).encode(), mtime=0))


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    learned = learn(examples(*map(Path, sys.argv[1:])))
    write(learned)
    print(f"{len(learned.weights):,} pieces, learned from {learned.learned_from}, in {MODEL.name}")  # noqa: T201
