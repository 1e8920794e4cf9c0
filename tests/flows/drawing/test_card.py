"""The card for the wall: what the rules say, in both languages, on one sheet, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest

from flows.drawing.card import Card, card_of
from flows.drawing.card_page import EDGE, LARGEST, SHEET, SMALLEST, fits, fitting, height_of, to_card
from flows.drawing.wording import Wording, languages
from flows.errors import FirebreakError
from flows.shelf import Shelf
from flows.verbs import all_verbs
from rules.bundle import Bundle
from tests.flows.crisis.test_team_words import said_in

URGENT = "playbooks/complaint_urgent.yaml"
TRIAGE = "rules/packs/triage.yaml"
CHINESE = "rules/wording/zh-CN.yaml"


def changed(shelf: Shelf, path: str, before: str, after: str) -> Bundle:
    """The shipped content with one thing in it written otherwise."""
    files = dict(shelf.current.files)
    assert before in files[path]
    files[path] = files[path].replace(before, after, 1)
    return Bundle.parse(files, all_verbs())


def card(bundle: Bundle, language: str = "en") -> tuple[Card, str]:
    say = Wording.of(bundle, language)
    made = card_of(bundle, say)
    return made, to_card(made, say)


class Page(HTMLParser):
    """Every tag must be closed by its own; what is read is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.met: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.met.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    assert page.open == []
    return page


def test_the_levels_say_what_the_rules_say(shelf: Shelf) -> None:
    """Somebody at the desk would act by a table that the rules do not know."""
    made, html = card(shelf.current)
    urgent, important, general = made.levels
    assert (urgent.name, urgent.who, urgent.within, urgent.broken) == (
        "urgent",
        "senior owner",
        "10 minutes",
        "senior owner",
    )
    assert urgent.signs[0] == "People are in danger or hurt"
    assert (important.who, general.who) == ("shift lead", "on call")
    assert "Not a complaint" not in html  # it can never be the reason for a complaint's level
    assert made.unknown == "important"
    [danger, otherwise, owner, *_] = urgent.next
    assert danger.when.startswith("The message speaks of injury, illness, fire")
    assert danger.who == ""
    assert "emergency number" in danger.what
    assert otherwise.when == "otherwise"
    assert (owner.who, owner.notes) == ("senior owner", ("again every 5 minutes",))
    assert any(line.startswith("after 7 days: ") for line in urgent.after)


def test_other_procedures_are_on_it_too(shelf: Shelf) -> None:
    """A deletion request would be taken for something that has no procedure."""
    made, _ = card(shelf.current)
    assert {row.playbook for row in made.others} >= {"incident", "deletion-request", "ordinary-message"}
    assert "complaint-check-in" not in {row.playbook for row in made.others}  # nobody begins it by hand


@pytest.mark.parametrize(
    ("path", "before", "after", "seen"),
    [
        (URGENT, "within: 10 minutes", "within: 7 minutes", "7 minutes"),
        (URGENT, "again_every: 5 minutes", "again_every: 11 minutes", "again every 11 minutes"),
        (
            URGENT,
            "on_breach: {escalate: {to: senior_owner",
            "on_breach: {escalate: {to: legal_adviser",
            "legal adviser",
        ),
        (TRIAGE, "title: People are in danger or hurt", "title: Somebody bleeds", "Somebody bleeds"),
        ("playbooks/roles.yaml", "also at night", "except at night", "except at night"),
        ("rules/packs/guards.yaml", "such tools are scams", "such tools are traps", "such tools are traps"),
    ],
)
def test_changed_content_changes_the_card(shelf: Shelf, path: str, before: str, after: str, seen: str) -> None:
    """The card would go on saying what was true last year."""
    _, html = card(changed(shelf, path, before, after))
    assert seen in html
    assert seen not in card(shelf.current)[1]


def test_a_rule_that_moves_moves_on_the_card(shelf: Shelf) -> None:
    """The card would put a sign under another level than the rules do."""
    files = dict(shelf.current.files)
    files[TRIAGE] = re.sub(
        r"(when: \{sign_slow_parcel: true\}\n\s+then: \{severity: )general", r"\1important", files[TRIAGE]
    )
    made, _ = card(Bundle.parse(files, all_verbs()))
    _, important, general = made.levels
    assert "A delivery is late" in important.signs
    assert "A delivery is late" not in general.signs


