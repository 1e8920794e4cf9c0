"""Finding phrases: the automaton against the plain way of looking for each phrase by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rules.text.finder import Finder, Hit
from rules.text.plain import WRITTEN_WITHOUT_SPACES

SIGNS = "ab 删我!"
CORES = st.text(alphabet=SIGNS, min_size=1, max_size=4).filter(lambda core: core.strip() == core)
PHRASES = st.builds(
    lambda before, core, after: before + core + after, st.sampled_from(["", "*"]), CORES, st.sampled_from(["", "*"])
)
TEXTS = st.text(alphabet=SIGNS, max_size=30)


def _letter(text: str, position: int) -> bool:
    inside = 0 <= position < len(text)
    return inside and text[position].isalnum() and not WRITTEN_WITHOUT_SPACES.match(text[position])


def looked_for(phrase: str, text: str) -> list[Hit]:
    """Where the phrase stands, by looking at every place."""
    core = phrase.strip("*")
    found = []
    for place in range(len(text)):
        start, end = place, place + len(core)
        if text[start:end] != core:
            continue
        within_before = _letter(text, start - 1) and _letter(text, start) and not phrase.startswith("*")
        within_after = _letter(text, end - 1) and _letter(text, end) and not phrase.endswith("*")
        if within_before or within_after:
            continue
        while phrase.startswith("*") and _letter(text, start - 1) and _letter(text, start):
            start -= 1
        while phrase.endswith("*") and _letter(text, end - 1) and _letter(text, end):
            end += 1
        found.append(Hit(start, end, phrase))
    return sorted(found)


@given(st.lists(PHRASES, max_size=12, unique=True), TEXTS)
def test_every_phrase_is_found_where_it_stands_and_nowhere_else(phrases: list[str], text: str) -> None:
    """A phrase inside another, or one that overlaps it, would otherwise be overheard."""
    found = Finder([(phrase, phrase) for phrase in phrases]).find(text)
    for phrase in phrases:
        assert found.get(phrase, []) == looked_for(phrase, text)


def test_hits_of_one_use_stand_in_order() -> None:
    """The nearest negation before a request would otherwise not be found."""
    found = Finder([("delete my data", "request"), ("my", "request"), ("data", "request")]).find("delete my data")
    assert [hit.start for hit in found["request"]] == [0, 7, 10]


def test_no_phrases_find_nothing() -> None:
    """Content without word lists would otherwise stop at the first message."""
    assert Finder([]).find("delete my data") == {}
