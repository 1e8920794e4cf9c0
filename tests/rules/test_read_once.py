"""What was read from a file stays read, and only as long as nothing by which it was read is another."""

from __future__ import annotations

from flows.verbs import all_verbs
from rules.bundle import FACTS, Bundle
from rules.conditions import All, Is
from rules.problems import Problems
from rules.yaml_source import Source
from tests.rules.shipped import problems_with, sources, text

GUARDS = "rules/packs/guards.yaml"
URGENT = "playbooks/complaint_urgent.yaml"


def bundle(**instead: str) -> Bundle:
    """The shipped content with other texts in some files, by the name of the file without its ending."""
    files = {path: source.text for path, source in sources().items() if not path.endswith(".test.yaml")}
    files |= {path: new for path in files for name, new in instead.items() if path.endswith(f"/{name}.yaml")}
    found = Bundle.read(files, all_verbs(), Problems())
    assert found is not None
    return found


def test_a_problem_is_told_at_every_check() -> None:
    """The second check of a file with a slip in it would call it sound."""
    slip = text(GUARDS).replace("phrases:", "phrase:", 1)
    first = problems_with(GUARDS, slip)
    assert [each for each in first if each.place.path == GUARDS]
    assert problems_with(GUARDS, slip) == first


def test_a_file_is_read_again_when_it_or_the_facts_have_changed() -> None:
    """A release would go on with the procedure of the release before, or ask for facts as they were then."""
    before = bundle()
    name = next(name for name, each in before.playbooks.items() if each.source.path == URGENT)
    assert bundle().playbooks[name] is before.playbooks[name]
    title = before.playbooks[name].title
    changed = bundle(complaint_urgent=text(URGENT).replace(title, "Another title", 1))
    assert changed.playbooks[name].title == "Another title"
    meaning = before.vocabulary["severity"].meaning
    other = bundle(facts=text(FACTS).replace(f"meaning: {meaning}", "meaning: Another meaning", 1))
    assert other.vocabulary["severity"].meaning == "Another meaning"
    when = other.playbooks[name].triggers[0].when
    assert isinstance(when, All)
    asked = [part.fact for part in when.parts if isinstance(part, Is)]
    assert [(fact.name, fact.meaning) for fact in asked] == [("severity", "Another meaning")]


def test_two_files_with_one_text_are_two() -> None:
    """A problem in a copy of a playbook would be shown in the file that it was copied from."""
    problems = Problems()
    copy = Source.parse(text(URGENT), "playbooks/copy.yaml", problems)
    found = {path: each for path, each in sources().items() if not path.endswith(".test.yaml")}
    Bundle.of({**found, "playbooks/copy.yaml": copy}, all_verbs(), problems)
    (twice,) = [each for each in problems.items if each.check == "duplicate-name"]
    assert (twice.place.path, twice.message.split("; ")[0].endswith(URGENT)) == ("playbooks/copy.yaml", True)
