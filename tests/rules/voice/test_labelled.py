"""Files of labelled messages: what is read from a line, and which line is to blame."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.problems import Problems
from rules.vocabulary import Value, Vocabulary
from rules.voice import labelled
from rules.voice.labelled import Labelled, line_of, read_labelled

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


@pytest.mark.parametrize(
    ("line", "facts"),
    [
        ("?\t?\t?\t-\tola", {}),
        ("complaint\t?\t?\t-\tola", {"intent": "complaint"}),
        ("?\tupset\tsafety,!slow_parcel,?\t-\tola", {"anger": "upset", "sign_safety": True, "sign_slow_parcel": False}),
        ("?\t?\t?\tmotive=privacy\tola", {"motive": "privacy"}),
    ],
)
def test_what_nobody_said_is_not_labelled(tmp_path: Path, line: str, facts: dict[str, Value]) -> None:
    """A fire of which only the wish was asked would be learned as a message without danger."""
    [found], problems = read(tmp_path, line)
    assert not problems
    assert found.facts == facts


LABELS = {name: st.sampled_from([*VOCABULARY[name].values]) for name in labelled.LABELS}
SIGNS = {fact.name: st.booleans() for fact in VOCABULARY if fact.name.startswith("sign_")}


@given(
    facts=st.fixed_dictionaries({}, optional={**LABELS, **SIGNS}),
    text=st.text(st.characters(codec="utf-8"), max_size=40),
)
def test_a_written_line_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, facts: dict[str, Value], text: str
) -> None:
    """What people said would be lost on its way into the file, or a line break of a customer make it unreadable."""
    path = tmp_path_factory.getbasetemp() / "pt.tsv"
    path.write_text(line_of(facts, text) + "\n", encoding="utf-8", newline="")
    problems = Problems()
    [found] = read_labelled(path, VOCABULARY, problems)
    assert not problems.items
    assert found == Labelled(" ".join(text.split()), "pt", facts)
