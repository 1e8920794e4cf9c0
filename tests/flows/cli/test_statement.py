"""`firebreak statement`: what everybody says about an incident."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.flows.cli.conftest import Firebreak, read_json

WORDS = "We know that many parcels are late, and we are on it."


def opened(firebreak: Firebreak) -> str:
    done = firebreak("incident", "open", "--what", "Parcels are stuck", "--by", "ann", "--json")
    return str(read_json(done)["id"])


def drafted(firebreak: Firebreak, *more: str) -> Any:
    return read_json(firebreak("statement", "draft", "--text", f"en={WORDS}", "--by", "lee", *more, "--json"))


def test_a_statement_from_the_first_draft_to_the_second_version(firebreak: Firebreak) -> None:
    """Whoever is on call could not say anything in the name of all from the command line."""
    incident = opened(firebreak)
    first = drafted(firebreak, "--remedy", "coupon", "--remedy", "refund", "--news-in", "2 hours")
    assert (first["incident"], first["version"], first["status"]) == (incident, 1, "draft")
    assert first["remedies"] == ["refund", "voucher"]
    own = read_json(firebreak("statement", "approve", first["id"], "--by", "lee", "--json"))
    assert (own["status"], own["missing"]) == ("draft", ["senior_owner"])
    agreed = read_json(firebreak("statement", "approve", incident, "--by", "ann", "--json"))
    assert agreed["status"] == "in_force"
    assert [each["by"] for each in agreed["approvals"]] == ["lee", "ann"]
    second = drafted(firebreak)
    assert read_json(firebreak("statement", "show", "--json"))["version"] == 1
    read_json(
        firebreak("statement", "approve", second["id"], "--by", "ann", "--digest", second["digest"][:12], "--json")
    )
    listed = read_json(firebreak("statement", "list", incident, "--json"))
    assert [(each["version"], each["status"]) for each in listed] == [(1, "replaced"), (2, "in_force")]
    assert read_json(firebreak("statement", incident, "--version", "1", "--json"))["texts"] == {"en": WORDS}


def test_a_refused_draft_is_never_in_force(firebreak: Firebreak) -> None:
    """A no would be overrun by the next yes."""
    opened(firebreak)
    made = drafted(firebreak)
    refused = read_json(firebreak("statement", "refuse", "--by", "ann", "--reason", "Say what we do", "--json"))
    assert (refused["status"], refused["reason"]) == ("refused", "Say what we do")
    again = firebreak("statement", "approve", made["id"], "--by", "kim")
    assert again.exit_code == 1
    assert "refused already" in again.stderr


def test_an_approval_of_other_words_is_refused(firebreak: Firebreak) -> None:
    """Somebody would answer for words that they have never seen."""
    opened(firebreak)
    before, _ = drafted(firebreak), drafted(firebreak, "--remedy", "refund")
    done = firebreak("statement", "approve", "--by", "ann", "--digest", before["digest"])
    assert done.exit_code == 1
    assert "read it again" in done.stderr


def test_everything_that_stands_against_a_draft_is_said_at_once(firebreak: Firebreak) -> None:
    """In a crisis nobody has the time to be sent back three times."""
    opened(firebreak)
    done = firebreak(
        "statement", "draft", "--text", "zh-CN=我们保证全额退款，请致电 13800138000", "--remedy", "car", "--by", "lee"
    )
    assert done.exit_code == 1
    for part in ('"car" is no remedy', "phone number", "promises a refund"):
        assert part in done.stderr


def test_a_statement_from_a_file(firebreak: Firebreak, tmp_path: Path) -> None:
    """Words in several languages would have to be typed into one line of a terminal."""
    opened(firebreak)
    file = tmp_path / "statement.yaml"
    file.write_text(
        f"text:\n  en: {WORDS}\n  zh-CN: 我们正在处理。\nremedies: [reship]\nnews_in: 2 hours\n", encoding="utf-8"
    )
    made = read_json(firebreak("statement", "draft", "--file", str(file), "--by", "lee", "--json"))
    assert set(made["texts"]) == {"en", "zh-CN"}
    assert made["remedies"] == ["replacement"]
    assert made["news_at"] is not None


def test_words_without_a_language_are_in_the_one_they_are_written_in(firebreak: Firebreak) -> None:
    """The first attempt of anybody who has not read the help would fail."""
    opened(firebreak)
    made = firebreak(
        "statement", "draft", "--text", WORDS, "--text", "我们正在全力处理这件事。", "--by", "lee", "--json"
    )
    assert set(read_json(made)["texts"]) == {"en", "zh-CN"}


@pytest.mark.parametrize("typed", ["zh-cn", "ZH-CN", "zh_CN"])
def test_a_language_is_known_however_it_is_written(firebreak: Firebreak, typed: str) -> None:
    """Thousands of customers would read `zh-cn=` at the head of our statement."""
    opened(firebreak)
    made = read_json(firebreak("statement", "draft", "--text", f"{typed}=我们正在处理。", "--by", "lee", "--json"))
    assert made["texts"] == {"zh-CN": "我们正在处理。"}


def test_a_language_that_nobody_reads_is_refused(firebreak: Firebreak) -> None:
    """A slip in two letters would keep the words from everybody."""
    opened(firebreak)
    done = firebreak("statement", "draft", "--text", "cn=我们正在处理。", "--by", "lee")
    assert done.exit_code == 1
    assert '"cn" is no language that is read here' in done.stderr


def test_a_file_with_nothing_but_words(firebreak: Firebreak, tmp_path: Path) -> None:
    """Chinese words would be kept as English ones."""
    opened(firebreak)
    file = tmp_path / "statement.yaml"
    file.write_text("text: 我们知道许多包裹延误了，正在处理。\n", encoding="utf-8")
    made = read_json(firebreak("statement", "draft", "--file", str(file), "--by", "lee", "--json"))
    assert set(made["texts"]) == {"zh-CN"}


def test_whoever_drafts_hears_which_languages_customers_read(firebreak: Firebreak, town: dict[str, str]) -> None:
    """Nobody would notice that half of the customers cannot read what we say."""
    incident = opened(firebreak)
    firebreak("incident", "join", incident, town["urgent"], "--by", "ann")
    made = ("statement", "draft", "--text", "zh-CN=我们正在处理。", "--by", "lee")
    said = " ".join(firebreak(*made).stdout.split())
    assert ": en would get the words in zh-CN" in said
    told = read_json(firebreak(*made, "--json"))
    assert told["customers_read"]["en"] >= 1
    assert told["customers_without_words"] == {"en": told["customers_read"]["en"]}
    assert read_json(firebreak(*made, "--text", "en=We are on it.", "--json"))["hint"] == ""


def test_with_several_incidents_one_must_be_named(firebreak: Firebreak) -> None:
    """The words for a late parcel would be said about a fire."""
    both = {opened(firebreak), opened(firebreak)}
    done = firebreak("statement", "show")
    assert done.exit_code == 1
    assert all(each in done.stderr for each in both)


def test_proofread_holds_a_text_against_the_statement(firebreak: Firebreak) -> None:
    """A colleague would find out from the customer that nothing of the kind may be promised."""
    incident = opened(firebreak)
    drafted(firebreak, "--remedy", "voucher")
    text = "Would you like your money back?"
    assert firebreak("proofread", text).exit_code == 0
    refused = firebreak("proofread", text, "--incident", incident, "--json")
    assert refused.exit_code == 1
    assert [each["guard"] for each in json.loads(refused.stdout)["objections"]] == ["outside-the-statement"]
    read_json(firebreak("statement", "approve", "--by", "ann", "--json"))
    assert firebreak("proofread", "Please accept a voucher", "--incident", incident).exit_code == 0
