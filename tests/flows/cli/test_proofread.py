"""`firebreak proofread`: looking at a text before it is sent."""

from __future__ import annotations

import json
from pathlib import Path

from tests.flows.cli.conftest import Firebreak

ADDRESS = "Mr Li, your parcel to 12 Hill Road, Leeds LS1 4AB has left"


def test_a_text_with_an_address_is_refused_with_one_to_copy(firebreak: Firebreak) -> None:
    """A script that asks before it sends would send it; a person would have to think of other words."""
    done = firebreak("proofread", ADDRESS, "--reference", "PO-20318", "--country", "GB", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["ok"] is False
    assert "Hill Road" not in told["text"]
    assert "[order PO-20318]" in told["text"]
    assert {finding["kind"] for finding in told["personal_data"]} == {"own_name", "postal_address"}


def test_a_guarantee_is_objected_to_by_name(firebreak: Firebreak) -> None:
    """What no playbook may promise a colleague would promise by hand."""
    done = firebreak("proofread", "All your data is permanently deleted", "--json")
    assert done.exit_code == 1
    assert [each["guard"] for each in json.loads(done.stdout)["objections"]] == ["no-guarantees"]


def test_a_text_about_an_order_may_be_sent(firebreak: Firebreak, tmp_path: Path) -> None:
    """Nobody would ask again after the first needless no."""
    file = tmp_path / "answer.txt"
    file.write_text("关于订单12345：今天已经发出。", encoding="utf-8")
    done = firebreak("proofread", "--file", str(file))
    assert done.exit_code == 0, done.output
    assert "Nothing stands against sending this." in done.output


def test_without_a_text_it_says_how(firebreak: Firebreak) -> None:
    """An empty text would pass as fine."""
    done = firebreak("proofread", " ")
    assert done.exit_code == 1
    assert "There is no text" in done.output
