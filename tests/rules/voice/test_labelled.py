"""Files of labelled messages: what is read from a line, and which line is to blame."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.problems import Problems
from rules.vocabulary import Vocabulary
from rules.voice.labelled import Labelled, read_labelled

VOCABULARY = Vocabulary.load()


def read(tmp_path: Path, text: str) -> tuple[list[Labelled], list[str]]:
    path = tmp_path / "pt.tsv"
    path.write_text(text, encoding="utf-8")
    problems = Problems()
    found = read_labelled(path, VOCABULARY, problems)
    return found, [str(problem) for problem in problems]


def test_a_line_is_a_message_with_its_labels(tmp_path: Path) -> None:
    """A sign that nobody named would otherwise not count as absent, or one that was named be forgotten."""
    [found], problems = read(
        tmp_path, "# notes\n\ndeletion_request\tupset\tlegal_threat\tmotive=distrust\tapaga tudo\n"
    )
    assert not problems
    facts = found.facts
    assert (found.locale, found.text) == ("pt", "apaga tudo")
    assert (facts["intent"], facts["anger"], facts["motive"]) == ("deletion_request", "upset", "distrust")
    assert facts["sign_legal_threat"] is True
    assert facts["sign_safety"] is False
    assert "demand" not in facts


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("other\tcalm\t-\tola", "pt.tsv:2:1: error: expected 5 columns"),
        ("othr\tcalm\t-\t-\tola", 'pt.tsv:2:1: error: intent cannot be "othr"; did you mean "other"?'),
        ("other\tcalm\tsafty\t-\tola", 'pt.tsv:2:1: error: "sign_safty" is not a fact; did you mean "sign_safety"?'),
        ("other\tcalm\t-\tmotive\tola", "pt.tsv:2:1: error: motive cannot be"),
    ],
)
def test_a_faulty_line_harms_only_itself(tmp_path: Path, line: str, complaint: str) -> None:
    """Whoever labels hundreds of messages would otherwise look for the one slip by hand."""
    found, problems = read(tmp_path, f"other\tcalm\t-\t-\toi\n{line}\nother\tcalm\t-\t-\ttchau\n")
    assert len(found) == 2
    assert len(problems) == 1
    assert problems[0].startswith(complaint)
