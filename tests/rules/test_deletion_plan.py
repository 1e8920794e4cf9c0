"""The deletion plan as a designer writes it: every slip is told on its line, and nobody is left without an answer."""

from __future__ import annotations

import pytest

from rules.bundle import DELETION_PLAN
from rules.deletion_plan import LANGUAGES, PLACES, DeletionPlan, read_deletion_plan
from rules.problems import Problems
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source
from tests.rules.shipped import text as shipped

WRITTEN = shipped(DELETION_PLAN)


def read(text: str) -> tuple[DeletionPlan | None, list[str]]:
    problems = Problems()
    source = Source.parse(text, DELETION_PLAN, problems)
    assert source is not None, [str(problem) for problem in problems]
    plan = read_deletion_plan(source, Vocabulary.load(), problems)
    return plan, [str(problem) for problem in problems]


def test_shipped_plan_answers_for_every_place_in_every_language() -> None:
    """A customer would ask about a place, and the colleague would find nothing to say, or not in their language."""
    plan, problems = read(WRITTEN)
    assert problems == []
    assert plan is not None
    assert tuple(name for name, _ in plan.places()) == PLACES
    for _, place in plan.places():
        for texts in (place.title, *(way.what for way in place.ways), *(way.why_not or {} for way in place.ways)):
            assert not texts or set(LANGUAGES) <= set(texts)
        assert place.ways[-1].when is None


_BACKUP = "    - when: {backup_status: none}\n"
_SLIPS = {
    "a fact that is none": (_BACKUP, "    - when: {backup_state: none}\n", 'did you mean "backup_status"'),
    "a value that is none": (_BACKUP, "    - when: {backup_status: nothing}\n", "backup_status cannot be"),
    "a place left out": ("\nmeta:\n", "\nwhatsapp:\n", '"whatsapp" is not known here'),
    "an answer that is none": ("can: unclear\n", "can: perhaps\n", '"perhaps" is not allowed here'),
    "a language left out": ("{en: WhatsApp itself, zh-CN: WhatsApp 官方}", "{en: WhatsApp itself}", "missing in zh-CN"),
    "a length without a unit": ("within: 7 days", "within: 7", "a duration needs a unit"),
    "two deadlines": ("within: 7 days", "within: 7 days\n      until: answer", "keep one of the two"),
    "a way that shadows others": (_BACKUP, "    - \n", "never taken"),
}


@pytest.mark.parametrize("slip", _SLIPS)
def test_a_slip_is_told_on_its_line(slip: str) -> None:
    """The plan would be read otherwise than it is written, or the designer would search 170 lines."""
    before, after, told = _SLIPS[slip]
    assert before in WRITTEN
    text = WRITTEN.replace(before, after, 1).replace("    - \n      can", "    - can")
    plan, problems = read(text)
    assert plan is None
    line = _changed_line(text)
    assert any(told in each and f"{DELETION_PLAN}:{line}:" in each for each in problems), problems


def _changed_line(text: str) -> int:
    both = enumerate(zip(text.split("\n"), WRITTEN.split("\n"), strict=False), 1)
    return next(number for number, (new, old) in both if new != old)


def test_what_stays_needs_a_reason() -> None:
    """A customer would be refused, and nobody could say why."""
    lines = WRITTEN.split("\n")
    start = next(number for number, line in enumerate(lines) if "why_not" in line)
    _, problems = read("\n".join(lines[:start] + lines[start + 3 :]))
    assert any("needs `why_not`" in each for each in problems), problems


def test_the_last_way_takes_everybody() -> None:
    """Facts that nobody thought of would leave a place without an answer."""
    _, problems = read(
        WRITTEN.replace(
            "  ways:\n    - can: partly\n      what:\n        en: WhatsApp keeps",
            "  ways:\n    - when: {window_open: true}\n      can: partly\n      what:\n        en: WhatsApp keeps",
        )
    )
    assert any("add one without `when`" in each for each in problems), problems