def test_every_sentence_has_its_words_in_every_language(shelf: Shelf) -> None:
    """A Chinese card would have English in it."""
    for language in languages(shelf.current):
        say = Wording.of(shelf.current, language)
        _, html = card_of(shelf.current, say), to_card(card_of(shelf.current, say), say)
        assert say.missing == []
        assert f'<html lang="{language}">' in html
    chinese = read(card(shelf.current, "zh-CN")[1]).text
    allowed = {
        "firebreak",
        "card",
        "graph",
        "NAME",
        "WhatsApp",
        "iCloud",
        "Google",
        *shelf.current.playbooks,
        shelf.current.digest,
    }
    words = set(re.findall(r"\b[A-Za-z][\w-]+", chinese[chinese.index("级别") :], re.ASCII))
    assert words - allowed == set()


def test_no_words_lie_about_unused(shelf: Shelf) -> None:
    """A translator would mend sentences that nobody ever reads."""
    say = Wording.of(shelf.current, "zh-CN")
    used: set[str] = set()

    class Listening(dict[str, str]):
        def get(self, key: str, default: str = "") -> str:  # type: ignore[override]
            used.add(key)
            return super().get(key, default)

    listening = Wording("zh-CN", Listening(say.table))
    to_card(card_of(shelf.current, listening), listening)
    kept = {
        "not",
        "and",
        "or",
        "not known",
        "at least",
        "at most",
        "more than",
        "less than",
        "Nothing starts by itself.",
    }
    to_colleagues = {words for playbook in shelf.current.playbooks.values() for words in said_in(playbook)}
    assert set(say.table) - used - to_colleagues <= kept


def test_missing_words_are_told_and_stay_as_written(shelf: Shelf) -> None:
    """A designer would not learn that a new rule still needs its Chinese words."""
    bundle = changed(shelf, TRIAGE, "title: People are in danger or hurt", "title: Somebody bleeds")
    say = Wording.of(bundle, "zh-CN")
    html = to_card(card_of(bundle, say), say)
    assert "Somebody bleeds" in html
    assert say.missing == ["Somebody bleeds"]


def test_a_language_without_words_is_refused(shelf: Shelf) -> None:
    """A card would come out in another language than the one that was asked for."""
    with pytest.raises(FirebreakError, match="zh-CN"):
        Wording.of(shelf.current, "zh-TW")


def test_words_of_another_shape_are_refused(shelf: Shelf) -> None:
    """A slip in the file of words would end in a traceback."""
    files: Mapping[str, str] = {**shelf.current.files, CHINESE: "- urgent\n"}
    with pytest.raises(FirebreakError, match="should be a mapping"):
        Wording.of(Bundle.parse(files, all_verbs()), "zh-CN")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_it_fits_on_one_sheet(shelf: Shelf, language: str) -> None:
    """The printer would put the last line on a second sheet, and nobody would hang that up."""
    made, html = card(shelf.current, language)
    fitted, size = fitting(made)
    assert SMALLEST <= size <= LARGEST
    assert height_of(fitted, size) <= SHEET[1] - 2 * EDGE
    assert [len(row.next) for row in fitted.levels] == [len(row.next) for row in made.levels]
    assert "@page{size:A4 landscape;" in html


def test_more_rules_make_smaller_letters_and_then_fewer_steps(shelf: Shelf) -> None:
    """A business with many rules would get two sheets."""
    more = "".join(
        f"  - {{id: more_{number}, title: Another sign of danger that somebody has thought of, priority: {number}, "
        f"when: {{sign_safety: true, contact_count_this_week: {number}}}, then: {{severity: urgent}}}}\n"
        for number in range(1, 8)
    )
    bundle = changed(shelf, TRIAGE, "rules:\n", f"rules:\n{more}")
    made, html = card(bundle)
    assert fits(made)
    fitted, size = fitting(made)
    assert (fitted, size) != fitting(card(shelf.current)[0])
    assert html.count("Another sign of danger") == 7


def test_the_page_is_sound_and_fetches_nothing(shelf: Shelf) -> None:
    """The page would look broken, or wait for a network that the shop does not have."""
    _, html = card(shelf.current)
    page = read(html)
    assert page.met.count("table") == 2
    assert not {"script", "img", "link", "iframe"} & set(page.met)
    assert "http" not in html
    assert "url(" not in html


def test_words_of_the_content_stay_words(shelf: Shelf) -> None:
    """A title could run as a script in the browser of whoever prints the card."""
    nasty = '<script>alert(1)</script> & \\"quoted\\"'
    bundle = changed(shelf, TRIAGE, "title: People are in danger or hurt", f'title: "{nasty}"')
    _, html = card(bundle)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    read(html)


def test_an_old_card_can_be_told_from_a_new_one(shelf: Shelf) -> None:
    """Nobody could say whether the card on the wall is still in force."""
    _, html = card(shelf.current)
    assert shelf.current.digest in html
    assert "complaint-urgent 2." in html
    assert html == card(shelf.current)[1]
