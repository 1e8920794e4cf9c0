"""What the documents say is so: every setting, command, file and example in them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from flows.channels.team import Team
from flows.settings import PREFIX, Settings
from flows.verbs import all_verbs
from rules.language import Steps
from rules.problems import Problems
from rules.reading import Reader
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source

ROOT = Path(__file__).parents[1]
READMES = ["README.md", "README.zh-CN.md"]
DOCUMENTS = [*READMES, "CONTRIBUTING.md", "CHANGELOG.md"]
SETTINGS = sorted(PREFIX + name.upper() for name in Settings.model_fields)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", read(name), flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", ".env.example"])
def test_every_setting_is_documented_and_no_other(name: str) -> None:
    """An operator would not know of a setting, or look for one that does not exist."""
    assert sorted(set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", read(name)))) == SETTINGS


@pytest.mark.parametrize("name", READMES)
def test_every_command_in_the_readme_exists(name: str) -> None:
    """A newcomer would type what stands there and be told that it is unknown."""
    from flows.cli.main import app

    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    typed = [line.split("#")[0] for block in blocks(name, "sh") for line in block.splitlines()]
    ours = [shlex.split(line.replace("…", "X")) for line in typed if line.startswith("firebreak ")]
    assert len(ours) > 8
    for words in ours:
        command = commands[words[1]]
        if words[1] == "incident":
            command = command.commands[words[2]]
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= known, words


@pytest.mark.parametrize("name", READMES)
def test_every_yaml_block_is_read(name: str) -> None:
    """A designer who copies an example would get an error."""
    for text in blocks(name, "yaml"):
        problems = Problems()
        source = Source.parse(text, name, problems)
        assert source is not None, [str(problem) for problem in problems]
        if "people" in source.data:
            continue
        reader = Reader(source, Vocabulary.load(), all_verbs(), problems)
        steps = reader.steps(source.data["steps"], ("steps",), "")
        assert isinstance(steps, Steps), [str(problem) for problem in problems]


@pytest.mark.parametrize("name", READMES)
def test_the_team_file_reaches_every_role(name: str, tmp_path: Path) -> None:
    """Somebody who copies the team file would have a role that nobody answers for."""
    [text] = [block for block in blocks(name, "yaml") if "people:" in block]
    path = tmp_path / "team.yaml"
    path.write_text(text, encoding="utf-8")
    team = Team.load(path, dict.fromkeys(re.findall(r"\$\{(\w+)\}", text), "x1"))
    problems = Problems()
    roles = Source.read(ROOT / "playbooks/roles.yaml", problems)
    assert roles is not None
    assert set(team.roles()) == set(roles.data)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_and_path_leads_somewhere(name: str) -> None:
    """A reader would follow a link into nothing."""
    text = read(name)
    linked = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    named = re.findall(r"`((?:flows|rules|playbooks|schemas|tests|docs)/[\w/.-]*)`", text)
    for path in {*linked, *named}:
        assert (ROOT / path).exists(), path


def test_every_verb_is_in_the_readme() -> None:
    """A designer would not know that a verb exists."""
    for verb in all_verbs():
        assert f"`{verb}`" in read("README.md"), verb


def test_every_dependency_has_its_reason() -> None:
    """Nobody could tell later whether a dependency is still needed."""
    import tomllib

    project = tomllib.loads(read("pyproject.toml"))["project"]
    listed = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    text = read("CONTRIBUTING.md")
    for requirement in listed:
        name = re.split(r"[\[<>=!~; ]", requirement)[0]
        assert name in text or name.startswith("types-"), name
