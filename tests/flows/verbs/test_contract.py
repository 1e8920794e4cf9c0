"""What every verb must keep, whoever writes it: one harness over all files in the folder."""

from __future__ import annotations

import inspect
import pkgutil
from dataclasses import fields

import pytest

from flows import verbs
from flows.verbs import all_verbs
from flows.verbs.action import Action
from rules.claims import CLAIMS
from rules.language import Steps
from rules.problems import Problems
from rules.reading import MODIFIERS, Reader, yaml_name
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source

EVERY_VERB = sorted(all_verbs())


def read_example(verb: type[Action], text: str) -> tuple[Steps | None, list[str]]:
    problems = Problems()
    source = Source.parse(text, f"{verb.verb}.yaml", problems)
    assert source is not None, [str(problem) for problem in problems]
    steps = Reader(source, Vocabulary.load(), all_verbs(), problems).steps(source.data, (), "")
    return (steps if isinstance(steps, Steps) else None), [str(problem) for problem in problems]


def test_every_file_is_one_verb() -> None:
    """A verb put into a file of another name, or two into one file, could not be found by its name."""
    files = {module.name for module in pkgutil.iter_modules(verbs.__path__)} - {"action", "going_through"}
    assert files == set(EVERY_VERB)
    for name, verb in all_verbs().items():
        assert verb.__module__ == f"flows.verbs.{name}"


@pytest.mark.parametrize("name", EVERY_VERB)
def test_example_is_read(name: str) -> None:
    """A designer who copies the example of a verb would get an error."""
    verb = all_verbs()[name]
    steps, problems = read_example(verb, verb.example)
    assert problems == []
    assert steps is not None
    assert isinstance(steps[0].verb, verb)


@pytest.mark.parametrize("name", EVERY_VERB)
def test_every_field_says_what_it_means(name: str) -> None:
    """The editor would complete a key without telling what it is for."""
    verb = all_verbs()[name]
    assert inspect.getdoc(verb)
    for each in fields(verb):
        assert each.metadata.get("meaning"), f"{name}.{each.name} has no meaning"


@pytest.mark.parametrize("name", EVERY_VERB)
def test_keys_beside_do_not_hide_modifiers(name: str) -> None:
    """A key beside a verb with the name of a modifier or of another verb would be taken for that."""
    verb = all_verbs()[name]
    beside = {yaml_name(each.name) for each in fields(verb) if each.metadata.get("beside")}
    assert not beside & (set(MODIFIERS) | set(EVERY_VERB))


@pytest.mark.parametrize("name", EVERY_VERB)
def test_claims_are_known(name: str) -> None:
    """A verb that proves a claim nobody knows would prove nothing."""
    assert all_verbs()[name].proves <= set(CLAIMS)


@pytest.mark.parametrize("name", EVERY_VERB)
def test_unknown_key_is_refused_on_its_line(name: str) -> None:
    """A misspelt key would be ignored, and the step would do something else than it says."""
    verb = all_verbs()[name]
    steps, problems = read_example(verb, f"{verb.example}\nnonsense: 1\n")
    assert steps is None
    assert len(problems) == 1
    assert problems[0].startswith(f"{name}.yaml:{verb.example.count(chr(10)) + 2}:1: error: ")
    assert "nonsense" in problems[0]


@pytest.mark.parametrize("name", EVERY_VERB)
def test_does_something(name: str) -> None:
    """A verb without an `act` of its own would fail at the first customer."""
    assert all_verbs()[name].act is not Action.act
