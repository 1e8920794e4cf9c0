"""What the documents say is so: every setting, command, file and example in them."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections import Counter
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
from tests import documents

ROOT = Path(__file__).parents[1]
READMES = ["README.md", "README.zh-CN.md"]
TUTORIALS = [
    *("docs/playbooks.md", "docs/playbooks.zh-CN.md"),
    *("docs/deletion.md", "docs/deletion.zh-CN.md"),
    *("docs/crisis.md", "docs/crisis.zh-CN.md"),
    "docs/reading.md",
]
REFERENCE = "docs/reference.md"
DOCUMENTS = [*READMES, "CONTRIBUTING.md", "CHANGELOG.md", *TUTORIALS, REFERENCE]
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
        if words[1] in ("incident", "breach"):
            command = command.commands[words[2]]
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= known, words


@pytest.mark.parametrize("name", [*READMES, REFERENCE])
def test_every_yaml_block_is_read(name: str) -> None:
    """A designer who copies an example would get an error."""
    for text in blocks(name, "yaml"):
        problems = Problems()
        source = Source.parse(text, name, problems)
        assert source is not None, [str(problem) for problem in problems]
        if "people" in source.data:
            continue
        reader = Reader(source, Vocabulary.load(), all_verbs(), problems)
        alone = isinstance(source.data, list)
        steps = reader.steps(source.data if alone else source.data["steps"], () if alone else ("steps",), "")
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
    for path in linked:
        assert ((ROOT / name).parent / path).exists(), path
    for path in set(named) - {block.path for block in documents.blocks(text)}:
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_to_a_heading_leads_somewhere(name: str) -> None:
    """A reader would look for a chapter that is not there."""
    for path, heading in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", read(name)):
        target = ((ROOT / name).parent / path).resolve() if path else ROOT / name
        assert heading in headings(target.read_text(encoding="utf-8")), f"{path}#{heading}"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", TUTORIALS)
def test_the_tutorial_comes_out_as_it_stands_there(name: str) -> None:
    """A stranger who types along would get something else than what the tutorial shows.

    `python -m tests.documents docs/playbooks.md --write` pastes what comes out now.
    """
    played = subprocess.run(
        [sys.executable, "-m", "tests.documents", name], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    assert played.returncode == 0, f"{played.stdout}\n{played.stderr}"


def test_both_tutorials_build_the_same() -> None:
    """Whoever reads the one language would get another procedure, or fewer tests, than whoever reads the other."""
    one, other = ([block for block in documents.blocks(read(name)) if block.path] for name in TUTORIALS[:2])
    assert [(block.path, block.place) for block in one] == [(block.path, block.place) for block in other]


@pytest.mark.parametrize("name", ["docs/deletion.md", "docs/crisis.md"])
def test_both_languages_go_the_same_way(name: str) -> None:
    """Whoever reads the one language would not learn of a chapter that the other has."""
    both = (name, name.replace(".md", ".zh-CN.md"))
    one, other = (re.findall(r"^## (\d+)\.", read(each), flags=re.MULTILINE) for each in both)
    assert one == other
    assert len(one) > 10


def headings(text: str) -> set[str]:
    """The addresses that the headings of a document get on GitHub."""
    met: list[str] = []
    count: Counter[str] = Counter()
    unfenced = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    for title in re.findall(r"^#+ (.+)$", unfenced, flags=re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        count[plain] += 1
        met.append(plain if count[plain] == 1 else f"{plain}-{count[plain] - 1}")
    return set(met)


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
